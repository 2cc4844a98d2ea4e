"""A sign-in page on loopback, and the internet behind it: what the probes make of each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from mailbox_desk.adapters.portal import PROBES, PortalProbes, judged
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.network import PublicSight, Sight
from tests.servers.portal import Web, probes_at
from tests.servers.ports import free_port

LOGIN = "http://login.hotel.test/welcome?from=desk"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as served:
        yield served


@pytest.fixture
async def lanes() -> AsyncIterator[tuple[Lane, Lane]]:
    fetches, names = Lane("test-fetch", 2), Lane("test-name", 2)
    yield fetches, names
    fetches.close()
    names.close()


async def sight(lanes: tuple[Lane, Lane], port: int) -> PublicSight:
    return await PortalProbes(*lanes, probes_at(port)).look()


async def test_the_open_internet_is_asked_once_and_told_nothing_of_us(web: Web, lanes: tuple[Lane, Lane]) -> None:
    assert await sight(lanes, web.port) == PublicSight(Sight.OPEN)
    ((path, headers),) = web.asked
    assert path == "/"
    assert set(headers) == {"Host", "Cache-Control", "Connection"}


@pytest.mark.parametrize("answer", [(302, LOGIN, b""), (511, LOGIN, b"sign in first"), (200, "", b"<html>Welcome")])
async def test_a_sign_in_page_is_seen_whichever_way_it_steps_in(
    web: Web, lanes: tuple[Lane, Lane], answer: tuple[int, str, bytes]
) -> None:
    web.portal = answer
    seen = await sight(lanes, web.port)
    assert seen.sight is Sight.PORTAL
    assert seen.page == (answer[1] or f"http://127.0.0.1:{web.port}/")
    web.portal = None
    assert await sight(lanes, web.port) == PublicSight(Sight.OPEN)


async def test_one_page_that_changed_is_no_sign_in_page(web: Web, lanes: tuple[Lane, Lane]) -> None:
    web.odd["/"] = (301, "http://elsewhere.test/", b"")
    assert await sight(lanes, web.port) == PublicSight(Sight.OPEN)


async def test_a_page_whose_server_is_broken_says_nothing(web: Web, lanes: tuple[Lane, Lane]) -> None:
    web.portal = (503, "", b"")
    assert await sight(lanes, web.port) == PublicSight(Sight.NOTHING)


async def test_nobody_there_is_nothing(lanes: tuple[Lane, Lane]) -> None:
    assert await sight(lanes, free_port()) == PublicSight(Sight.NOTHING)


async def test_what_speaks_no_http_is_nothing(lanes: tuple[Lane, Lane]) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK IMAP4rev1 ready\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        assert await sight(lanes, server.sockets[0].getsockname()[1]) == PublicSight(Sight.NOTHING)


async def test_one_who_calls_it_off_frees_the_worker(web: Web, lanes: tuple[Lane, Lane]) -> None:
    web.hangs.clear()
    asking = asyncio.ensure_future(sight(lanes, web.port))
    async with asyncio.timeout(5):
        while not web.asked:  # noqa: ASYNC110  the server's own thread fills it
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    meeting = threading.Barrier(2, timeout=2)
    await asyncio.gather(*(lanes[0].run(meeting.wait, limit=3) for _ in range(2)))


@pytest.mark.parametrize(
    "location", ["javascript:alert(1)", "file:///etc/passwd", "http://", "http://[", "http://a/" + "x" * 3000, "\x01"]
)
def test_a_page_that_no_browser_should_open_is_not_offered(location: str) -> None:
    assert judged(PROBES[0], 302, location, b"").page == PROBES[0].address


def test_each_probe_is_proved_by_its_own_words() -> None:
    for probe in PROBES:
        assert judged(probe, probe.status, "", b"..." + probe.words).sight is Sight.OPEN
    assert judged(PROBES[1], 200, "", b"<html>").sight is Sight.PORTAL
    assert len({probe.host.rpartition(".")[0].rpartition(".")[2] for probe in PROBES}) == len(PROBES)
