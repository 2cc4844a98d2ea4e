"""Every fault a server can commit, through the whole engine: it ends in its cause, in time, with no thread left."""

from __future__ import annotations

import asyncio
import datetime
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from mailbox_desk import wiring
from mailbox_desk.model.check import Limits
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.network import NetworkSettings
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording import Wording
from mailbox_desk.wording.report import Reporter
from tests.servers.ports import free_port
from tests.servers.scripted import BlackHole, Peer, Script, ScriptedServer, imap, mute, smtp

LIMITS = Limits(resolve=0.6, connect=0.6, tls=0.8, greeting=0.8, sign_in=0.8, total=4.0)
# Whether the internet is there is no part of these tests: the one server stands for it.
SHORT = Settings(limits=LIMITS, interval=1.0, network=NetworkSettings(public_points=False, portal_probes=False))
NETWORK, SETTINGS, TLS = "network_unreachable", "wrong_server_settings", "tls_failure"
CAPABILITY = b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n"
STARTTLS_GREETING = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"


async def judged(endpoint: Endpoint, *, sending: bool = False) -> tuple[Snapshot, float]:
    """The mailbox after one round with short limits, and how long the round took. It can be put into words."""
    mailbox = Mailbox(MailboxId("m"), "m@example.com", None if sending else endpoint, endpoint if sending else None)
    row = CsvMailbox(1, mailbox, Password(Secret("the-secret-of-m")))
    began = time.monotonic()
    async with wiring.csv_house([row], settings=SHORT) as house:
        engine = house.engine
        await engine.start(first_round=False)
        (snapshot,) = [each async for each in engine.round()]
        seconds = time.monotonic() - began
        Reporter(Wording.load(strict=True)).as_json(snapshot, engine.now())
    return snapshot, seconds


async def expect(
    endpoint: Endpoint, *causes: str, sending: bool = False, checks: int = 2, caplog: pytest.LogCaptureFixture
) -> Snapshot:
    """The round ends within its limits in one of these causes, and every thread is free again."""
    before = threading.active_count()
    snapshot, seconds = await judged(endpoint, sending=sending)
    diagnosis = snapshot.standing.diagnosis
    assert (diagnosis.cause.value if diagnosis else None) in causes, (diagnosis, snapshot.standing)
    assert snapshot.shown.value in ("NEEDS_YOU", "RECONNECTING")
    assert seconds < checks * LIMITS.total + 4.0
    end = time.monotonic() + 3.0
    while threading.active_count() > before and time.monotonic() < end:  # noqa: ASYNC110  a thread's end has no event
        await asyncio.sleep(0.01)
    assert threading.active_count() <= before, [thread.name for thread in threading.enumerate()]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert "the-secret-of-m" not in caplog.text
    return snapshot


def at(port: int, security: Security = Security.NONE, host: str = "localhost") -> Endpoint:
    return Endpoint(host, port, security, "m@example.com")


def reset(peer: Peer, tag: bytes) -> None:
    peer.reset()


def server_context(authority: trustme.CA, name: str = "localhost", **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **options).configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def trusted(ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


async def test_name_unknown(caplog: pytest.LogCaptureFixture) -> None:
    await expect(at(993, Security.TLS, "imap.nowhere.invalid"), NETWORK, caplog=caplog)


async def test_refused(caplog: pytest.LogCaptureFixture) -> None:
    await expect(at(free_port(), Security.TLS), NETWORK, caplog=caplog)


async def test_black_hole(caplog: pytest.LogCaptureFixture) -> None:
    with BlackHole() as hole:
        await expect(at(hole.port, Security.TLS, hole.host), NETWORK, caplog=caplog)


async def test_look_up_that_hangs(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **more: free.wait(20) or [])
    try:
        snapshot, seconds = await judged(at(993, Security.TLS, "hangs.example.org"))
    finally:
        free.set()
    assert snapshot.standing.diagnosis is not None
    assert snapshot.standing.diagnosis.cause.value == NETWORK
    assert seconds < 6.0


@pytest.mark.parametrize("sending", [False, True])
async def test_dripping_greeting(caplog: pytest.LogCaptureFixture, sending: bool) -> None:
    def drip(peer: Peer, tag: bytes) -> None:
        peer.drip(b"* OK welcome to the slowest server" if not sending else b"220 welcome to the slowest", 0.5)

    script = smtp(greeting=drip) if sending else imap(greeting=drip)
    with ScriptedServer(script) as server:
        await expect(at(server.port), NETWORK, sending=sending, caplog=caplog)


@pytest.mark.parametrize("word", [b"CAPABILITY", b"LOGIN", b"EXAMINE"])
async def test_reset_in_each_step_of_receiving(caplog: pytest.LogCaptureFixture, word: bytes) -> None:
    with ScriptedServer(imap({word: reset}, greeting=b"* OK ready\r\n")) as server:
        await expect(at(server.port), NETWORK, caplog=caplog)


@pytest.mark.parametrize("word", [b"EHLO", b"AUTH", b"MAIL", b"RCPT"])
async def test_reset_in_each_step_of_sending(caplog: pytest.LogCaptureFixture, word: bytes) -> None:
    with ScriptedServer(smtp({word: reset})) as server:
        await expect(at(server.port), NETWORK, sending=True, caplog=caplog)


async def test_reset_at_the_greeting(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(imap(greeting=reset)) as server:
        await expect(at(server.port), NETWORK, caplog=caplog)


@pytest.mark.parametrize("sending", [False, True])
async def test_plain_server_on_a_tls_port(caplog: pytest.LogCaptureFixture, sending: bool) -> None:
    with ScriptedServer(smtp() if sending else imap()) as server:
        await expect(at(server.port, Security.TLS), SETTINGS, sending=sending, caplog=caplog)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.NONE])
