"""The words of XOAUTH2 and OAUTHBEARER, and servers that end a sign-in in odd ways."""

from __future__ import annotations

import base64

import pytest

from mailbox_desk.adapters.bearer import Bearer, Mechanism, challenge_in, mechanism_among
from mailbox_desk.model.check import FailureKind, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.mark import Mark
from tests.adapters.checks import Checks, expect
from tests.servers.scripted import Answer, Peer, ScriptedServer, imap, smtp

TOKEN = "ya29.token-canary-0123456789"


def bearer(mechanism: Mechanism, user: str = "someuser@example.com") -> Bearer:
    return Bearer(mechanism, user, Secret(TOKEN), "server.example.com", 143)


def test_the_example_of_google() -> None:
    """https://developers.google.com/gmail/xoauth2_protocol, read 2026-11-24."""
    token = Secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
    first = Bearer(Mechanism.XOAUTH2, "someuser@example.com", token, "imap.gmail.com", 993).first
    assert base64.b64encode(first) == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52"
        b"YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )


def test_the_shape_of_rfc_7628() -> None:
    first = bearer(Mechanism.OAUTHBEARER, "us=er,1@example.com").first
    assert first == (
        b"n,a=us=3Der=2C1@example.com,\1host=server.example.com\1port=143\1auth=Bearer " + TOKEN.encode() + b"\1\1"
    )


@pytest.mark.parametrize(("mechanism", "end"), [(Mechanism.XOAUTH2, b""), (Mechanism.OAUTHBEARER, b"\1")])
def test_the_reason_is_heard_and_answered_and_no_more_is_said(mechanism: Mechanism, end: bytes) -> None:
    one = bearer(mechanism)
    assert one.answer(b"") == one.first
    assert one.answer(b'{"status":"401"}') == end
    assert one.said == b'{"status":"401"}'
    assert one.answer(b"more?") is None
    assert one.answer(b"more?") is None
    assert TOKEN not in repr(one)


def test_which_is_chosen() -> None:
    assert mechanism_among({"PLAIN", "OAUTHBEARER", "XOAUTH2"}) is Mechanism.XOAUTH2
    assert mechanism_among({"PLAIN", "OAUTHBEARER"}) is Mechanism.OAUTHBEARER
    assert mechanism_among({"PLAIN", "XOAUTH"}) is None


def test_a_challenge_that_is_no_base64_is_kept_as_it_came() -> None:
    assert challenge_in(b"e30=") == b"{}"
    assert challenge_in(b"not base64!") == b"not base64!"


def coded(text: str) -> bytes:
    return base64.b64encode(text.encode())


def refusing(words: list[bytes], final: bytes, heard: list[bytes], *, first: bytes = b"") -> Answer:
    """A server's part: `words` one after the other, each answered by a line, then `final`."""

    def talk(peer: Peer, tag: bytes) -> None:
        for word in [first, *words] if first else words:
            peer.send(word + b"\r\n")
            heard.append(peer.line())
        peer.send(final.replace(b"TAG", tag) + b"\r\n")

    return talk


REASON = f'{{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/","token":"{TOKEN}"}}'
SHOWN = REASON.replace(TOKEN, "•••")


async def test_imap_keeps_reason_and_final_line_without_the_token(checks: Checks) -> None:
    """The server echoes the token, plain and coded, as some do."""
    heard: list[bytes] = []
    final = b"TAG NO [AUTHENTICATIONFAILED] Invalid credentials " + coded(f"x{TOKEN}y")
    answer = refusing([b"+ " + coded(REASON)], final, heard, first=b"+ ")
    greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN] ready\r\n"
    with ScriptedServer(imap({b"AUTHENTICATE": answer}, greeting=greeting)) as server:
        result = await checks.receiving(server.port, secret=TOKEN, auth=AuthKind.OAUTH)
    failure = expect(result, Step.SIGN_IN, FailureKind.REFUSED)
    assert failure.code == "AUTHENTICATIONFAILED"
    assert failure.text.splitlines() == [SHOWN, "NO [AUTHENTICATIONFAILED] Invalid credentials •••"]
    assert TOKEN in base64.b64decode(heard[0]).decode()
    assert heard[1] == b""


