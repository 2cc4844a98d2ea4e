"""The captive portal API from a real https server, its address from a real bus, and all that either can get wrong."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import trustme

from mailbox_desk.adapters.portal_address import portal_addresses
from mailbox_desk.adapters.portal_api import PortalApi, PortalWord
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.network import PublicSight, Sight
from tests.servers.https import Body, Page, WebServer
from tests.servers.portal import Web
from tests.servers.ports import free_port
from tests.servers.secret_service import SecretService
from tests.servers.system_bus import SystemServices, system_services

CAPTIVE = {"Content-Type": "application/captive+json"}
LOGIN, VENUE = "https://login.hotel.test/", "https://hotel.test/rooms"
OPEN = PublicSight(Sight.OPEN)


def said(**told: object) -> bytes:
    return json.dumps(told).encode()


@pytest.fixture
def web(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca) as server:
        yield server


@pytest.fixture
async def lanes() -> AsyncIterator[tuple[Lane, Lane]]:
    fetches, names = Lane("test-fetch", 2), Lane("test-name", 2)
    yield fetches, names
    fetches.close()
    names.close()


@pytest.fixture
def address(web: WebServer) -> str:
    return f"https://localhost:{web.port}/capport?session=7"


Make = Callable[..., PortalApi]


@pytest.fixture
def api(lanes: tuple[Lane, Lane], trust: Trust) -> Make:
    def make(*addresses: str) -> PortalApi:
        async def told() -> tuple[str, ...]:
            return addresses

        return PortalApi(*lanes, lambda: trust, told)

    return make


def serve(web: WebServer, body: Body, status: int = 200, headers: dict[str, str] | None = None) -> None:
    web.pages["localhost/capport?session=7"] = Page(body, status, CAPTIVE if headers is None else headers)


async def probed() -> PublicSight:
    return OPEN


async def test_a_network_that_says_captive_is_believed_and_its_page_offered(
    web: WebServer, address: str, api: Make
) -> None:
    serve(web, said(**{"captive": True, "user-portal-url": LOGIN, "venue-info-url": VENUE, "seconds-remaining": 5}))
    assert await api(address).word_of(address) == PortalWord(True, LOGIN, VENUE)
    assert await api(address).look_before(probed) == PublicSight(Sight.PORTAL, LOGIN)
    assert web.asked[-1].headers == {
        "host": f"localhost:{web.port}",
        "accept": "application/captive+json",
        "connection": "close",
    }, "nothing of us is told"


async def test_that_we_are_free_is_proved_by_the_probes_alone(web: WebServer, address: str, api: Make) -> None:
    serve(web, said(captive=False))
    assert await api(address).word_of(address) == PortalWord(False)
    for sight in (OPEN, PublicSight(Sight.NOTHING), PublicSight(Sight.PORTAL, "http://other.test/")):

        async def seen(sight: PublicSight = sight) -> PublicSight:
            return sight

        assert await api(address).look_before(seen) == sight
    assert await api().look_before(probed) == OPEN, "where nobody tells an address"


@pytest.mark.parametrize(
    "page",
    ["http://login.hotel.test/", "javascript:alert(1)", "https://", "https://a/" + "x" * 3000, 7, None, "https://["],
)
async def test_a_page_that_is_not_https_is_not_offered(web: WebServer, address: str, api: Make, page: object) -> None:
    serve(web, said(**{"captive": True, "user-portal-url": page}))
    assert await api(address).word_of(address) == PortalWord(True)

    async def redirected() -> PublicSight:
        return PublicSight(Sight.PORTAL, "http://by.a.probe.test/")

    assert await api(address).look_before(redirected) == PublicSight(Sight.PORTAL, "http://by.a.probe.test/")
    assert await api(address).look_before(probed) == PublicSight(Sight.PORTAL), "its word is enough, page or none"


def ten_megabytes(write: Callable[[bytes], object]) -> None:
    write(b'{"captive": true, "x": "')
    for _ in range(160):
        write(b"x" * 65536)


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        (ten_megabytes, 200, CAPTIVE),
        (said(captive=True, more="x" * 9000), 200, CAPTIVE),
        (b"\xff\xfe<html>", 200, CAPTIVE),
        (b"", 200, CAPTIVE),
        (b"[" * 8000, 200, CAPTIVE),
        (b"[true]", 200, CAPTIVE),
        (said(captive="true"), 200, CAPTIVE),
        (said(captive=1), 200, CAPTIVE),
        (said(captiv=True), 200, CAPTIVE),
        (said(captive=True), 200, {"Content-Type": "application/json"}),
        (said(captive=True), 200, {"Content-Type": "text/html"}),
        (said(captive=True), 200, {}),
        (said(captive=True), 404, CAPTIVE),
        (said(captive=True), 503, CAPTIVE),
        (b"", 302, {"Location": "https://elsewhere.test/"}),
    ],
)
async def test_a_wrong_answer_is_none(
    web: WebServer, address: str, api: Make, body: Body, status: int, headers: dict[str, str]
) -> None:
    serve(web, body, status, headers)
    assert await api(address).word_of(address) is None
    assert await api(address).look_before(probed) == OPEN
    assert len(web.asked) == 2, "no redirect is followed"


async def test_an_answer_that_never_ends_is_left_in_time(web: WebServer, address: str, api: Make) -> None:
    def drip(write: Callable[[bytes], object]) -> None:
        for _ in range(150):
            write(b" ")
            time.sleep(0.1)

    serve(web, drip)
    began = time.monotonic()
    assert await api(address).word_of(address) is None
    assert time.monotonic() - began < 8


async def test_one_who_calls_it_off_frees_the_worker(
    web: WebServer, address: str, api: Make, lanes: tuple[Lane, Lane]
) -> None:
    leave = threading.Event()
    serve(web, lambda write: leave.wait(20))
    asking = asyncio.ensure_future(api(address).word_of(address))
    async with asyncio.timeout(5):
        while not web.asked:  # noqa: ASYNC110  the server's own thread fills it
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    meeting = threading.Barrier(2, timeout=2)
    await asyncio.gather(*(lanes[0].run(meeting.wait, limit=3) for _ in range(2)))
    leave.set()


async def test_only_https_with_a_certificate_that_holds_is_asked(web: WebServer, address: str, api: Make) -> None:
    serve(web, said(captive=True))
    with Web() as plain:
        odd = (f"http://127.0.0.1:{plain.port}/", "", "https://", "ftp://localhost/", "https://a b/", "https://\0/")
        for each in (*odd, f"https://127.0.0.1:{plain.port}/", f"https://localhost:{free_port()}/"):
            assert await api().word_of(each) is None
        assert [path for path, _ in plain.asked] == []
    web.without_certificate.add("localhost")
    stranger = f"https://127.0.0.1:{web.port}/capport?session=7"
    assert await api().word_of(stranger) is None, "the certificate names another"


async def test_the_next_is_asked_where_the_first_says_nothing(web: WebServer, address: str, api: Make) -> None:
    serve(web, said(captive=True))
    first = f"https://localhost:{free_port()}/"
    assert await api(first, address).look_before(probed) == PublicSight(Sight.PORTAL)


# -- where its address comes from


@pytest.fixture
async def services(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SystemServices]:
    address = secret_service.env["DBUS_SESSION_BUS_ADDRESS"]
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    async with system_services(address) as played:
        yield played


@pytest.mark.parametrize("name", ["default_url", "captive_portal_uri"])
async def test_networkmanager_tells_it_among_the_options_of_the_lease(services: SystemServices, name: str) -> None:
    services.lease(**{name: "https://hotel.test/api", "domain_name": "hotel.test"})
    assert await portal_addresses() == ("https://hotel.test/api",)


async def test_networkd_tells_it_of_a_link(services: SystemServices) -> None:
    services.links = json.dumps({"Interfaces": [{"Name": "lo"}, {"Name": "wlan0", "CaptivePortal": "https://h.test/"}]})
    services.lease(default_url="https://hotel.test/api")
    assert await portal_addresses() == ("https://hotel.test/api", "https://h.test/")


@pytest.mark.parametrize(
    "links", [None, "", "[]", "{}", '{"Interfaces": 7}', '{"Interfaces": [7]}', '{"Interfaces": [{}]}']
)
async def test_where_nobody_tells_there_is_none(services: SystemServices, links: str | None) -> None:
    services.links = links
    services.lease(domain_name="hotel.test")
    assert await portal_addresses() == ()


async def test_a_service_that_hangs_holds_up_nothing_for_long(services: SystemServices) -> None:
    services.silent = True
    began = time.monotonic()
    assert await portal_addresses() == ()
    assert time.monotonic() - began < 6


async def test_without_a_bus_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    assert await portal_addresses() == ()


async def test_from_the_bus_to_the_verdict(
    services: SystemServices, web: WebServer, address: str, lanes: tuple[Lane, Lane], trust: Trust
) -> None:
    services.lease(default_url=address)
    serve(web, said(**{"captive": True, "user-portal-url": LOGIN}))
    api = PortalApi(*lanes, lambda: trust)
    assert await api.look_before(probed) == PublicSight(Sight.PORTAL, LOGIN)
    serve(web, said(captive=False))
    assert await api.look_before(probed) == OPEN