async def test_tls_server_on_a_plain_port(caplog: pytest.LogCaptureFixture, ca: trustme.CA, security: Security) -> None:
    with ScriptedServer(imap(), tls=server_context(ca)) as server:
        await expect(at(server.port, security), SETTINGS, caplog=caplog)


async def test_expired_certificate(caplog: pytest.LogCaptureFixture, ca: trustme.CA) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    context = server_context(ca, not_before=past, not_after=past + datetime.timedelta(days=90))
    with ScriptedServer(imap(), tls=context) as server:
        await expect(at(server.port, Security.TLS), TLS, caplog=caplog)


async def test_certificate_of_another_host(caplog: pytest.LogCaptureFixture, ca: trustme.CA) -> None:
    with ScriptedServer(imap(), tls=server_context(ca, "elsewhere.example.org")) as server:
        await expect(at(server.port, Security.TLS), TLS, caplog=caplog)


async def test_certificate_of_an_unknown_authority(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(imap(), tls=server_context(trustme.CA())) as server:
        await expect(at(server.port, Security.TLS), TLS, caplog=caplog)


def endless(peer: Peer, tag: bytes) -> None:
    while True:
        peer.send(b"x" * 65536)


def hundred_megabytes(peer: Peer, tag: bytes) -> None:
    peer.send(b"* OK ")
    for _ in range(1600):
        peer.send(b"y" * 65536)
    peer.send(b"\r\n")


@pytest.mark.parametrize("greeting", [endless, hundred_megabytes], ids=["endless", "100 MB"])
@pytest.mark.parametrize("sending", [False, True])
async def test_floods(caplog: pytest.LogCaptureFixture, greeting: Callable[[Peer, bytes], None], sending: bool) -> None:
    script = smtp(greeting=greeting) if sending else imap(greeting=greeting)
    with ScriptedServer(script) as server:
        await expect(at(server.port), SETTINGS, "unknown", sending=sending, caplog=caplog)


@pytest.mark.parametrize(
    "script",
    [
        imap(greeting=b"\x00\x01\xff\xfe\x00 \xc3\x28\r\n"),
        imap({b"LOGIN": b"* \x00\xff\xfe\r\nxyz999 OK in\r\n"}),
        imap(greeting=b"HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n"),
        imap(greeting=b"SSH-2.0-OpenSSH_9.2\r\n"),
        imap(greeting=b"220 mail.example.org ESMTP\r\n"),
    ],
    ids=["NUL and odd bytes", "wrong tag", "HTTP", "SSH", "SMTP"],
)
async def test_nonsense(caplog: pytest.LogCaptureFixture, script: Script) -> None:
    with ScriptedServer(script) as server:
        snapshot = await expect(at(server.port), SETTINGS, "unknown", caplog=caplog)
    last = snapshot.standing.receiving.last
    assert last is not None
    assert last.failure is not None
    assert last.failure.text


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (imap(greeting=b"* BYE come back later\r\n"), "server_busy"),
        (imap(greeting=b"* BYE Server shutting down for maintenance\r\n"), "maintenance"),
        (imap({b"LOGIN": b"* BYE Too many connections from your address\r\n"}), "too_many_logins"),
        (imap({b"LOGIN": b"* BYE see you\r\n"}), "server_busy"),
        (imap(greeting=b"* BYE \r\n"), "server_busy"),
    ],
)
async def test_bye(caplog: pytest.LogCaptureFixture, script: Script, cause: str) -> None:
    with ScriptedServer(script) as server:
        await expect(at(server.port), cause, caplog=caplog)


async def test_smtp_says_goodbye_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(smtp(greeting=b"421 4.3.2 closing\r\n")) as server:
        await expect(at(server.port), "server_busy", "provider_outage", sending=True, caplog=caplog)


async def test_starttls_with_injected_commands(caplog: pytest.LogCaptureFixture, ca: trustme.CA) -> None:
    answer = b"TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK injected\r\n"
    script = imap({b"STARTTLS": answer, b"CAPABILITY": CAPABILITY}, greeting=STARTTLS_GREETING, tls=server_context(ca))
    with ScriptedServer(script) as server:
        await expect(at(server.port, Security.STARTTLS), TLS, caplog=caplog)
        assert not any(b"the-secret-of-m" in received for received in server.received)


async def test_starttls_not_offered_never_goes_on_in_clear(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(imap()) as server:
        await expect(at(server.port, Security.STARTTLS), SETTINGS, TLS, "protocol_disabled", caplog=caplog)
        assert not any(b"the-secret-of-m" in received for received in server.received)


async def test_logout_never_answered_is_connected() -> None:
    with ScriptedServer(imap({b"LOGOUT": b""})) as server:
        snapshot, seconds = await judged(at(server.port))
    assert snapshot.shown.value == "CONNECTED"
    assert seconds < LIMITS.total


async def test_a_silent_server_ends_in_time(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(mute) as server:
        await expect(at(server.port), NETWORK, caplog=caplog)


async def test_a_name_that_leads_to_somebody_else_gets_no_secret(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lying DNS: a server with a certificate of its own authority, made out to the very name."""
    name, real = "imap.ledger.example", socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *words, **more: real("127.0.0.1" if host == name else host, *words, **more)
    )
    with ScriptedServer(imap(), tls=server_context(trustme.CA(), name)) as server:
        await expect(at(server.port, Security.TLS, name), TLS, caplog=caplog)
        assert not any(b"the-secret-of-m" in received for received in server.received)
