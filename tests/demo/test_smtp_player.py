"""The played submission server against Python's own client, and against bytes that no client would send."""

from __future__ import annotations

import asyncio
import os
import smtplib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from mailbox_desk.demo.fleet import Part, Point, Role, Speech
from mailbox_desk.model.verdict import Half
from tests.demo.playing import Stage, staged

T = TypeVar("T")
FINE, LIMITED, GONE, PLAIN = "fine@a.example", "limited@a.example", "gone@a.example", "plain@a.example"
PASSWORD = "rehearsal password"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    roles = (
        Role(FINE),
        Role(LIMITED, sending=Part(at=Point.RCPT, says="550-5.4.5 too many\n550 5.4.5 today")),
        Role(GONE, sending=Part(at=Point.MAIL, says="421 4.3.2 closing")),
        Role(PLAIN, right="an app pass word", sending=Part(speaks=Speech.STARTTLS)),
    )
    async with staged(*roles) as made:
        await made.opened()
        yield made


async def talked(stage: Stage, address: str, talk: Callable[[smtplib.SMTP], T], *, tls: bool = True) -> T:
    port, context = stage.port(address, Half.SENDING), stage.trusting()

    def run() -> T:
        if tls:
            with smtplib.SMTP_SSL("localhost", port, context=context, timeout=10) as client:
                return talk(client)
        with smtplib.SMTP("localhost", port, timeout=10) as client:
            return talk(client)

    return await asyncio.to_thread(run)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
async def test_a_whole_visit(stage: Stage, mechanism: str) -> None:
    def visit(client: smtplib.SMTP) -> None:
        client.ehlo()
        client.user, client.password = FINE, PASSWORD
        assert client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))[0] == 235
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 503
        assert client.rcpt(FINE)[0] == 503
        assert client.mail(FINE)[0] == 250
        assert client.rcpt(FINE)[0] == 250
        assert client.docmd("DATA")[0] == 554
        assert client.rset()[0] == 250
        assert client.noop()[0] == 250
        assert client.docmd("VRFY x")[0] == 500
        assert client.quit()[0] == 221

    await talked(stage, FINE, visit)


async def test_a_wrong_password_is_refused(stage: Stage) -> None:
    def visit(client: smtplib.SMTP) -> None:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login(FINE, "no")
        assert refused.value.smtp_code == 535
        assert client.mail(FINE)[0] == 530

    await talked(stage, FINE, visit)


async def test_special_words_to_a_recipient(stage: Stage) -> None:
    def visit(client: smtplib.SMTP) -> None:
        client.login(LIMITED, PASSWORD)
        client.mail(LIMITED)
        assert client.rcpt(LIMITED) == (550, b"5.4.5 too many\n5.4.5 today")
        assert client.noop()[0] == 250

    await talked(stage, LIMITED, visit)


async def test_after_421_the_line_is_closed(stage: Stage) -> None:
    def visit(client: smtplib.SMTP) -> None:
        client.login(GONE, PASSWORD)
        assert client.mail(GONE)[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()

    await talked(stage, GONE, visit)


async def test_starttls_and_an_app_password_without_its_blanks(stage: Stage) -> None:
    def visit(client: smtplib.SMTP) -> None:
        client.ehlo()
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 530
        assert client.starttls(context=stage.trusting())[0] == 220
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.login(PLAIN, "anapppassword")[0] == 235

    await talked(stage, PLAIN, visit, tls=False)


ODD = [
    b"\r\n" * 20,
    b"AUTH\r\nAUTH PLAIN\r\n=\r\nAUTH LOGIN !\r\n!\r\n",
    b"MAIL\r\nRCPT\r\n",
    b"x" * 100_000,
    os.urandom(4000),
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_odd_bytes_end_nothing_but_their_own_conversation(stage: Stage, odd: bytes) -> None:
    reader, writer = await asyncio.open_connection("localhost", stage.port(FINE, Half.SENDING), ssl=stage.trusting())
    assert (await reader.readline()).startswith(b"220")
    writer.write(odd)
    writer.close()
    await stage.until(lambda: not stage.doors.talks)
    await talked(stage, FINE, lambda client: client.login(FINE, PASSWORD))
