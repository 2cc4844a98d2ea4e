"""The whole search against a local DNS and https server: good domains, and all wrong answers that a domain can give."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
import trustme

from mailbox_desk.adapters.discovery import ServerFinder
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.engine.discovery import discover
from mailbox_desk.model.discovery import (
    DiscoveryEnded,
    DiscoverySettings,
    DiscoveryStep,
    Found,
    LookingAt,
    Miss,
    Missed,
    NotFound,
    Source,
)
from tests.servers.dns import NameServer, ScriptedNameServer, silent
from tests.servers.https import Page, WebServer, config_xml, server_xml, usual_config
from tests.servers.scripted import ScriptedServer, mute

ADDRESS = "jane.doe@desk.test"
ISPDB = "ispdb.test"
AT_HOME = ["127.0.0.1"]
FILE = "autoconfig.desk.test/mail/config-v1.1.xml"
FinderFor = Callable[[str, int], ServerFinder]
BOMB = b'<!DOCTYPE l [<!ENTITY a "ha">]><clientConfig><emailProvider>&a;</emailProvider></clientConfig>'


def drip(write: Callable[[bytes], object]) -> None:
    """A blank now and then, for long."""
    for _ in range(100):
        write(b" ")
        time.sleep(0.1)


@pytest.fixture
async def finder_for(trust: Trust) -> AsyncIterator[FinderFor]:
    lane = Lane("test-discovery", 16)
    yield lambda nameserver, port: ServerFinder(lane, lambda: trust, DiscoverySettings(nameserver, ISPDB, port))
    lane.close()


@pytest.fixture
def web(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca) as server:
        yield server


@contextmanager
def domain(**more: object) -> Iterator[NameServer]:
    """desk.test with its autoconfig host and mail server, and the database."""
    hosts = ("desk.test", "autoconfig.desk.test", "mail.desk.test", "autoconfig.hoster.test", ISPDB)
    addresses = dict.fromkeys(hosts, AT_HOME) | {"autoconfig.public.example": AT_HOME}
    with NameServer(addresses, **more) as server:  # type: ignore[arg-type]  # names are checked by NameServer itself
        yield server


async def steps_of(finder: ServerFinder, address: str = ADDRESS) -> list[DiscoveryStep]:
    return [step async for step in discover(finder, SystemClock(), load_providers(), address)]


def end_of(steps: list[DiscoveryStep]) -> DiscoveryEnded:
    last = steps[-1]
    assert isinstance(last, DiscoveryEnded)
    return last


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (FILE, Source.AUTOCONFIG),
        ("desk.test/.well-known/autoconfig/mail/config-v1.1.xml", Source.WELL_KNOWN),
        (f"{ISPDB}/autoconfig/v1.1/desk.test", Source.ISPDB),
    ],
)
async def test_a_published_file(web: WebServer, finder_for: FinderFor, file: str, source: Source) -> None:
    web.pages[file] = Page(usual_config())
    with domain() as names:
        best = end_of(await steps_of(finder_for(names.address, web.port))).best
    assert best is not None
    assert (best.source, best.is_complete, best.foreign) == (source, True, ())
    assert best.receiving is not None
    assert (best.receiving.host, best.receiving.username) == ("mail.desk.test", ADDRESS)
    asked = " ".join(f"{each.host} {each.path} {each.headers}" for each in web.asked)
    assert "jane" not in asked.lower()


async def test_services_of_dns(web: WebServer, finder_for: FinderFor) -> None:
    services = {
        "_imaps._tcp.desk.test": [("mail.desk.test", 1993, 0, 1)],
        "_imap._tcp.desk.test": [("", 0, 0, 0)],
        "_submission._tcp.desk.test": [("mail.desk.test", 465, 0, 1)],
    }
    with domain(services=services) as names:
        best = end_of(await steps_of(finder_for(names.address, web.port))).best
    assert best is not None
    assert best.source is Source.SRV
    assert [(end.port, end.security.value) for end in (best.receiving, best.sending) if end] == [
        *((1993, "tls"), (465, "tls")),
    ]


async def test_the_mail_exchanger_of_a_known_provider(web: WebServer, finder_for: FinderFor) -> None:
    web.pages[FILE] = Page(usual_config())  # what the web host goes on publishing
    with domain(exchangers={"desk.test": [(10, "in1-smtp.messagingengine.com")]}) as names:
        best = end_of(await steps_of(finder_for(names.address, web.port))).best
    assert best is not None
    assert (best.source, best.provider) == (Source.PROVIDER_BY_MX, "fastmail")


async def test_what_the_mail_exchangers_domain_publishes_is_not_enough(web: WebServer, finder_for: FinderFor) -> None:
    web.pages["autoconfig.hoster.test/mail/config-v1.1.xml"] = Page(usual_config("mail.hoster.test"))
    with domain(exchangers={"desk.test": [(10, "mx.hoster.test")]}) as names:
        steps = await steps_of(finder_for(names.address, web.port))
    assert any(step.why is Miss.UNSAFE for step in steps if isinstance(step, Missed))
    assert end_of(steps).candidates == ()


async def test_hosts_of_another_domain_are_shown(web: WebServer, finder_for: FinderFor) -> None:
    web.pages[FILE] = Page(usual_config(ISPDB))
    with domain() as names:
        best = end_of(await steps_of(finder_for(names.address, web.port))).best
    assert best is not None
    assert best.foreign == (ISPDB,)


@pytest.mark.parametrize(
    ("page", "miss"),
    [
        (Page(BOMB), Miss.UNSAFE),
        (Page(b" " * 10_000_000), Miss.UNSAFE),
        (Page(status=301, headers={"Location": "http://autoconfig.desk.test/x.xml"}), Miss.UNSAFE),
        (Page(status=302, headers={"Location": "https://evil.example/x.xml"}), Miss.UNSAFE),
        (Page(usual_config(), headers={"Content-Type": "text/html"}), Miss.UNUSABLE),
        (Page(usual_config("mail\t.desk.test")), Miss.UNUSABLE),
        (Page(usual_config(imap_port=99999, smtp_port=0)), Miss.UNUSABLE),
        (Page(usual_config("no.such.host.desk.test")), Miss.NOTHING),
        (Page(config_xml(server_xml("incomingServer", "imap", "mail.desk.test", 143, "plain"))), Miss.UNSAFE),
        (Page(drip), Miss.NO_ANSWER),
    ],
    ids=["bomb", "10 MB", "http", "elsewhere", "type", "control", "port", "nowhere", "plain", "drip"],
)
async def test_wrong_answers(web: WebServer, finder_for: FinderFor, page: Page, miss: Miss) -> None:
    web.pages[FILE] = page
    with domain() as names:
        steps = await steps_of(finder_for(names.address, web.port))
    assert [step.why for step in steps if isinstance(step, Missed) and step.source is Source.AUTOCONFIG] == [miss]
    assert not any(isinstance(step, Found) for step in steps)
    assert end_of(steps).candidates == ()


async def test_an_invalid_certificate(web: WebServer, finder_for: FinderFor) -> None:
    web.pages[FILE] = Page(usual_config())
    web.without_certificate.add("autoconfig.desk.test")
    with domain() as names:
        steps = await steps_of(finder_for(names.address, web.port))
    assert Source.AUTOCONFIG in [step.source for step in steps if isinstance(step, Missed)]
    assert end_of(steps).candidates == ()


async def test_a_public_domain_does_not_lead_us_home(web: WebServer, finder_for: FinderFor) -> None:
    web.pages["autoconfig.public.example/mail/config-v1.1.xml"] = Page(usual_config())
    with domain() as names:
        finder = finder_for(names.address, web.port)
        with pytest.raises(NotFound) as missed:
            await finder.published(Source.AUTOCONFIG, "public.example", local=False)
        assert missed.value.why is Miss.UNSAFE
    assert web.asked == []


async def test_a_domain_beyond_ascii(finder_for: FinderFor, web: WebServer) -> None:
    finder = finder_for("127.0.0.1", web.port)
    assert finder.domain_of("jane@BÜCHER.example") == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address", ["me@", "me", "me@[127.0.0.1]", "me@1.2.3.4", "me@a b.example", "me@a\0.example", "me@-.example", "@@"]
)
async def test_what_has_no_domain(finder_for: FinderFor, address: str) -> None:
    finder = finder_for("127.0.0.1", 443)
    if address == "me":
        assert finder.domain_of(address) == "me"  # a bare word could be a host of one's own network
        return
    with pytest.raises(NotFound) as missed:
        finder.domain_of(address)
    assert missed.value.why is Miss.BAD_DOMAIN


async def test_without_dns_it_is_said_quickly_and_provider_files_still_work(finder_for: FinderFor) -> None:
    with ScriptedNameServer(silent) as names:
        finder = finder_for(names.address, 443)
        begun = time.monotonic()
        assert end_of(await steps_of(finder)) == DiscoveryEnded(offline=True)
        assert time.monotonic() - begun < 5
        asked = len(names.asked)
        known = end_of(await steps_of(finder, "me@fastmail.com"))
        assert known.best is not None
        assert known.best.provider == "fastmail"
        assert len(names.asked) == asked


async def test_giving_up_frees_every_thread_at_once(finder_for: FinderFor) -> None:
    with ScriptedServer(mute) as server, domain() as names:
        finder = finder_for(names.address, server.port)
        steps = discover(finder, SystemClock(), load_providers(), ADDRESS)
        async for step in steps:
            if step == LookingAt(Source.ISPDB):
                break
        assert await asyncio.to_thread(server.wait_until_met, 2)
        begun = time.monotonic()
        await steps.aclose()  # type: ignore[attr-defined]  # an async generator, told as an iterator
        assert time.monotonic() - begun < 0.5
        assert await asyncio.to_thread(server.wait_until_gone, 2, 1.0)
