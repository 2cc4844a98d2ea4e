"""Plays one IMAP server (RFC 3501, 2971, 4959, 2177, 9208): what a check needs of it, and a plain no to all else."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from mailbox_desk.demo.fleet import Point, Speech
from mailbox_desk.demo.wire import Cue, Gone, Wire

_IDLE_SECONDS: Final = 30 * 60.0  # RFC 2177: clients renew IDLE at least every 29 minutes
_LONGEST_LITERAL: Final = 4096
_LITERAL: Final = re.compile(r"\{(\d{1,9})(\+?)\}$")
_WORD: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\([^)]*\)|[^\s()"]+)')
_REFUSED: Final = "NO [AUTHENTICATIONFAILED] Authentication failed."
_FLAGS: Final = r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)"

Answer = Callable[[str, list[str]], Awaitable[None]]


class ImapPlayer:
    """One conversation."""

    def __init__(self, wire: Wire, cue: Cue, context: ssl.SSLContext) -> None:
        self._wire, self._cue, self._context = wire, cue, context
        self._is_in, self._is_over = False, False
        self._answers: dict[str, Answer] = {
            "CAPABILITY": self._capability,
            "NOOP": self._done,
            "ID": self._id,
            "LOGOUT": self._logout,
            "STARTTLS": self._starttls,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
            "SELECT": self._select,
            "EXAMINE": self._select,
            "GETQUOTAROOT": self._quota,
            "IDLE": self._idle,
        }
        self._need_sign_in = {"SELECT", "EXAMINE", "GETQUOTAROOT", "IDLE"}

    async def play(self) -> None:
        """From greeting to goodbye. Raises Gone."""
        words = self._cue.words(Point.GREETING)
        await self._wire.say(*(words or [f"* OK [CAPABILITY {self._offers()}] Rehearsal ready."]))
        self._is_over = _says_bye(words)
        while not self._is_over:
            tag, name, words = await self._command()
            answer = self._answers.get(name)
            if answer is None or not tag:
                await self._wire.say(f"{tag or '*'} BAD Command unknown.")
            elif name in self._need_sign_in and not self._is_in:
                await self._wire.say(f"{tag} BAD Sign in first.")
            else:
                await answer(tag, words)

    async def _command(self) -> tuple[str, str, list[str]]:
        """Tag, name and words; literals are fetched (RFC 3501 section 4.3)."""
        line = await self._wire.line()
        words: list[str] = []
        while (literal := _LITERAL.search(line)) is not None:
            size = int(literal[1])
            if size > _LONGEST_LITERAL:
                await self._wire.say("* BYE That is too long.")
                raise Gone
            if not literal[2]:
                await self._wire.say("+ Go on.")
            words += [*_words(line[: literal.start()]), await self._wire.exactly(size)]
            line = await self._wire.line()
        words += _words(line)
        tag, name, *rest = [*words, "", ""]
        return tag, name.upper(), rest[:-2] if len(words) >= 2 else []

    def _offers(self) -> str:
        if self._cue.part.speaks is Speech.STARTTLS and not self._wire.is_encrypted:
            return "IMAP4rev1 ID STARTTLS LOGINDISABLED"
        return "IMAP4rev1 SASL-IR AUTH=PLAIN ID IDLE QUOTA QUOTA=RES-STORAGE"

    async def _answered(self, tag: str, words: list[str]) -> None:
        """Say special words: untagged lines as they are, the others as the answer to this command."""
        await self._wire.say(*(line if line.startswith("* ") else f"{tag} {line}" for line in words))
        self._is_over = _says_bye(words)

    async def _capability(self, tag: str, words: list[str]) -> None:
        await self._wire.say(f"* CAPABILITY {self._offers()}", f"{tag} OK Done.")

    async def _done(self, tag: str, words: list[str]) -> None:
        await self._wire.say(f"{tag} OK Done.")

    async def _id(self, tag: str, words: list[str]) -> None:
        await self._wire.say('* ID ("name" "Mailbox Desk rehearsal")', f"{tag} OK Done.")

    async def _logout(self, tag: str, words: list[str]) -> None:
        await self._wire.say("* BYE Goodbye.", f"{tag} OK Done.")
        self._is_over = True

    async def _starttls(self, tag: str, words: list[str]) -> None:
        if self._wire.is_encrypted:
            await self._wire.say(f"{tag} BAD TLS is there already.")
            return
        await self._wire.say(f"{tag} OK Begin TLS.")
        await self._wire.secure(self._context)

    async def _login(self, tag: str, words: list[str]) -> None:
        if len(words) != 2:
            await self._wire.say(f"{tag} BAD A user name and a password are wanted.")
        elif not self._wire.is_encrypted:
            await self._wire.say(f"{tag} NO [PRIVACYREQUIRED] Begin TLS first.")
        else:
            await self._sign_in(tag, *words)

    async def _authenticate(self, tag: str, words: list[str]) -> None:
        if not words or words[0].upper() != "PLAIN" or not self._wire.is_encrypted:
            await self._wire.say(f"{tag} NO That mechanism is not offered.")
            return
        if len(words) == 1:
            await self._wire.say("+ ")
            words.append(await self._wire.line())
        user, password = plain_words(words[1])
        await self._sign_in(tag, user, password)

    async def _sign_in(self, tag: str, user: str, password: str) -> None:
        refused = self._cue.refusal(user, password, _REFUSED)
        if refused:
            await self._answered(tag, refused)
            return
        self._is_in = True
        await self._wire.say(f"{tag} OK [CAPABILITY {self._offers()}] Signed in.")

    async def _select(self, tag: str, words: list[str]) -> None:
        special = self._cue.words(Point.SELECT)
        if special:
            await self._answered(tag, special)
        elif [word.upper() for word in words[:1]] != ["INBOX"]:
            await self._wire.say(f"{tag} NO [NONEXISTENT] There is INBOX alone.")
        else:
            await self._wire.say(
                *(_FLAGS, "* 3 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] Valid.", "* OK [UIDNEXT 4] Next."),
                f"{tag} OK [READ-ONLY] Done.",
            )

    async def _quota(self, tag: str, words: list[str]) -> None:
        used, limit = self._cue.part.storage
        await self._wire.say(
            '* QUOTAROOT INBOX "User quota"', f'* QUOTA "User quota" (STORAGE {used} {limit})', f"{tag} OK Done."
        )

    async def _idle(self, tag: str, words: list[str]) -> None:
        await self._wire.say("+ idling")
        said = await self._wire.line(_IDLE_SECONDS)
        await self._wire.say(f"{tag} OK Done." if said.upper() == "DONE" else f"{tag} BAD DONE was expected.")


def plain_words(coded: str) -> tuple[str, str]:
    """User name and password of SASL PLAIN (RFC 4616); empty ones where it is none."""
    try:
        parts = base64.b64decode(coded, validate=True).decode("utf-8", "replace").split("\0")
    except (binascii.Error, ValueError):
        return "", ""
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")


def _words(line: str) -> list[str]:
    return [_unquoted(found[1]) for found in _WORD.finditer(line)]


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _says_bye(words: list[str]) -> bool:
    return any(word.upper().startswith("* BYE") for word in words)
