"""Faults: each ends as what it is, within its limit, no thread stuck (the fixture sees to that), no socket open."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from mailbox_desk.model.check import FailureKind, Limits, Outcome, Step, StepRecord
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half
from tests.adapters.checks import SHORT, USER, Checks, expect, expect_reset, failure_of
from tests.servers.ports import free_port
from tests.servers.scripted import BlackHole, Peer, Script, ScriptedServer, imap, mute, smtp

BOTH = pytest.mark.parametrize("half", list(Half))
OK_IMAP = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"


class TestReachingTheServer:
    async def test_name_unknown(self, checks: Checks) -> None:
        result = await checks.receiving(143, host="no-such-host.invalid")
        failure = failure_of(result)
        assert failure.step is Step.RESOLVE
        assert failure.kind is FailureKind.UNREACHABLE
        assert failure.marks <= {Mark.NAME_UNKNOWN, Mark.NAME_SERVER_TROUBLE}  # the latter without any network

    @pytest.mark.parametrize("host", ["", "[]", "a" * 70 + ".example.org", "nul\0.example.org"])
    async def test_no_name_at_all(self, checks: Checks, host: str) -> None:
        result = await checks.receiving(143, host=host)
        expect(result, Step.RESOLVE, FailureKind.UNREACHABLE, [Mark.NAME_UNKNOWN])

    async def test_refused(self, checks: Checks) -> None:
        result = await checks.receiving(free_port())
        expect(result, Step.CONNECT, FailureKind.UNREACHABLE, [Mark.REFUSED_CONNECTION])

    async def test_black_hole(self, checks: Checks) -> None:
        with BlackHole() as hole:
            result = await checks.receiving(hole.port, host=hole.host)
        expect(result, Step.CONNECT, FailureKind.TIMED_OUT, [Mark.CONNECT_TIMEOUT])
        assert 0.4 < result.seconds < 1.0

    async def test_look_up_that_hangs(self, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
        """It fails in time, holds one thread for all who ask for that name, and no other name waits for it."""
        release = threading.Event()
        real, asked = socket.getaddrinfo, []

        def getaddrinfo(host: str, *rest: Any, **more: Any) -> Any:
            asked.append(host)
            if host == "hangs.example.org":
                release.wait(20)
            return real("localhost" if host == "hangs.example.org" else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with ScriptedServer(imap()) as server:
            hung = [asyncio.ensure_future(checks.receiving(993, host="hangs.example.org")) for _ in range(20)]
            await asyncio.sleep(0)
            good = await checks.receiving(server.port)
        assert good.outcome is Outcome.OK
        for result in await asyncio.gather(*hung):
            expect(result, Step.RESOLVE, FailureKind.TIMED_OUT, [Mark.RESOLVE_TIMEOUT])
            assert result.seconds < 1
        assert asked.count("hangs.example.org") == 1
        release.set()

    async def test_the_other_family_is_tried_side_by_side(
        self, checks: Checks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with BlackHole() as hole, ScriptedServer(imap()) as server:
            stream = (socket.SOCK_STREAM, 6, "")
            found = [
                (socket.AF_INET, *stream, ("127.0.0.1", hole.port)),
                (socket.AF_INET, *stream, ("127.0.0.1", server.port)),
            ]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            result = await checks.receiving(server.port)
        assert result.outcome is Outcome.OK
        assert 0.2 < result.seconds < 0.45

    async def test_reach(self, checks: Checks) -> None:
        with ScriptedServer(mute) as server, BlackHole() as hole:
            assert await checks.checker.reach(Endpoint("localhost", server.port, Security.TLS, USER), SHORT)
            assert not await checks.checker.reach(Endpoint(hole.host, hole.port, Security.TLS, USER), SHORT)
            assert not await checks.checker.reach(Endpoint("x.invalid", 1, Security.TLS, USER), SHORT)
            assert server.received == [b""]


class TestTheLine:
    @BOTH
    async def test_dripping_greeting(self, checks: Checks, half: Half) -> None:
        with ScriptedServer(lambda peer: peer.drip(b"* OK a very slow greeting\r\n", 0.1)) as server:
            result = await checks.run(half, server.port, Security.NONE)
        failure = expect(result, Step.GREETING, FailureKind.TIMED_OUT, [Mark.STEP_TIMEOUT])
        assert failure.text.startswith("* OK")
        assert result.seconds < 1.5

    async def test_dripping_tls(self, checks: Checks) -> None:
        with ScriptedServer(lambda peer: peer.drip(b"\x16\x03\x03\x01\x00" + b"\x02" * 100, 0.1)) as server:
            result = await checks.receiving(server.port, Security.TLS)
        expect(result, Step.TLS, FailureKind.TIMED_OUT, [Mark.STEP_TIMEOUT])
        assert result.seconds < 1.5

    @pytest.mark.parametrize("word", ["GREETING", "CAPABILITY", "LOGIN", "EXAMINE", "GETQUOTAROOT"])
    async def test_reset_in_each_step_of_receiving(self, checks: Checks, word: str) -> None:
        def reset(peer: Peer, _tag: bytes) -> None:
            peer.reset()

        quota = {b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 QUOTA] in\r\n"}
        script = imap({**quota, word.encode(): reset}, greeting=reset if word == "GREETING" else b"* OK ready\r\n")
        with ScriptedServer(script) as server:
            result = await checks.receiving(server.port)
        step = {
            "GREETING": Step.GREETING,
            "CAPABILITY": Step.CAPABILITY,
            "LOGIN": Step.SIGN_IN,
            "EXAMINE": Step.SELECT,
            "GETQUOTAROOT": Step.QUOTA,
        }[word]
        expect_reset(result, step)

    @pytest.mark.parametrize("word", ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT"])
    async def test_reset_in_each_step_of_sending(self, checks: Checks, word: str) -> None:
        def reset(peer: Peer, _tag: bytes) -> None:
            peer.reset()

        greeting: Any = reset if word == "GREETING" else b"220 ready\r\n"
        with ScriptedServer(smtp({word.encode(): reset}, greeting=greeting)) as server:
            result = await checks.sending(server.port)
        step = {"GREETING": Step.GREETING, "EHLO": Step.EHLO, "AUTH": Step.SIGN_IN}.get(word, Step.ENVELOPE)
        expect_reset(result, step)

    @pytest.mark.parametrize("word", ["LOGOUT", "QUIT"])
    async def test_reset_at_sign_out_is_fine(self, checks: Checks, word: str) -> None:
        answers = {word.encode(): lambda peer, _tag: peer.reset()}
        half = Half.RECEIVING if word == "LOGOUT" else Half.SENDING
        with ScriptedServer(imap(answers) if half is Half.RECEIVING else smtp(answers)) as server:
            result = await checks.run(half, server.port, Security.NONE)
        assert result.outcome is Outcome.OK

    @pytest.mark.parametrize("security", [Security.TLS, Security.AUTO])
    async def test_closed_during_tls(self, checks: Checks, security: Security) -> None:
        with ScriptedServer(lambda peer: peer.close()) as server:
            result = await checks.receiving(server.port, security)
        failure = failure_of(result)
        assert (failure.step, failure.kind) == (Step.TLS, FailureKind.CLOSED)

    @BOTH
    async def test_closed_without_a_word(self, checks: Checks, half: Half) -> None:
        def script(peer: Peer) -> None:
            peer._sock.shutdown(socket.SHUT_WR)
            peer.listen()

        with ScriptedServer(script) as server:
            result = await checks.run(half, server.port, Security.NONE)
            assert server.wait_until_gone(1)
        expect(result, Step.GREETING, FailureKind.CLOSED, [Mark.EOF])

    async def test_total_limit(self, checks: Checks) -> None:
        limits = Limits(resolve=1, connect=1, tls=1, greeting=9, sign_in=9, total=0.5)
        with ScriptedServer(mute) as server:
            result = await checks.receiving(server.port, limits=limits)
            assert server.wait_until_gone(1)
        expect(result, Step.GREETING, FailureKind.TIMED_OUT, [Mark.TOTAL_TIMEOUT])
        assert result.seconds < 1

    async def test_cancelled(self, checks: Checks) -> None:
        """The worker comes free and the socket is closed at once."""
        with ScriptedServer(mute) as server:
            task = asyncio.ensure_future(checks.receiving(server.port, limits=Limits()))
            assert await asyncio.to_thread(server.wait_until_met, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert server.wait_until_gone(1, 1)

    async def test_shut(self, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every check under way ends as closed, whatever it waits for, also those that wait for a thread."""
        release, real = threading.Event(), socket.getaddrinfo

        def getaddrinfo(host: str, *rest: Any, **more: Any) -> Any:
            if host == "hangs.example.org":
                release.wait(20)
            return real("localhost", *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with ScriptedServer(mute) as server, BlackHole() as hole:
            tasks = [asyncio.ensure_future(checks.receiving(server.port, limits=Limits()))]
            assert await asyncio.to_thread(server.wait_until_met, 1)
            waiting = [
                checks.receiving(hole.port, host=hole.host, limits=Limits()),
                checks.receiving(hole.port, host=hole.host, limits=Limits()),
                checks.receiving(1, host="hangs.example.org", limits=Limits()),
            ]
            tasks += [asyncio.ensure_future(each) for each in waiting]
            await asyncio.sleep(0.05)
            begun = time.monotonic()
            checks.checker.shut()
            results = await asyncio.gather(*tasks)
            assert time.monotonic() - begun < 0.5
        release.set()
        for result in results:
            assert failure_of(result).kind is FailureKind.CLOSED
            assert failure_of(result).marks == {Mark.SHUT}

    async def test_steps_are_told_as_they_are_taken(self, checks: Checks) -> None:
        told: list[StepRecord] = []
        threads = set()

        def on_step(record: StepRecord) -> None:
            told.append(record)
            threads.add(threading.current_thread())

        with ScriptedServer(imap()) as server:
            result = await checks.receiving(server.port, on_step=on_step)
        assert tuple(told) == result.steps
        assert threads == {threading.current_thread()}


def _floods() -> list[tuple[str, Half, Script]]:
    def endless(chunk: bytes, first: bytes = b"") -> Script:
        def script(peer: Peer) -> None:
            peer.send(first)
            while True:
                peer.send(chunk)

        return script

    big = b"x" * 65536
    return [
        ("endless line", Half.RECEIVING, endless(big, b"* OK ")),
        ("endless line", Half.SENDING, endless(big, b"220 ")),
        ("endless lines", Half.RECEIVING, endless(b"* FLAGS (" + b"x" * 900 + b")\r\n", OK_IMAP)),
        ("endless lines", Half.SENDING, endless(b"220-" + b"x" * 900 + b"\r\n")),
        ("literal of 100 MB", Half.RECEIVING, endless(big, b"* OK x\r\n* LIST {104857600}\r\n")),
    ]


class TestNonsense:
    @pytest.mark.parametrize(("name", "half", "script"), _floods())
    async def test_floods(self, checks: Checks, name: str, half: Half, script: Script) -> None:
        with ScriptedServer(script) as server:
            result = await checks.run(half, server.port, Security.NONE, limits=Limits())
        failure = failure_of(result)
        assert failure.kind is FailureKind.BROKEN, name
        assert failure.marks <= {Mark.TOO_MUCH_DATA, Mark.UNEXPECTED_ANSWER}
        assert len(failure.text) < 2100
        assert result.seconds < 5

    @pytest.mark.parametrize(
        ("half", "said", "marks", "shown"),
        [
            (Half.RECEIVING, b"HTTP/1.1 400 Bad Request\r\n", [Mark.NOT_A_MAIL_SERVER], "HTTP/1.1 400 Bad Request"),
            (Half.SENDING, b"HTTP/1.1 400 Bad Request\r\n", [Mark.NOT_A_MAIL_SERVER], "HTTP/1.1 400 Bad Request"),
            (Half.RECEIVING, b"SSH-2.0-OpenSSH_9.2\r\n", [Mark.NOT_A_MAIL_SERVER], "SSH-2.0-OpenSSH_9.2"),
            (Half.RECEIVING, b"220 mail ESMTP\r\n", [Mark.OTHER_MAIL_PROTOCOL], "220 mail ESMTP"),
            (Half.RECEIVING, b"+OK POP3 ready\r\n", [Mark.OTHER_MAIL_PROTOCOL], "+OK POP3 ready"),
            (Half.SENDING, OK_IMAP, [Mark.OTHER_MAIL_PROTOCOL], OK_IMAP.decode().strip()),
            (Half.RECEIVING, b"\x00\xff\xfe\r\n", [Mark.UNEXPECTED_ANSWER], "\\x00\\xff\\xfe"),
            (Half.SENDING, b"\x00\xff\xfe\r\n", [Mark.UNEXPECTED_ANSWER], "\\x00\\xff\\xfe"),
            (Half.RECEIVING, b"A1 OK wrong tag\r\n", [Mark.UNEXPECTED_ANSWER], "A1 OK wrong tag"),
            (Half.RECEIVING, b"\x15\x03\x01\x00\x02\x02\x0a\n", [Mark.TLS_ON_PLAIN_PORT], None),
        ],
    )
    async def test_greetings(
        self, checks: Checks, half: Half, said: bytes, marks: list[Mark], shown: str | None
    ) -> None:
        with ScriptedServer(lambda peer: peer.send(said)) as server:
            result = await checks.run(half, server.port, Security.NONE)
        failure = expect(result, Step.GREETING, FailureKind.BROKEN, marks)
        assert shown is None or failure.text == shown

    @pytest.mark.parametrize("answer", [b"A1 OK in\r\n", b"MD99 OK in\r\n", b"\x00\xff\r\n", b"TAG OKAY\r\n"])
    async def test_nonsense_in_answer_to_the_sign_in(self, checks: Checks, answer: bytes) -> None:
        with ScriptedServer(imap({b"LOGIN": answer})) as server:
            result = await checks.receiving(server.port)
        failure = failure_of(result)
        assert failure.step is Step.SIGN_IN
        assert failure.kind in (FailureKind.BROKEN, FailureKind.REFUSED)

    async def test_nul_and_odd_bytes_in_a_refusal_are_shown(self, checks: Checks) -> None:
        with ScriptedServer(imap({b"LOGIN": b"TAG NO n\x00o \xff \xc3\xa4\r\n"})) as server:
            result = await checks.receiving(server.port)
        assert failure_of(result).text == "NO n\\x00o \\xff ä"


class TestTls:
    @BOTH
    async def test_plain_server_on_a_tls_port(self, checks: Checks, half: Half) -> None:
        with ScriptedServer(imap() if half is Half.RECEIVING else smtp()) as server:
            result = await checks.run(half, server.port, Security.TLS)
        failure = expect(result, Step.TLS, FailureKind.TLS_BROKEN, [Mark.PLAIN_ON_TLS_PORT])
        assert "ready" in failure.text

    async def test_web_server_on_a_tls_port(self, checks: Checks) -> None:
        with ScriptedServer(lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
            result = await checks.receiving(server.port, Security.TLS)
        failure = failure_of(result)
        assert failure.marks == {Mark.PLAIN_ON_TLS_PORT, Mark.NOT_A_MAIL_SERVER}
        assert failure.text == "HTTP/1.1 400 Bad Request"

    @BOTH
    async def test_tls_server_on_a_plain_port(self, checks: Checks, half: Half, server_tls: ssl.SSLContext) -> None:
        with ScriptedServer(mute, tls=server_tls) as server:
            result = await checks.run(half, server.port, Security.STARTTLS)
        expect(result, Step.GREETING, FailureKind.TIMED_OUT, [Mark.STEP_TIMEOUT, Mark.TLS_ON_PLAIN_PORT])

    async def test_silent_server_is_not_taken_for_tls(self, checks: Checks) -> None:
        with ScriptedServer(mute) as server:
            result = await checks.receiving(server.port, Security.STARTTLS)
        expect(result, Step.GREETING, FailureKind.TIMED_OUT, [Mark.STEP_TIMEOUT])

    @pytest.mark.parametrize("mark", [Mark.CERT_EXPIRED, Mark.CERT_HOSTNAME, Mark.CERT_UNTRUSTED])
    @pytest.mark.parametrize("fetch", [False, True])
    async def test_certificates(self, checks: Checks, ca: trustme.CA, mark: Mark, fetch: bool) -> None:
        context = _context(_bad_certificate(ca, mark))
        with ScriptedServer(imap(), tls=context) as server:
            result = await checks.receiving(server.port, Security.TLS, fetch_certificate=fetch)
            assert all(b"LOGIN" not in received for received in server.received)
        failure = expect(result, Step.TLS, FailureKind.UNTRUSTED, [mark])
        assert (failure.certificate is not None) is fetch

    @BOTH
    async def test_untrusted_certificate_behind_starttls_is_seen(self, checks: Checks, half: Half) -> None:
        context = _context(trustme.CA().issue_cert("localhost"))
        if half is Half.RECEIVING:
            greeting = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n"
            script = imap({b"STARTTLS": b"TAG OK go\r\n"}, greeting=greeting, tls=context)
        else:
            script = smtp({b"EHLO": b"250-x\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"}, tls=context)
        with ScriptedServer(script) as server:
            result = await checks.run(half, server.port, Security.STARTTLS, fetch_certificate=True)
            assert len(server.received) == 2
        failure = expect(result, Step.TLS, FailureKind.UNTRUSTED, [Mark.CERT_UNTRUSTED])
        assert failure.certificate is not None

    async def test_pinned_certificate(self, checks: Checks) -> None:
        issued = trustme.CA().issue_cert("elsewhere.example.org")
        der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
        pin = hashlib.sha256(der).hexdigest()
        with ScriptedServer(imap(), tls=_context(issued)) as server:
            good = await checks.receiving(server.port, Security.TLS, pin=pin)
            bad = await checks.receiving(server.port, Security.TLS, pin="0" * 64)
            assert server.wait_until_gone(2)
            assert server.received[1] == b""
        assert good.outcome is Outcome.OK
        failure = expect(bad, Step.TLS, FailureKind.UNTRUSTED, [Mark.PIN_CHANGED])
        assert failure.certificate is not None
        assert failure.certificate.sha256 == pin

    async def test_a_pin_holds_against_trusted_certificates_too(
        self, checks: Checks, server_tls: ssl.SSLContext
    ) -> None:
        with ScriptedServer(imap(), tls=server_tls) as server:
            result = await checks.receiving(server.port, Security.TLS, pin="0" * 64)
        expect(result, Step.TLS, FailureKind.UNTRUSTED, [Mark.PIN_CHANGED])

    async def test_auto_never_goes_on_in_clear(self, checks: Checks) -> None:
        with ScriptedServer(imap()) as server:
            result = await checks.receiving(server.port, Security.AUTO)
            assert all(b"LOGIN" not in received for received in server.received)
        expect(result, Step.STARTTLS, FailureKind.UNSUPPORTED, [Mark.STARTTLS_NOT_OFFERED])

    async def test_plain_off_loopback_sends_nothing(self, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
        real: Callable[..., Any] = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: real("127.0.0.1", *rest, **more))
        with ScriptedServer(imap()) as server:
            result = await checks.receiving(server.port, host="mail.example.org")
            assert server.wait_until_gone(1)
            assert server.received == [b""]
        expect(result, Step.TLS, FailureKind.UNSUPPORTED, [Mark.PLAIN_NOT_ALLOWED])


def _bad_certificate(ca: trustme.CA, mark: Mark) -> trustme.LeafCert:
    match mark:
        case Mark.CERT_EXPIRED:
            then = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
            return ca.issue_cert("localhost", not_before=then, not_after=then + datetime.timedelta(days=90))
        case Mark.CERT_HOSTNAME:
            return ca.issue_cert("elsewhere.example.org")
    return trustme.CA().issue_cert("localhost")


def _context(issued: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context
