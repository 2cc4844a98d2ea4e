"""The played IMAP server against Python's own client, and against bytes that no client would send."""

from __future__ import annotations

import asyncio
import imaplib
import os
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from mailbox_desk.demo.fleet import Part, Point, Role, Speech
from mailbox_desk.demo.imap_player import plain_words
from mailbox_desk.model.verdict import Half
from tests.demo.playing import Stage, staged

T = TypeVar("T")
FINE, WRONG, BUSY, PLAIN = "fine@a.example", "wrong@a.example", "busy@a.example", "plain@a.example"
PASSWORD = 'a "right" \\ one'
NO = "NO [AUTHENTICATIONFAILED] not with this one, {user}"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    roles = (
        Role(FINE, receiving=Part(storage=(7, 9))),
        Role(WRONG, right=PASSWORD, receiving=Part(at=Point.SIGN_IN, says=NO)),
        Role(BUSY, receiving=Part(at=Point.GREETING, says="* BYE too busy")),
        Role(PLAIN, right="pä ss", receiving=Part(speaks=Speech.STARTTLS)),
    )
    async with staged(*roles) as made:
        await made.opened()
        yield made


async def talked(stage: Stage, address: str, talk: Callable[[imaplib.IMAP4], T], *, tls: bool = True) -> T:
    """The client blocks, so it talks on a thread."""
    port, context = stage.port(address, Half.RECEIVING), stage.trusting()

    def run() -> T:
        if tls:
            with imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=10) as client:
                return talk(client)
        with imaplib.IMAP4("127.0.0.1", port, timeout=10) as client:
            return talk(client)

    return await asyncio.to_thread(run)


async def test_a_whole_visit(stage: Stage) -> None:
    def visit(client: imaplib.IMAP4) -> None:
        assert client.noop()[0] == "OK"
        assert client.login(FINE, "rehearsal password")[0] == "OK"
        assert client.select("INBOX", readonly=True) == ("OK", [b"3"])
        assert client.select("Other")[0] == "NO"
        status, (_, (quota,)) = client.getquotaroot("INBOX")
        assert (status, quota) == ("OK", b'"User quota" (STORAGE 7 9)')
        assert client.xatom("ID", '("name" "test")')[0] == "OK"
        client.send(b"x IDLE\r\n")
        assert client.readline() == b"+ idling\r\n"
        client.send(b"DONE\r\n")
        assert client.readline() == b"x OK Done.\r\n"

    await talked(stage, FINE, visit)


@pytest.mark.parametrize("user", [FINE, "nobody@a.example"])
async def test_a_wrong_password_is_refused(stage: Stage, user: str) -> None:
    def visit(client: imaplib.IMAP4) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            client.login(user, "no")
        client.send(b"x IDLE\r\n")
        assert client.readline() == b"x BAD Sign in first.\r\n"

    await talked(stage, FINE, visit)


async def test_special_words_until_the_right_password(stage: Stage) -> None:
    def visit(client: imaplib.IMAP4) -> None:
        with pytest.raises(imaplib.IMAP4.error, match=f"not with this one, {WRONG}"):
            client.login(WRONG, "rehearsal password")
        assert client.authenticate("PLAIN", lambda _: f"\0{WRONG}\0{PASSWORD}".encode())[0] == "OK"

    await talked(stage, WRONG, visit)


async def test_a_goodbye_in_place_of_a_greeting(stage: Stage) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="too busy"):
        await talked(stage, BUSY, lambda client: None)


async def test_starttls_and_a_password_as_a_literal(stage: Stage) -> None:
    def visit(client: imaplib.IMAP4) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
            client.login(PLAIN, "secret")
        client.starttls(stage.trusting())
        client.literal = "pä ss".encode()  # type: ignore[assignment]  # typeshed takes it for text
        assert client._simple_command("LOGIN", PLAIN)[0] == "OK"

    await talked(stage, PLAIN, visit, tls=False)


ODD = [
    b"\r\n" * 20,
    b"a\r\nb c\r\nc LOGIN\r\nd LOGIN x\r\ne AUTHENTICATE\r\n",
    b"a LOGIN {999999999}\r\n",
    b'a LOGIN "open\r\n',
    b"a AUTHENTICATE PLAIN !!!\r\n",
    b"a LOGIN {3}\r\nab",
    b"x" * 100_000,
    os.urandom(4000),
    b"\xff\xfe\x00" * 50 + b"\r\n",
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_odd_bytes_end_nothing_but_their_own_conversation(stage: Stage, odd: bytes) -> None:
    port = stage.port(FINE, Half.RECEIVING)
    reader, writer = await asyncio.open_connection("localhost", port, ssl=stage.trusting())
    assert (await reader.readline()).startswith(b"* OK")
    writer.write(odd)
    writer.write_eof() if writer.can_write_eof() else writer.close()
    await stage.until(lambda: not stage.doors.talks)
    await talked(stage, FINE, lambda client: client.login(FINE, "rehearsal password"))


async def test_bytes_that_are_no_tls_at_all(stage: Stage) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.port(FINE, Half.RECEIVING))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert b"HTTP" not in await reader.read()
    writer.close()
    await talked(stage, FINE, lambda client: client.login(FINE, "rehearsal password"))


@pytest.mark.parametrize(
    ("coded", "words"),
    [("AGEAYg==", ("a", "b")), ("eABhAGI=", ("a", "b")), ("AGE=", ("", "")), ("*", ("", "")), ("ü", ("", ""))],
)
def test_plain_words(coded: str, words: tuple[str, str]) -> None:
    assert plain_words(coded) == words