async def test_smtp_keeps_reason_and_final_line_without_the_token(checks: Checks) -> None:
    heard: list[bytes] = []
    answer = refusing([b"334 " + coded(REASON)], b"535-5.7.8 Not accepted\r\n535 5.7.8 " + coded(TOKEN), heard)
    with ScriptedServer(smtp({b"EHLO": b"250-x\r\n250 AUTH XOAUTH2 PLAIN\r\n", b"AUTH": answer})) as server:
        result = await checks.sending(server.port, secret=TOKEN, auth=AuthKind.OAUTH)
    failure = expect(result, Step.SIGN_IN, FailureKind.REFUSED)
    assert failure.code == "535 5.7.8"
    assert failure.text.splitlines() == [SHOWN, "535-5.7.8 Not accepted", "535 5.7.8 •••"]
    assert heard == [b""]


async def test_a_long_token_waits_for_smtp_to_ask(checks: Checks) -> None:
    """RFC 4954 section 4: a command has 512 bytes. Microsoft's tokens have 2,000."""
    heard: list[bytes] = []
    token = TOKEN * 80
    answer = refusing([b"334 "], b"235 2.7.0 in", heard)
    with ScriptedServer(smtp({b"EHLO": b"250-x\r\n250 AUTH XOAUTH2\r\n", b"AUTH": answer})) as server:
        result = await checks.sending(server.port, secret=token, auth=AuthKind.OAUTH)
        assert b"AUTH XOAUTH2\r\n" in server.received[0]
    assert result.is_ok
    assert base64.b64decode(heard[0]).decode().endswith(f"auth=Bearer {token}\1\1")


async def test_a_server_that_asks_for_ever_is_called_off(checks: Checks) -> None:
    heard: list[bytes] = []
    answer = refusing([b"334 e30=", b"334 e30="], b"501 5.7.0 cancelled", heard)
    with ScriptedServer(smtp({b"EHLO": b"250-x\r\n250 AUTH OAUTHBEARER\r\n", b"AUTH": answer})) as server:
        result = await checks.sending(server.port, secret=TOKEN, auth=AuthKind.OAUTH)
    expect(result, Step.SIGN_IN, FailureKind.REFUSED)
    assert heard == [b"AQ==", b"*"]


async def test_a_server_that_is_busy_is_no_refusal(checks: Checks) -> None:
    heard: list[bytes] = []
    answer = refusing([], b"TAG NO [UNAVAILABLE] Temporary authentication failure", heard, first=b"+ ")
    greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER] ready\r\n"
    with ScriptedServer(imap({b"AUTHENTICATE": answer}, greeting=greeting)) as server:
        result = await checks.receiving(server.port, secret=TOKEN, auth=AuthKind.OAUTH)
    failure = expect(result, Step.SIGN_IN, FailureKind.TEMPORARY)
    assert failure.text == "NO [UNAVAILABLE] Temporary authentication failure"


async def test_an_odd_challenge_is_an_odd_answer_and_no_fault_of_ours(
    checks: Checks, caplog: pytest.LogCaptureFixture
) -> None:
    """Plain words where base64 belongs, and no ASCII: imapclient would quote them in its log."""
    heard: list[bytes] = []
    final = b"TAG OK \xe9 " + TOKEN.encode()
    answer = refusing([b"+ AADSTS50055: \xe9 x" + TOKEN.encode()], final, heard, first=b"+ ")
    greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n"
    with ScriptedServer(imap({b"AUTHENTICATE": answer}, greeting=greeting)) as server:
        result = await checks.receiving(server.port, secret=TOKEN, auth=AuthKind.OAUTH)
    expect(result, Step.SIGN_IN, FailureKind.BROKEN, {Mark.UNEXPECTED_ANSWER})
    assert TOKEN not in caplog.text
