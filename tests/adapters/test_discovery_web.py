"""Fetching an autoconfig file from a real https server, and all that such a server can do wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import trustme

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import Address, resolve
from mailbox_desk.adapters.discovery_web import MOST_BYTES, fetch
from mailbox_desk.adapters.discovery_web import Page as Place
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.discovery import Miss, NotFound
from tests.servers.https import Page, WebServer, usual_config
from tests.servers.ports import free_port
from tests.servers.scripted import Peer, ScriptedServer, mute

HOST, PATH = "autoconfig.desk.test", "/mail/config-v1.1.xml"
XML = {"Content-Type": "text/xml; charset=utf-8"}


def drip(write: Callable[[bytes], object]) -> None:
    """A blank now and then, for long."""
    for _ in range(100):
        write(b" ")
        time.sleep(0.1)


@pytest.fixture
def web(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca) as server:
        yield server


@pytest.fixture
def get(web: WebServer, trust: Trust) -> Callable[[], bytes]:
    return lambda: fetch(Place(HOST, PATH, "desk.test", web.port), at_loopback, trust, Cutoff(), 2.0)


def at_loopback(_host: str, port: int) -> tuple[Address, ...]:
    return resolve("127.0.0.1", port)


def why(get: Callable[[], bytes]) -> Miss:
    with pytest.raises(NotFound) as missed:
        get()
    return missed.value.why


def redirect(to: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": to})


def test_a_file_is_fetched_and_nothing_is_told(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = Page(usual_config(), headers=XML)
    assert get() == usual_config()
    (asked,) = web.asked
    assert asked.path == PATH
    assert set(asked.headers) == {"host", "accept", "connection"}


def test_a_file_in_pieces_is_fetched(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = Page(lambda write: [write(usual_config()[n : n + 7]) for n in range(0, 900, 7)])
    assert get() == usual_config()


def test_a_redirect_within_the_domain_is_followed(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = redirect(f"https://www.desk.test:{web.port}/there?x=1")
    web.pages["www.desk.test/there?x=1"] = Page(usual_config())
    assert get() == usual_config()


@pytest.mark.parametrize(
    "to",
    [
        "http://autoconfig.desk.test/mail/config-v1.1.xml",
        "https://evil.example/config.xml",
        "https://desk.test.evil.example/config.xml",
        "https://evildesk.test/config.xml",
        "https://autoconfig.desk.test:25/config.xml",
        "https://user@autoconfig.desk.test/config.xml",
        "https://127.0.0.1/config.xml",
        "ftp://autoconfig.desk.test/config.xml",
        "file:///etc/passwd",
        "//evil.example/config.xml",
    ],
)
def test_a_redirect_elsewhere_is_refused(web: WebServer, get: Callable[[], bytes], to: str) -> None:
    web.pages[HOST + PATH] = redirect(to)
    assert why(get) is Miss.UNSAFE
    assert len(web.asked) == 1


@pytest.mark.parametrize("to", ["", "https://[", "https://autoconfig.desk.test:99999/", "https://"])
def test_a_redirect_to_nowhere_is_refused(web: WebServer, get: Callable[[], bytes], to: str) -> None:
    web.pages[HOST + PATH] = redirect(to)
    assert why(get) in (Miss.UNUSABLE, Miss.UNSAFE)


def test_a_circle_ends(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = redirect(PATH)
    assert why(get) is Miss.UNUSABLE
    assert len(web.asked) == 4


def test_ten_megabytes_are_not_taken(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = Page(b"x" * 10_000_000)
    assert why(get) is Miss.UNSAFE
    web.pages[HOST + PATH] = Page(lambda write: [write(b"x" * 65536) for _ in range(160)])
    assert why(get) is Miss.UNSAFE
    web.pages[HOST + PATH] = Page(b"x" * MOST_BYTES)
    assert len(get()) == MOST_BYTES


def test_a_drip_ends_in_time(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = Page(drip)
    begun = time.monotonic()
    assert why(get) is Miss.NO_ANSWER
    assert time.monotonic() - begun < 4


def test_a_mute_server_ends_in_time(trust: Trust) -> None:
    with ScriptedServer(mute) as server:
        place = Place(HOST, PATH, "desk.test", server.port)
        assert why(lambda: fetch(place, at_loopback, trust, Cutoff(), 0.5)) is Miss.NO_ANSWER


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {}, {**XML, "Content-Encoding": "gzip"}])
def test_another_kind_of_file_is_refused(web: WebServer, get: Callable[[], bytes], headers: dict[str, str]) -> None:
    web.pages[HOST + PATH] = Page(usual_config(), headers=headers)
    assert why(get) is Miss.UNUSABLE


@pytest.mark.parametrize("status", [404, 403, 500, 204, 101])
def test_any_status_but_ok_is_nothing(web: WebServer, get: Callable[[], bytes], status: int) -> None:
    web.pages[HOST + PATH] = Page(usual_config(), status)
    assert why(get) in (Miss.NOTHING, Miss.UNUSABLE)


def test_a_certificate_of_another_host_is_not_trusted(web: WebServer, get: Callable[[], bytes]) -> None:
    web.pages[HOST + PATH] = Page(usual_config())
    web.without_certificate.add(HOST)
    assert why(get) is Miss.UNTRUSTED
    assert web.asked == []


def test_a_certificate_of_nobody_is_not_trusted(trust: Trust) -> None:
    with WebServer(trustme.CA()) as web:
        place = Place(HOST, PATH, "desk.test", web.port)
        assert why(lambda: fetch(place, at_loopback, trust, Cutoff(), 2.0)) is Miss.UNTRUSTED


def test_nothing_listens(trust: Trust) -> None:
    place = Place(HOST, PATH, "desk.test", free_port())
    assert why(lambda: fetch(place, at_loopback, trust, Cutoff(), 2.0)) is Miss.NOTHING


@pytest.mark.parametrize(
    "said",
    [b"* OK IMAP4rev1 ready\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500],
)
def test_other_tongues_are_no_answer(trust: Trust, server_tls: object, ca: trustme.CA, said: bytes) -> None:
    def sends(peer: Peer) -> None:
        peer.send(said)
        peer.listen()

    with WebServer(ca) as any_web:
        context = any_web._context(HOST)
    with ScriptedServer(sends, tls=context) as server:
        place = Place(HOST, PATH, "desk.test", server.port)
        assert why(lambda: fetch(place, at_loopback, trust, Cutoff(), 1.0)) in (Miss.UNUSABLE, Miss.NO_ANSWER)
    with ScriptedServer(lambda peer: peer.send(said)) as server:
        place = Place(HOST, PATH, "desk.test", server.port)
        assert why(lambda: fetch(place, at_loopback, trust, Cutoff(), 1.0)) is Miss.UNUSABLE


def test_it_ends_at_once_when_cut_off(trust: Trust) -> None:
    cutoff = Cutoff()
    with ScriptedServer(mute) as server:
        threading.Timer(0.2, cutoff.shut).start()
        place = Place(HOST, PATH, "desk.test", server.port)
        begun = time.monotonic()
        assert why(lambda: fetch(place, at_loopback, trust, cutoff, 10.0)) is Miss.NO_ANSWER
        assert time.monotonic() - begun < 2
