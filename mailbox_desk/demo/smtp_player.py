"""Plays one SMTP submission server (RFC 6409, 5321, 4954): what a check needs of it. It takes no message."""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from mailbox_desk.demo.fleet import Point, Speech
from mailbox_desk.demo.imap_player import plain_words
from mailbox_desk.demo.wire import Cue, Wire

_REFUSED: Final = "535 5.7.8 Error: authentication failed"
_SHUTS: Final = "421"  # RFC 5321 section 4.2.2: closing transmission channel

Answer = Callable[[str], Awaitable[None]]


class SmtpPlayer:
    """One conversation."""

    def __init__(self, wire: Wire, cue: Cue, context: ssl.SSLContext) -> None:
        self._wire, self._cue, self._context = wire, cue, context
        self._is_in, self._is_over, self._has_sender = False, False, False
        self._answers: dict[str, Answer] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }

    async def play(self) -> None:
        """From greeting to goodbye. Raises Gone."""
        await self._say(*(self._cue.words(Point.GREETING) or ["220 localhost ESMTP rehearsal ready"]))
        while not self._is_over:
            name, _, rest = (await self._wire.line()).partition(" ")
            answer = self._answers.get(name.upper())
            if answer is None:
                await self._say("500 5.5.1 Command unknown")
            else:
                await answer(rest.strip())

    async def _say(self, *lines: str) -> None:
        await self._wire.say(*lines)
        self._is_over = self._is_over or lines[-1].startswith(_SHUTS)

    @property
    def _wants_tls(self) -> bool:
        return self._cue.part.speaks is Speech.STARTTLS and not self._wire.is_encrypted

    async def _ehlo(self, rest: str) -> None:
        offers = ["STARTTLS"] if self._wants_tls else ["AUTH PLAIN LOGIN"]
        told = ["localhost", "PIPELINING", "SMTPUTF8", "8BITMIME", *offers, "ENHANCEDSTATUSCODES"]
        await self._say(*(f"250-{each}" for each in told[:-1]), f"250 {told[-1]}")

    async def _helo(self, rest: str) -> None:
        await self._say("250 localhost")

    async def _starttls(self, rest: str) -> None:
        if not self._wants_tls:
            await self._say("503 5.5.1 TLS is there already")
            return
        await self._say("220 2.0.0 Begin TLS")
        await self._wire.secure(self._context)

    async def _auth(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if self._wants_tls:
            await self._say("530 5.7.0 Must issue a STARTTLS command first")
        elif self._is_in:
            await self._say("503 5.5.1 Signed in already")
        elif mechanism.upper() == "PLAIN":
            await self._sign_in(*plain_words(first or await self._asked("334 ")))
        elif mechanism.upper() == "LOGIN":
            user = first or await self._asked("334 VXNlcm5hbWU6")
            password = await self._asked("334 UGFzc3dvcmQ6")
            await self._sign_in(_decoded(user), _decoded(password))
        else:
            await self._say("504 5.5.4 That mechanism is not offered")

    async def _asked(self, question: str) -> str:
        await self._say(question)
        return await self._wire.line()

    async def _sign_in(self, user: str, password: str) -> None:
        refused = self._cue.refusal(user, password, _REFUSED)
        self._is_in = not refused
        await self._say(*(refused or ["235 2.7.0 Signed in"]))

    async def _mail(self, rest: str) -> None:
        special = self._cue.words(Point.MAIL)
        if not self._is_in:
            await self._say("530 5.7.0 Sign in first")
        elif special:
            await self._say(*special)
        else:
            self._has_sender = True
            await self._say("250 2.1.0 Fine")

    async def _rcpt(self, rest: str) -> None:
        if not self._has_sender:
            await self._say("503 5.5.1 MAIL first")
            return
        await self._say(*(self._cue.words(Point.RCPT) or ["250 2.1.5 Fine"]))

    async def _data(self, rest: str) -> None:
        await self._say("554 5.7.1 The rehearsal takes no mail")

    async def _rset(self, rest: str) -> None:
        self._has_sender = False
        await self._say("250 2.0.0 Fine")

    async def _noop(self, rest: str) -> None:
        await self._say("250 2.0.0 Fine")

    async def _quit(self, rest: str) -> None:
        await self._say("221 2.0.0 Goodbye")
        self._is_over = True


def _decoded(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
