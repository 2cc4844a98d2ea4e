"""The door of a home: how a second process asks the first one, over loopback, one JSON line each way and on.

The first writes a port and a random token where only its user can read it; who has not the token is cut off unheard.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbox_desk.adapters.private_files import write_private_file
from mailbox_desk.paths import Home

_LOOPBACK = "127.0.0.1"
_LONGEST_LINE = 1 << 20
_LONGEST_ANSWER_LINE = 16 << 20
_FIRST_LINE_SECONDS = 5.0
_CONNECT_SECONDS = 2.0
_END = {"end": True}
_log = logging.getLogger(__name__)


class NobodyAnswers(Exception):
    """No process of this home answers, or it went away before it had said all."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a second process asks for."""

    ask: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


Answer = Callable[[Request], AsyncIterator[dict[str, Any]]]


class Door:
    """Opened by the process that holds the home's lock; a door left by one that died is replaced."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._token = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def open(self, answer: Answer) -> None:
        """Answer whoever knocks, many at a time. Raises OSError."""

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._visits.add(task)
                task.add_done_callback(self._visits.discard)
            try:
                await self._visit(reader, writer, answer)
            except asyncio.CancelledError:
                if self._server is not None:
                    raise
                # `close` cut it off: Python before 3.12 tells a cancelled visit in the log, as a fault

        self._server = await asyncio.start_server(visit, _LOOPBACK, 0, limit=_LONGEST_LINE)
        port = self._server.sockets[0].getsockname()[1]
        plate = {"port": port, "token": self._token, "pid": os.getpid()}
        write_private_file(self._home.door, json.dumps(plate).encode())

    async def close(self) -> None:
        """Cut off all who are being answered and take the door away."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        self._home.door.unlink(missing_ok=True)
        visits = tuple(self._visits)
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        try:
            async with asyncio.timeout(_FIRST_LINE_SECONDS):
                request = self._understood(await reader.readline())
            if request is not None:
                await _tell_until_gone(reader, writer, answer(request))
        except (OSError, ValueError, TimeoutError) as error:  # ValueError: a line without end, from streams.readline
            _log.debug("a visitor was cut off: %s", type(error).__name__)
        finally:
            writer.close()

    def _understood(self, line: bytes) -> Request | None:
        """None for whoever has not the token or talks garbage."""
        try:
            match json.loads(line):
                case {"token": str(token), "ask": str(ask), "arguments": dict(arguments)}:
                    is_ours = hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode())
                    return Request(ask, arguments) if is_ours else None
        except (ValueError, RecursionError):
            pass
        return None


async def knock(
    home: Home, ask: str, arguments: Mapping[str, Any] | None = None
) -> AsyncGenerator[dict[str, Any], None]:
    """Ask the process that holds this home and yield its answers as they come. Close the generator to leave early.
    Raises NobodyAnswers."""
    port, token = _read_plate(home)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(_LOOPBACK, port, limit=_LONGEST_ANSWER_LINE)
    except (OSError, TimeoutError) as error:
        raise NobodyAnswers(str(error)) from error
    try:
        writer.write(_line({"token": token, "ask": ask, "arguments": dict(arguments or {})}))
        await writer.drain()
        while (message := json.loads(await reader.readline() or b"null")) != _END:
            if not isinstance(message, dict) or not isinstance(message.get("answer"), dict):
                raise NobodyAnswers("the answer ended early")
            yield message["answer"]
    except (OSError, ValueError) as error:
        raise NobodyAnswers(str(error)) from error
    finally:
        writer.close()


def _read_plate(home: Home) -> tuple[int, str]:
    try:
        match json.loads(home.door.read_bytes()):
            case {"port": int(port), "token": str(token)} if 0 < port < 65536:
                return port, token
    except (OSError, ValueError) as error:
        raise NobodyAnswers("the home has no door") from error
    raise NobodyAnswers("the home has no door")


async def _tell_until_gone(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: AsyncIterator[dict[str, Any]]
) -> None:
    """Tell all answers; when the visitor leaves, or sends more than its one line, stop at once."""
    telling = asyncio.ensure_future(_tell(writer, answers))
    leaving = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            telling.result()
    finally:
        for task in (telling, leaving):
            task.cancel()
        await asyncio.gather(telling, leaving, return_exceptions=True)


async def _tell(writer: asyncio.StreamWriter, answers: AsyncIterator[dict[str, Any]]) -> None:
    try:
        async for each in answers:
            writer.write(_line({"answer": each}))
            await writer.drain()
        writer.write(_line(_END))
        await writer.drain()
    finally:
        close = getattr(answers, "aclose", None)
        if close is not None:
            await close()


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"
