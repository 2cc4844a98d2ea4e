"""The sending half: against Dovecot's submission service, and against servers that misbehave."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator

import pytest

from mailbox_desk.model.check import FailureKind, Limits, Outcome, Step
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.mark import Mark
from tests.adapters.checks import SECRET, Checks, expect, failure_of, steps_of
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.scripted import Peer, ScriptedServer, smtp

PASSWORD = DovecotUser("").password
PATIENT = Limits()


@pytest.fixture
def blocking_relay(dovecot: Dovecot) -> Iterator[Dovecot]:
    dovecot.relay.rcpt_answer = "550 5.7.1 Sending is blocked for this account"
    yield dovecot
    dovecot.relay.rcpt_answer = ""


class TestDovecot:
    async def test_starttls(self, checks: Checks, dovecot: Dovecot) -> None:
        user = "user0010@example.org"
        result = await checks.sending(
            dovecot.submission_port, Security.STARTTLS, user=user, secret=PASSWORD, limits=PATIENT
        )
        assert result.failure is None
        assert steps_of(result) == [
            Step.RESOLVE,
            Step.CONNECT,
            Step.GREETING,
            Step.EHLO,
            Step.STARTTLS,
            Step.TLS,
            Step.EHLO,
            Step.SIGN_IN,
            Step.ENVELOPE,
            Step.SIGN_OUT,
        ]
        assert user in dovecot.relay.recipients
        assert result.certificate is not None

    async def test_auto_finds_starttls(self, checks: Checks, dovecot: Dovecot) -> None:
        result = await checks.sending(
            dovecot.submission_port,
            Security.AUTO,
            user="user0011@example.org",
            secret=PASSWORD,
            limits=PATIENT,
            envelope=False,
        )
        assert result.failure is None
        assert result.security is Security.STARTTLS
        assert Step.ENVELOPE not in steps_of(result)

    async def test_tls_with_a_non_ascii_password(self, checks: Checks, dovecot: Dovecot) -> None:
        dovecot.set_password("user0012@example.org", SECRET)
        result = await checks.sending(
            dovecot.submissions_port, Security.TLS, user="user0012@example.org", secret=SECRET, limits=PATIENT
        )
        assert result.failure is None

    async def test_wrong_password(self, checks: Checks, dovecot: Dovecot) -> None:
        before = dovecot.refusals("user0013@example.org")
        result = await checks.sending(
            dovecot.submissions_port, Security.TLS, user="user0013@example.org", secret="no", limits=PATIENT
        )
        failure = expect(result, Step.SIGN_IN, FailureKind.REFUSED)
        assert failure.code == "535 5.7.8"
        assert failure.text == "535 5.7.8 Authentication failed."
        assert dovecot.refusals("user0013@example.org") == before + 1

    async def test_blocked_sending_shows_in_the_envelope(self, checks: Checks, blocking_relay: Dovecot) -> None:
        result = await checks.sending(
            blocking_relay.submissions_port,
            Security.TLS,
            user="user0014@example.org",
            secret=PASSWORD,
            limits=PATIENT,
        )
        failure = expect(result, Step.ENVELOPE, FailureKind.REFUSED)
        assert failure.code.startswith("550 ")
        assert failure.text.endswith("5.7.1 Sending is blocked for this account")
        assert not failure.is_refused_secret


async def test_starttls_not_offered_sends_no_secret(checks: Checks) -> None:
    with ScriptedServer(smtp()) as server:
        result = await checks.sending(server.port, Security.STARTTLS)
        assert b"AUTH" not in server.received[0]
    expect(result, Step.STARTTLS, FailureKind.UNSUPPORTED, [Mark.STARTTLS_NOT_OFFERED])


@pytest.mark.parametrize(
    ("answer", "kind", "marks"),
    [
        (b"454 4.7.0 TLS not available\r\n", FailureKind.TEMPORARY, []),
        (b"502 5.5.1 no\r\n", FailureKind.UNSUPPORTED, [Mark.STARTTLS_REFUSED]),
    ],
)
async def test_starttls_refused(checks: Checks, answer: bytes, kind: FailureKind, marks: list[Mark]) -> None:
    script = smtp({b"EHLO": b"250-x\r\n250 STARTTLS\r\n", b"STARTTLS": answer})
    with ScriptedServer(script) as server:
        result = await checks.sending(server.port, Security.STARTTLS)
    expect(result, Step.STARTTLS, kind, marks)


async def test_starttls_with_an_injected_answer(checks: Checks, server_tls: ssl.SSLContext) -> None:
    script = smtp(
        {b"EHLO": b"250-x\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n250 AUTH INJECTED\r\n"}, tls=server_tls
    )
    with ScriptedServer(script) as server:
        result = await checks.sending(server.port, Security.STARTTLS)
        assert server.wait_until_gone(1)
        assert server.received[0].splitlines()[-1] == b"STARTTLS"
    failure = expect(result, Step.TLS, FailureKind.TLS_BROKEN, [Mark.STARTTLS_INJECTION])
    assert "INJECTED" in failure.text


async def test_auth_offered_before_starttls_only(checks: Checks, server_tls: ssl.SSLContext) -> None:
    hellos = iter([b"250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", b"250 x\r\n"])

    def ehlo(peer: Peer, _tag: bytes) -> None:
        peer.send(next(hellos))

    with ScriptedServer(smtp({b"EHLO": ehlo, b"STARTTLS": b"220 go\r\n"}, tls=server_tls)) as server:
        result = await checks.sending(server.port, Security.STARTTLS)
        assert b"AUTH" not in server.received[0]
    expect(result, Step.SIGN_IN, FailureKind.UNSUPPORTED, [Mark.AUTH_NOT_OFFERED])


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (b"535 5.7.8 Error: authentication failed\r\n", FailureKind.REFUSED, "535 5.7.8"),
        (b"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 x\r\n", FailureKind.REFUSED, "535 5.7.8"),
        (b"535 Incorrect\r\n", FailureKind.REFUSED, "535"),
        (b"454 4.7.0 Temporary authentication failure\r\n", FailureKind.TEMPORARY, "454 4.7.0"),
        (b"421 too many\r\n", FailureKind.TEMPORARY, "421"),
        (b"504 5.5.4 what?\r\n", FailureKind.REFUSED, "504 5.5.4"),
    ],
)
async def test_a_refused_secret_is_sent_once(checks: Checks, answer: bytes, kind: FailureKind, code: str) -> None:
    with ScriptedServer(smtp({b"AUTH": answer})) as server:
        result = await checks.sending(server.port)
        assert server.received[0].count(b"AUTH") == 1
    failure = expect(result, Step.SIGN_IN, kind)
    assert failure.code == code
    assert failure.text == answer.decode().replace("\r\n", "\n").strip()


async def test_auth_login(checks: Checks) -> None:
    said: list[bytes] = []

    def auth(peer: Peer, _tag: bytes) -> None:
        for prompt in (b"Username:", b"Password:"):
            peer.send(b"334 " + base64.b64encode(prompt) + b"\r\n")
            said.append(base64.b64decode(peer.line()))
        peer.send(b"235 2.7.0 ok\r\n")

    with ScriptedServer(smtp({b"EHLO": b"250-x\r\n250 AUTH=LOGIN\r\n", b"AUTH": auth})) as server:
        result = await checks.sending(server.port, secret=SECRET)
    assert result.failure is None
    assert said == [b"user@example.org", SECRET.encode()]


async def test_a_server_that_wants_more_is_called_off(checks: Checks) -> None:
    def auth(peer: Peer, _tag: bytes) -> None:
        peer.send(b"334 \r\n")
        assert peer.line() == b"*"
        peer.send(b"501 5.0.0 cancelled\r\n")

    with ScriptedServer(smtp({b"AUTH": auth})) as server:
        result = await checks.sending(server.port)
    assert expect(result, Step.SIGN_IN, FailureKind.REFUSED).code == "501 5.0.0"


async def test_an_echoed_secret_is_hidden(checks: Checks) -> None:
    coded = base64.b64encode(b"\0user@example.org\0plain-ascii-secret")
    with ScriptedServer(smtp({b"AUTH": b"535 5.7.8 what is AUTH PLAIN " + coded + b"?\r\n"})) as server:
        result = await checks.sending(server.port)
    assert failure_of(result).text == "535 5.7.8 what is AUTH PLAIN •••?"


@pytest.mark.parametrize(
    ("greeting", "kind", "code"),
    [
        (b"421 4.7.0 busy\r\n", FailureKind.TEMPORARY, "421 4.7.0"),
        (b"554 5.7.1 go away\r\n", FailureKind.REFUSED, "554 5.7.1"),
    ],
)
async def test_unfriendly_greetings(checks: Checks, greeting: bytes, kind: FailureKind, code: str) -> None:
    with ScriptedServer(smtp(greeting=greeting)) as server:
        result = await checks.sending(server.port)
    assert expect(result, Step.GREETING, kind).code == code


async def test_quit_never_answered_is_fine(checks: Checks) -> None:
    with ScriptedServer(smtp({b"QUIT": b""})) as server:
        result = await checks.sending(server.port)
    assert result.outcome is Outcome.OK


async def test_no_message_is_ever_sent(checks: Checks) -> None:
    with ScriptedServer(smtp()) as server:
        await checks.sending(server.port)
        words = [line.split()[0].upper() for line in server.received[0].splitlines()]
    assert words == [b"EHLO", b"AUTH", b"MAIL", b"RCPT", b"RSET", b"QUIT"]


async def test_what_is_offered_is_told_of_a_failure_too(checks: Checks) -> None:
    hello = b"250-mail.example.org\r\n250-size 1000\r\n250 auth login plain\r\n"
    with ScriptedServer(smtp({b"EHLO": hello, b"AUTH": b"535 5.7.8 no\r\n"})) as server:
        result = await checks.sending(server.port)
    assert failure_of(result).is_refused_secret
    assert result.capabilities == {"SIZE 1000", "AUTH LOGIN PLAIN"}


async def test_what_was_offered_in_clear_counts_no_more(checks: Checks, server_tls: ssl.SSLContext) -> None:
    hellos = iter([b"250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", b"250-x\r\n250 AUTH XOAUTH2\r\n"])

    def ehlo(peer: Peer, _tag: bytes) -> None:
        peer.send(next(hellos))

    with ScriptedServer(smtp({b"EHLO": ehlo, b"STARTTLS": b"220 go\r\n"}, tls=server_tls)) as server:
        result = await checks.sending(server.port, Security.STARTTLS)
    assert failure_of(result).marks == {Mark.AUTH_NOT_OFFERED}
    assert result.capabilities == {"AUTH XOAUTH2"}
