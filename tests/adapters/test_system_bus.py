"""Hints over a real bus: what NetworkManager and logind say, and what happens where they are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import cast

import pytest

from mailbox_desk.adapters.system_bus import BusLost, hints, link_of
from mailbox_desk.model.network import FactKind, NetworkFact
from tests.servers.secret_service import SecretService
from tests.servers.system_bus import SystemServices, system_services

LIMIT = 10


@pytest.fixture
def bus(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> str:
    address = secret_service.env["DBUS_SESSION_BUS_ADDRESS"]
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    return address


@pytest.fixture
async def services(bus: str) -> AsyncIterator[SystemServices]:
    async with system_services(bus) as played:
        yield played


@asynccontextmanager
async def listening() -> AsyncIterator[AsyncGenerator[NetworkFact, None]]:
    async with aclosing(cast(AsyncGenerator[NetworkFact, None], hints())) as told:
        yield told


async def heard(told: AsyncGenerator[NetworkFact, None], *, until: FactKind) -> list[FactKind]:
    """All that was said up to that."""
    kinds: list[FactKind] = []
    async with asyncio.timeout(LIMIT):
        while until not in kinds:
            kinds.append((await anext(told)).kind)
    return kinds


async def test_the_link_is_told_at_once_and_at_each_change(services: SystemServices) -> None:
    async with listening() as told:
        assert await heard(told, until=FactKind.ONLINE) == [FactKind.ONLINE]
        await services.network(20, 1)
        assert (await heard(told, until=FactKind.OFFLINE))[0] is FactKind.OFFLINE
        await services.network(60, 2)
        assert await heard(told, until=FactKind.PORTAL)
        await services.chatter()
        await services.network(70, 4)
        assert set(await heard(told, until=FactKind.ONLINE)) <= {FactKind.PORTAL, FactKind.ONLINE}


async def test_sleep_and_wake_are_told(services: SystemServices) -> None:
    async with listening() as told:
        await heard(told, until=FactKind.ONLINE)
        await services.sleep(begins=True)
        assert await heard(told, until=FactKind.SLEEPING) == [FactKind.SLEEPING]
        await services.sleep(begins=False)
        assert await heard(told, until=FactKind.WOKE) == [FactKind.WOKE]


async def test_a_manager_that_comes_later_is_heard_and_one_that_goes_leaves_the_link_unknown(bus: str) -> None:
    async with listening() as told:
        assert await heard(told, until=FactKind.UNKNOWN) == [FactKind.UNKNOWN]
        async with system_services(bus):
            assert await heard(told, until=FactKind.ONLINE)
        assert await heard(told, until=FactKind.UNKNOWN)


async def test_a_manager_that_hangs_is_an_unknown_link(services: SystemServices) -> None:
    services.silent = True
    async with listening() as told:
        assert await heard(told, until=FactKind.UNKNOWN) == [FactKind.UNKNOWN]
    assert services.asked == 1


async def test_without_a_bus_it_is_said_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch, secret_service: SecretService
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(BusLost):
        async with listening() as told:
            await anext(told)


async def test_a_bus_that_goes_is_said(services: SystemServices, secret_service: SecretService) -> None:
    async with listening() as told:
        await heard(told, until=FactKind.ONLINE)
        secret_service._bus.terminate()
        with pytest.raises(BusLost):
            async with asyncio.timeout(LIMIT):
                while True:
                    await anext(told)


@pytest.mark.parametrize(
    ("state", "connectivity", "expected"),
    [
        (70, 4, FactKind.ONLINE),
        (70, 0, FactKind.UNKNOWN),  # its own look is switched off
        (60, 2, FactKind.PORTAL),
        (60, 3, FactKind.UNKNOWN),
        (50, 1, FactKind.OFFLINE),
        (40, 1, FactKind.UNKNOWN),  # on its way
        (20, 1, FactKind.OFFLINE),
        (10, 2, FactKind.OFFLINE),  # what it saw before it slept
        (0, 0, FactKind.UNKNOWN),
    ],
)
def test_what_the_numbers_mean(state: int, connectivity: int, expected: FactKind) -> None:
    assert link_of(state, connectivity) is expected
