"""A real checker, real sockets and a real sign-in page on loopback: blind in one stroke, back within seconds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trustme

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.network import SystemNetwork
from mailbox_desk.adapters.portal import PortalProbes
from mailbox_desk.adapters.portal_api import PortalApi
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.trust import Trust, load_trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.world import World
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.mailbox import Endpoint, MailboxId, Security
from mailbox_desk.model.network import NetworkSettings
from mailbox_desk.model.snapshot import Snapshot
from tests.engine.fakes import Lab, NothingThere, judge_by_text, with_settings
from tests.servers.https import Page, WebServer
from tests.servers.portal import Web, probes_at
from tests.servers.ports import free_port
from tests.servers.secret_service import SecretService
from tests.servers.system_bus import system_services

LIMIT = 20
HOSTS = ("127.0.0.21", "127.0.0.22", "127.0.0.23")


@asynccontextmanager
async def desk(
    lab: Lab, web: Web, *, loopback_counts: bool = True, trust: Trust | None = None
) -> AsyncIterator[Engine]:
    """A desk of three mailboxes at three hosts where nobody listens. `trust`: whom the network's own API is believed
    by."""
    lanes = checks, names, fetches = Lane("test-checks", 8), Lane("test-names", 4), Lane("test-fetch", 2)
    for host in HOSTS:
        made = lab.mailbox(host, sending=False)
        closed = Endpoint(host, free_port(), Security.TLS, host)
        lab.shelf.mailboxes[made.id] = type(made)(made.id, made.address, closed, None)
    probes = PortalProbes(fetches, names, probes_at(web.port))
    api = PortalApi(fetches, names, lambda: trust or load_trust({}))
    network = SystemNetwork(partial(api.look_before, probes.look), "salt")
    settings = with_settings(network=NetworkSettings(loopback_counts=loopback_counts, public_points=False))
    world = World(
        MailChecker(checks, names),
        NothingThere(),
        lab.vault,
        lab.shelf,
        SystemClock(),
        lambda notice: lab.notices.append(notice),
        random.random,
        judge_by_text,
        lambda _: Diagnosis((RankedCause(Cause.UNKNOWN, 0.1),), "test"),
        (),
        network=network,
    )
    engine = Engine(world, settings, await lab.shelf.load())
    engine.board.subscribe(lambda news: lab.seen.append(news))  # type: ignore[arg-type]  # nobody leaves
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()
        for lane in lanes:
            lane.close()


async def veiled(engine: Engine, reasons: set[str]) -> None:
    """Once all of them wear these veils."""
    told = asyncio.Event()
    leave = engine.board.subscribe(lambda _: told.set())
    async with asyncio.timeout(LIMIT):
        while [_veils(each) for each in engine.board.snapshots()] != [reasons] * len(HOSTS):
            await told.wait()
            told.clear()
    leave()


def _veils(shown: Snapshot) -> set[str]:
    return {veil.reason.value for veil in shown.standing.veils}


async def test_a_portal_steps_in_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    lab = Lab()
    with Web() as web:
        web.portal = (302, "http://login.hotel.test/", b"")
        async with desk(lab, web) as engine:
            await veiled(engine, {"captive_portal"})
            assert engine.network.page == "http://login.hotel.test/"
            assert {each.shown.value for each in lab.seen} <= {"CHECKING", "SUSPECT", "BLIND"}
            began = asyncio.get_running_loop().time()
            web.portal = None
            await veiled(engine, set())
            assert asyncio.get_running_loop().time() - began < 7
            assert lab.notices == []
            assert lab.shelf.written == []
            assert MailboxId(HOSTS[0]) in engine.ids


async def test_the_networks_own_api_blinds_and_lifts_and_its_page_is_offered(
    monkeypatch: pytest.MonkeyPatch, ca: trustme.CA
) -> None:
    """RFC 8910 by NetworkManager on a real bus, RFC 8908 over real https; the probes are let through, as some do."""
    lab, page = Lab(), "https://login.hotel.test/welcome"
    trust = load_trust({}, also=ca.cert_pem.bytes().decode())
    with Web() as web, SecretService() as bus, WebServer(ca) as hotel:
        address = bus.env["DBUS_SESSION_BUS_ADDRESS"]
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)

        def says(captive: str) -> None:
            body = f'{{"captive": {captive}, "user-portal-url": "{page}"}}'.encode()
            hotel.pages["localhost/api"] = Page(body, headers={"Content-Type": "application/captive+json"})

        says("true")
        async with system_services(address) as services:
            services.lease(default_url=f"https://localhost:{hotel.port}/api")
            async with desk(lab, web, trust=trust) as engine:
                await veiled(engine, {"captive_portal"})
                assert engine.network.page == page
                assert web.asked == [], "its word is enough"
                says("false")
                await veiled(engine, set())
                assert engine.network.page == ""
    assert web.asked != [], "that we are free is proved by the probes"
    assert {each.shown.value for each in lab.seen} <= {"CHECKING", "SUSPECT", "BLIND"}
    assert (lab.notices, lab.shelf.written) == ([], [])


async def test_sleep_and_wake_are_heard_over_the_systems_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab()
    with Web() as web, SecretService() as bus:
        address = bus.env["DBUS_SESSION_BUS_ADDRESS"]
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        async with system_services(address) as services, desk(lab, web, loopback_counts=False) as engine:
            async with asyncio.timeout(LIMIT):
                while not services.asked:  # noqa: ASYNC110  the bus is another process
                    await asyncio.sleep(0.02)
            await services.sleep(begins=True)
            await veiled(engine, {"asleep"})
            await services.sleep(begins=False)
            began = asyncio.get_running_loop().time()
            await veiled(engine, set())
            assert 2 < asyncio.get_running_loop().time() - began < 7, "none in the first seconds"
    assert web.asked == [], "nobody outside is asked for that"
