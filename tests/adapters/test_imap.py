"""The receiving half: against Dovecot, and against servers that misbehave as no real one would."""

from __future__ import annotations

import base64
import ssl

import pytest

from mailbox_desk.model.check import FailureKind, Limits, Outcome, Quota, Step
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.mark import Mark
from tests.adapters.checks import SECRET, Checks, expect, failure_of, steps_of
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.scripted import Peer, ScriptedServer, imap

PASSWORD = DovecotUser("").password
_PATIENT = Limits()
STEPS_OF_TLS = [
    Step.RESOLVE,
    Step.CONNECT,
    Step.TLS,
    Step.GREETING,
    Step.CAPABILITY,
    Step.SIGN_IN,
    Step.SELECT,
    Step.QUOTA,
    Step.SIGN_OUT,
]


class TestDovecot:
    async def test_tls(self, checks: Checks, dovecot: Dovecot) -> None:
        result = await checks.receiving(
            dovecot.imaps_port, Security.TLS, user="user0001@example.org", secret=PASSWORD, limits=_PATIENT
        )
        assert result.failure is None
        assert steps_of(result) == STEPS_OF_TLS
        assert all(record.passed for record in result.steps)
        assert result.security is Security.TLS
        assert result.quota is not None
        assert result.quota.limit_kib == 50 * 1024
        assert result.certificate is not None
        assert result.certificate.not_after is not None
        assert {"IMAP4REV1", "AUTH=PLAIN", "AUTH=LOGIN"} <= result.capabilities

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.AUTO])
    async def test_starttls(self, checks: Checks, dovecot: Dovecot, security: Security) -> None:
        result = await checks.receiving(
            dovecot.imap_port, security, user="user0002@example.org", secret=PASSWORD, limits=_PATIENT
        )
        assert result.failure is None
        assert result.security is Security.STARTTLS
        assert Step.STARTTLS in steps_of(result)
        assert result.certificate is not None

    @pytest.mark.parametrize("secret", ["wrong", 'wr\u00f6ng \\ " secret'])
    async def test_wrong_password(self, checks: Checks, dovecot: Dovecot, secret: str) -> None:
        before = dovecot.refusals("user0003@example.org")
        result = await checks.receiving(
            dovecot.imaps_port, Security.TLS, user="user0003@example.org", secret=secret, limits=_PATIENT
        )
        failure = expect(result, Step.SIGN_IN, FailureKind.REFUSED)
        assert failure.text == "NO [AUTHENTICATIONFAILED] Authentication failed."
        assert failure.code == "AUTHENTICATIONFAILED"
        assert failure.is_refused_secret
        assert dovecot.refusals("user0003@example.org") == before + 1

    async def test_passwords_with_odd_characters(self, checks: Checks, dovecot: Dovecot) -> None:
        for secret in ('with "quotes" and \\ and {5}', "sch\u00f6n \u65e5\u672c"):
            dovecot.set_password("user0004@example.org", secret)
            result = await checks.receiving(
                dovecot.imaps_port, Security.TLS, user="user0004@example.org", secret=secret, limits=_PATIENT
            )
            assert result.failure is None

    async def test_blocked(self, checks: Checks, dovecot: Dovecot) -> None:
        result = await checks.receiving(
            dovecot.imaps_port, Security.TLS, user="blocked@example.org", secret=PASSWORD, limits=_PATIENT
        )
        failure = expect(result, Step.SIGN_IN, FailureKind.REFUSED)
        assert failure.text == "NO [CONTACTADMIN] Account_suspended"

    async def test_over_quota(self, checks: Checks, dovecot: Dovecot) -> None:
        dovecot.deliver("full@example.org", "Subject: big\r\n\r\n" + "x" * 1500 + "\r\n")
        result = await checks.receiving(
            dovecot.imaps_port, Security.TLS, user="full@example.org", secret=PASSWORD, limits=_PATIENT
        )
        assert result.quota == Quota(used_kib=2, limit_kib=2)

    async def test_mail_delivered_is_seen(self, checks: Checks, dovecot: Dovecot) -> None:
        dovecot.deliver("user0005@example.org")
        result = await checks.receiving(
            dovecot.imaps_port, Security.TLS, user="user0005@example.org", secret=PASSWORD, limits=_PATIENT
        )
        assert [record.note for record in result.steps if record.step is Step.SELECT] == ["1 EXISTS"]

    async def test_password_in_clear_is_never_sent_off_loopback(self, checks: Checks, dovecot: Dovecot) -> None:
        result = await checks.receiving(dovecot.imap_port, Security.NONE, host="127.0.0.1.nip.invalid")
        assert failure_of(result).step is Step.RESOLVE


