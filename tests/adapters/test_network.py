"""The system's hints put together: looks of our own beside the bus, each thing told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from mailbox_desk.adapters import network as under_test
from mailbox_desk.adapters.network import SystemNetwork
from mailbox_desk.model.network import FactKind, NetworkFact, PublicSight, Sight
from tests.servers.secret_service import SecretService
from tests.servers.system_bus import system_services

LIMIT = 10


class Place:
    """Where this computer is, as the route would say it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name = "home"
        monkeypatch.setattr(under_test, "fingerprint", lambda salt: self.name and f"{salt}/{self.name}")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    return Place(monkeypatch)


async def _open() -> PublicSight:
    return PublicSight(Sight.OPEN)


@asynccontextmanager
async def told() -> AsyncIterator[asyncio.Queue[NetworkFact]]:
    """All facts as they come."""
    heard: asyncio.Queue[NetworkFact] = asyncio.Queue()

    async def listen() -> None:
        async with aclosing(SystemNetwork(_open, "salt", look_every=0.02).facts()) as facts:
            async for fact in facts:
                heard.put_nowait(fact)

    task = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def next_of(heard: asyncio.Queue[NetworkFact], count: int) -> list[NetworkFact]:
    async with asyncio.timeout(LIMIT):
        return [await heard.get() for _ in range(count)]


async def test_another_network_and_none_are_seen_without_a_bus(place: Place) -> None:
    async with told() as heard:
        changed, link = FactKind.CHANGED, {True: FactKind.ONLINE, False: FactKind.OFFLINE}
        for name in ("home", "vpn", "", "home"):
            place.name = name
            assert await next_of(heard, 2) == [
                NetworkFact(changed, f"salt/{name}" if name else ""),
                NetworkFact(link[bool(name)]),
            ]
        await asyncio.sleep(0.1)
        assert heard.empty(), "what did not change is not told again"


async def test_a_sleep_without_logind_is_seen_by_the_clock_that_counts_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = [100.0]
    monkeypatch.setattr(under_test, "_time_asleep", lambda: asleep[0])
    async with told() as heard:
        await next_of(heard, 2)
        asleep[0] += 600
        assert await next_of(heard, 1) == [NetworkFact(FactKind.WOKE)]


async def test_hints_of_the_bus_come_beside_and_only_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, secret_service: SecretService
) -> None:
    address = secret_service.env["DBUS_SESSION_BUS_ADDRESS"]
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    async with system_services(address) as services, told() as heard:
        await next_of(heard, 2)
        async with asyncio.timeout(LIMIT):
            while not services.asked:  # noqa: ASYNC110  the bus is another process
                await asyncio.sleep(0.01)
        await services.network(60, 2)
        assert await next_of(heard, 1) == [NetworkFact(FactKind.PORTAL)]
        await services.network(60, 2)
        await services.sleep(begins=True)
        assert await next_of(heard, 1) == [NetworkFact(FactKind.SLEEPING)], "the same link is no news"


async def test_it_says_where_we_are_and_looks_outside_when_asked(place: Place) -> None:
    network = SystemNetwork(_open, "salt")
    assert await network.here() == "salt/home"
    assert (await network.public_sight()).sight is Sight.OPEN
