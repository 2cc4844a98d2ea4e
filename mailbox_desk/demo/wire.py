"""One connection as the rehearsal's servers see it: lines in and out, each with a limit of length and of time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailbox_desk.demo.fleet import Part, Point, Role
from mailbox_desk.model.verdict import Half

LONGEST_LINE: Final = 8192
_PATIENCE: Final = 120.0


class Gone(Exception):
    """The client left, said nothing for too long, or sent a line without an end. There is nobody to talk to."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is to be said when. `seconds` tells how long the network has been there."""

    role: Role
    half: Half
    seconds: Callable[[], float]

    @property
    def part(self) -> Part:
        return self.role.part(self.half)

    def words(self, point: Point) -> list[str]:
        """The lines to be said at this point, [] where it goes as usual."""
        if not self.part.holds(point, self.seconds()):
            return []
        return self.part.says.replace("{user}", self.role.address).split("\n")

    def refusal(self, user: str, password: str, usual: str) -> list[str]:
        """The answer to this sign-in; [] where it is accepted. Blanks don't count, as with most app passwords."""
        fits = user.lower() == self.role.address and _bare(password) == _bare(self.role.taken_password)
        if fits and self.role.right:
            return []
        return self.words(Point.SIGN_IN) or ([] if fits else [usual])


class Wire:
    """`slow`: seconds before each answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: float) -> None:
        self._reader, self._writer, self._slow = reader, writer, slow

    @property
    def is_encrypted(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    async def line(self, patience: float = _PATIENCE) -> str:
        """The next line without its end; bytes that are no UTF-8 are kept as they can be. Raises Gone."""
        try:
            async with asyncio.timeout(patience):
                line = await self._reader.readline()
        except (TimeoutError, ValueError, OSError) as error:  # ValueError: longer than LONGEST_LINE
            raise Gone from error
        if not line.endswith(b"\n"):
            raise Gone
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    async def exactly(self, size: int) -> str:
        """So many bytes. Raises Gone."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return (await self._reader.readexactly(size)).decode("utf-8", "replace")
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise Gone from error

    async def some(self) -> bytes:
        """What comes first. Raises Gone."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._reader.read(LONGEST_LINE)
        except (TimeoutError, OSError) as error:
            raise Gone from error

    async def say(self, *lines: str) -> None:
        """Answer with these lines. Raises Gone."""
        if self._slow:
            await asyncio.sleep(self._slow)
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        try:
            await self._writer.drain()
        except OSError as error:
            raise Gone from error

    async def secure(self, context: ssl.SSLContext) -> None:
        """Go on in TLS. Raises Gone."""
        try:
            await self._writer.start_tls(context)
        except OSError as error:  # ssl.SSLError is one
            raise Gone from error


def _bare(password: str) -> str:
    return password.replace(" ", "")