async def test_no_capability_in_the_greeting_or_the_ok(checks: Checks) -> None:
    answers = {b"LOGIN": b"TAG OK in\r\n"}
    with ScriptedServer(imap(answers, greeting=b"* OK ready\r\n")) as server:
        result = await checks.receiving(server.port)
    assert result.outcome is Outcome.OK
    assert steps_of(result).count(Step.CAPABILITY) == 2


async def test_id_is_sent_before_examine_where_offered(checks: Checks) -> None:
    answers = {
        b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 ID] in\r\n",
        b"ID": b"* ID NIL\r\nTAG OK\r\n",
    }
    with ScriptedServer(imap(answers)) as server:
        result = await checks.receiving(server.port)
        words = [line.split()[1] for line in server.received[0].splitlines()]
    assert result.outcome is Outcome.OK
    assert words == [b"LOGIN", b"ID", b"EXAMINE", b"LOGOUT"]


async def test_preauth_needs_no_secret(checks: Checks) -> None:
    with ScriptedServer(imap(greeting=b"* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n")) as server:
        result = await checks.receiving(server.port)
        assert b"LOGIN" not in server.received[0]
    assert result.outcome is Outcome.OK


async def test_preauth_takes_starttls_away(checks: Checks) -> None:
    with ScriptedServer(imap(greeting=b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n")) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
        assert b"LOGIN" not in server.received[0]
    expect(result, Step.STARTTLS, FailureKind.UNSUPPORTED, [Mark.PREAUTH, Mark.STARTTLS_NOT_OFFERED])


async def test_starttls_not_offered_sends_nothing(checks: Checks) -> None:
    with ScriptedServer(imap()) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
        assert server.received == [b""]
    expect(result, Step.STARTTLS, FailureKind.UNSUPPORTED, [Mark.STARTTLS_NOT_OFFERED])


async def test_starttls_refused(checks: Checks) -> None:
    script = imap({b"STARTTLS": b"TAG BAD not now\r\n"}, greeting=b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")
    with ScriptedServer(script) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
    failure = expect(result, Step.STARTTLS, FailureKind.UNSUPPORTED, [Mark.STARTTLS_REFUSED])
    assert "not now" in failure.text


async def test_starttls_with_an_injected_answer(checks: Checks, server_tls: ssl.SSLContext) -> None:
    script = imap(
        {b"STARTTLS": b"TAG OK go\r\n* CAPABILITY IMAP4rev1 INJECTED\r\n"},
        greeting=b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n",
        tls=server_tls,
    )
    with ScriptedServer(script) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
        assert server.wait_until_gone(1)
        assert server.received[0].splitlines() == [b"MD0 STARTTLS"]
    failure = expect(result, Step.TLS, FailureKind.TLS_BROKEN, [Mark.STARTTLS_INJECTION])
    assert "INJECTED" in failure.text


async def test_starttls_with_an_answer_injected_a_moment_later(checks: Checks) -> None:
    def starttls(peer: Peer, tag: bytes) -> None:
        peer.send(tag + b" OK go\r\n")
        peer.send(b"* CAPABILITY INJECTED\r\n")
        peer.listen()

    script = imap({b"STARTTLS": starttls}, greeting=b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")
    with ScriptedServer(script) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
    failure = expect(result, Step.TLS, FailureKind.TLS_BROKEN, [Mark.STARTTLS_INJECTION])
    assert "INJECTED" in failure.text


async def test_logindisabled_keeps_the_secret(checks: Checks) -> None:
    with ScriptedServer(imap(greeting=b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\r\n")) as server:
        result = await checks.receiving(server.port)
        assert server.received == [b""]
    expect(result, Step.SIGN_IN, FailureKind.UNSUPPORTED, [Mark.LOGIN_DISABLED])


async def test_logindisabled_on_tls_leaves_authenticate(checks: Checks, server_tls: ssl.SSLContext) -> None:
    def authenticate(peer: Peer, tag: bytes) -> None:
        peer.send(b"+ \r\n")
        said = base64.b64decode(peer.line())
        peer.send(tag + (b" OK in\r\n" if said == f"\0user@example.org\0{SECRET}".encode() else b" NO bad\r\n"))

    script = imap(
        {b"AUTHENTICATE": authenticate}, greeting=b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\r\n"
    )
    with ScriptedServer(script, tls=server_tls) as server:
        result = await checks.receiving(server.port, Security.TLS, secret=SECRET)
    assert result.failure is None


async def test_a_second_challenge_does_not_get_the_secret_again(checks: Checks) -> None:
    def authenticate(peer: Peer, tag: bytes) -> None:
        peer.send(b"+ \r\n")
        peer.line()
        peer.send(b"+ \r\n")
        assert peer.line() == b"*"
        peer.send(tag + b" NO cancelled\r\n")

    script = imap({b"AUTHENTICATE": authenticate}, greeting=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n")
    with ScriptedServer(script) as server:
        result = await checks.receiving(server.port, secret=SECRET)
    expect(result, Step.SIGN_IN, FailureKind.REFUSED)


async def test_non_ascii_secret_where_only_login_is_there(checks: Checks) -> None:
    def login(peer: Peer, tag: bytes) -> None:
        peer.send(b"+ go\r\n")
        peer.send(tag + (b" OK in\r\n" if peer.line() == SECRET.encode() else b" NO bad\r\n"))

    with ScriptedServer(imap({b"LOGIN": login})) as server:
        result = await checks.receiving(server.port, secret=SECRET)
    assert result.failure is None


@pytest.mark.parametrize(
    ("answer", "kind", "code", "text", "marks"),
    [
        (b"TAG NO [UNAVAILABLE] later\r\n", "temporary", "UNAVAILABLE", "NO [UNAVAILABLE] later", []),
        (b"TAG NO [INUSE] later\r\n", "temporary", "INUSE", "NO [INUSE] later", []),
        (b"TAG NO [LIMIT] too many\r\n", "temporary", "LIMIT", "NO [LIMIT] too many", []),
        (b"TAG NO [SERVERBUG] oh\r\n", "refused", "SERVERBUG", "NO [SERVERBUG] oh", []),
        (b"TAG NO no\r\n", "refused", "", "NO no", []),
        (b"TAG BAD syntax\r\n", "refused", "", "BAD syntax", []),
        (
            b"* NO [ALERT] Account locked, see https://x.example\r\nTAG NO [AUTHENTICATIONFAILED] bad\r\n",
            "refused",
            "AUTHENTICATIONFAILED",
            "* NO [ALERT] Account locked, see https://x.example\nNO [AUTHENTICATIONFAILED] bad",
            [Mark.ALERT],
        ),
        (b"* BYE Too many connections\r\n", "temporary", "", "* BYE Too many connections", [Mark.BYE]),
        (b"* BYE bye\r\nTAG NO bad password\r\n", "refused", "", "* BYE bye\nNO bad password", [Mark.BYE]),
    ],
)
async def test_answers_to_sign_in(
    checks: Checks, answer: bytes, kind: str, code: str, text: str, marks: list[Mark]
) -> None:
    def login(peer: Peer, tag: bytes) -> None:
        peer.send(answer.replace(b"TAG", tag))
        peer.close()

    with ScriptedServer(imap({b"LOGIN": login})) as server:
        result = await checks.receiving(server.port)
        assert server.received[0].count(b"plain-ascii-secret") == 1
    failure = expect(result, Step.SIGN_IN, FailureKind(kind), marks)
    assert (failure.code, failure.text) == (code, text)


async def test_bye_in_the_greeting(checks: Checks) -> None:
    with ScriptedServer(imap(greeting=b"* BYE [ALERT] overloaded\r\n")) as server:
        result = await checks.receiving(server.port)
    failure = expect(result, Step.GREETING, FailureKind.TEMPORARY, [Mark.BYE, Mark.ALERT])
    assert failure.text == "* BYE [ALERT] overloaded"


async def test_bye_and_then_silence_ends_soon(checks: Checks) -> None:
    with ScriptedServer(imap({b"LOGIN": b"* BYE later\r\n"})) as server:
        result = await checks.receiving(server.port)
    expect(result, Step.SIGN_IN, FailureKind.TEMPORARY, [Mark.BYE])


async def test_an_echoed_secret_is_hidden(checks: Checks) -> None:
    def login(peer: Peer, tag: bytes) -> None:
        coded = base64.b64encode(b"\0user@example.org\0plain-ascii-secret")
        peer.send(tag + b" NO wrong: user@example.org plain-ascii-secret " + coded + b"\r\n")

    with ScriptedServer(imap({b"LOGIN": login})) as server:
        result = await checks.receiving(server.port)
    assert failure_of(result).text == "NO wrong: user@example.org ••• •••"
    assert "plain-ascii" not in repr(result)


@pytest.mark.parametrize("answer", [b"", b"* BYE out\r\n"])
async def test_logout_never_answered_is_fine(checks: Checks, answer: bytes) -> None:
    with ScriptedServer(imap({b"LOGOUT": answer})) as server:
        result = await checks.receiving(server.port)
    assert result.outcome is Outcome.OK
    assert steps_of(result)[-1] is Step.SIGN_OUT


async def test_select_refused_is_no_refused_secret(checks: Checks) -> None:
    with ScriptedServer(imap({b"EXAMINE": b"TAG NO [SERVERBUG] Internal error\r\n"})) as server:
        result = await checks.receiving(server.port)
    failure = expect(result, Step.SELECT, FailureKind.REFUSED)
    assert not failure.is_refused_secret


@pytest.mark.parametrize(
    "answer",
    [b"TAG NO quota is off\r\n", b'* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE x\r\nTAG OK done\r\n', b"TAG OK\r\n"],
)
async def test_a_quota_that_cannot_be_read_is_no_failure(checks: Checks, answer: bytes) -> None:
    answers = {b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 QUOTA] in\r\n", b"GETQUOTAROOT": answer}
    with ScriptedServer(imap(answers)) as server:
        result = await checks.receiving(server.port)
    assert result.outcome is Outcome.OK
    assert result.quota is None
    assert Step.QUOTA in steps_of(result)


@pytest.mark.parametrize("odd", ["nul\0", "two\r\nlines"])
async def test_a_secret_that_cannot_be_sent(checks: Checks, odd: str) -> None:
    with ScriptedServer(imap()) as server:
        result = await checks.receiving(server.port, secret=odd)
        assert server.received == [b""]
    expect(result, Step.SIGN_IN, FailureKind.UNSUPPORTED, [Mark.UNSENDABLE])


async def test_what_is_offered_is_told_of_a_failure_too(checks: Checks) -> None:
    answers = {b"LOGIN": b"TAG NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"}
    with ScriptedServer(imap(answers, greeting=b"* OK [CAPABILITY IMAP4rev1 auth=xoauth2] ready\r\n")) as server:
        result = await checks.receiving(server.port)
    assert failure_of(result).is_refused_secret
    assert result.capabilities == {"IMAP4REV1", "AUTH=XOAUTH2"}


async def test_what_was_offered_in_clear_counts_no_more(checks: Checks, server_tls: ssl.SSLContext) -> None:
    inner = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"
    answers = {b"STARTTLS": b"TAG OK go\r\n", b"CAPABILITY": inner, b"LOGIN": b"TAG NO no\r\n"}
    greeting = b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n"
    with ScriptedServer(imap(answers, greeting=greeting, tls=server_tls)) as server:
        result = await checks.receiving(server.port, Security.STARTTLS)
    assert result.capabilities == {"IMAP4REV1", "AUTH=PLAIN"}


async def test_offers_after_sign_in_do_not_hide_those_before(checks: Checks) -> None:
    answers = {b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 IDLE] in\r\n"}
    with ScriptedServer(imap(answers, greeting=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")) as server:
        result = await checks.receiving(server.port)
    assert result.outcome is Outcome.OK
    assert result.capabilities == {"IMAP4REV1", "AUTH=PLAIN"}


async def test_a_flood_of_offers_is_cut_and_holds_no_secret(checks: Checks) -> None:
    words = b" ".join(b"X%d" % number for number in range(5000))
    greeting = b"* OK [CAPABILITY IMAP4rev1 " + SECRET.upper().encode() + b" " + words + b"] ready\r\n"
    with ScriptedServer(imap(greeting=greeting)) as server:
        result = await checks.receiving(server.port, secret=SECRET.upper())
    assert sum(map(len, result.capabilities)) < 2100
    assert not any("S3CRET" in word for word in result.capabilities)
