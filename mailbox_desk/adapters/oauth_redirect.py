"""Where the browser comes back to (RFC 8252 section 7.3): a listener on 127.0.0.1 that takes one request and no other.

It lives on the event loop, without a thread. The request must be a GET of the very path and query form, for the very
host, with the very state; all else is turned away at once and logged without a value, and the wait goes on: nobody who
merely finds the port can end a sign-in, and nobody without the state can bring a code into one. Once the one request
was taken the door is shut, so that it can't be sent again. The browser is answered when it is known how it ended.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_LOOPBACK: Final = "127.0.0.1"
_MOST_BYTES: Final = 16 * 1024
_MOST_CALLERS: Final = 16
_MOST_PARAMETERS: Final = 30
_HEAD_SECONDS: Final = 5.0
_PAGE_SECONDS: Final = 5.0
_LONGEST_VALUE: Final = 8 * 1024
_log = logging.getLogger(__name__)

_HEADERS: Final = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
    "Connection: close\r\n"
)


class _TurnedAway(Exception):
    """Not the request that is waited for. Says why, and never holds a value of it."""

    def __init__(self, reason: str, status: str = "400 Bad Request") -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Return:
    """The browser came back. `told`: the parameters it brought, a code among them perhaps, so never in a repr."""

    told: Mapping[str, str] = field(repr=False)
    _writer: asyncio.StreamWriter = field(repr=False)

    async def show(self, page: str) -> None:
        """The last page that the browser sees of this sign-in. A browser that has gone is no fault."""
        try:
            async with asyncio.timeout(_PAGE_SECONDS):
                await _answered(self._writer, "200 OK", page)
        except (OSError, TimeoutError) as error:
            _log.debug("the browser did not take its page: %s", type(error).__name__)


class Redirect:
    """`wanted`: the redirect address to offer, its port chosen here where it names none; `state`: what the request must
    bring; `stranger`: the page for all others. To be closed in any case."""

    def __init__(self, wanted: str, state: str, stranger: str) -> None:
        self._wanted = urlsplit(wanted)
        self._state = state
        self._stranger = stranger
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._came: asyncio.Future[Return] = asyncio.get_running_loop().create_future()
        self._host = ""

    @property
    def uri(self) -> str:
        """The redirect address, as the provider is told it."""
        return f"http://{self._host}{self._wanted.path}"

    async def come(self) -> Return:
        """Wait for the one request."""
        return await asyncio.shield(self._came)

    async def open(self) -> None:
        """Raises OSError where the port is taken."""
        sock = _listening(self._wanted.port or 0)
        self._host = f"{self._wanted.hostname}:{sock.getsockname()[1]}"
        try:
            self._server = await asyncio.start_server(self._visited, sock=sock, limit=_MOST_BYTES)
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        """Cut off all callers, the browser among them."""
        self._shut()
        for writer in tuple(self._writers):
            writer.close()
        self._came.cancel()

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= _MOST_CALLERS:
            writer.close()
            return
        self._writers.add(writer)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                told = self._understood(await reader.readuntil(b"\r\n\r\n"))
            if self._came.done():
                raise _TurnedAway("the browser has come back already", "410 Gone")
        except _TurnedAway as reason:
            _log.warning("a request to the sign-in's redirect was turned away: %s", reason)
            await self._turned_away(writer, reason.status)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.debug("a caller of the sign-in's redirect went, or said too little or too much: %r", type(error))
            writer.close()
        else:
            self._shut()
            self._came.set_result(Return(told, writer))
            return  # the writer stays open for the last page
        self._writers.discard(writer)

    async def _turned_away(self, writer: asyncio.StreamWriter, status: str) -> None:
        try:
            async with asyncio.timeout(_PAGE_SECONDS):
                await _answered(writer, status, self._stranger)
        except (OSError, TimeoutError) as error:
            _log.debug("who was turned away did not wait for the answer: %s", type(error).__name__)

    def _understood(self, head: bytes) -> dict[str, str]:
        """The parameters of the one request. Raises _TurnedAway."""
        first, *rest = head.decode("latin-1").split("\r\n")
        method, _, target = first.partition(" ")
        target, _, version = target.partition(" ")
        if not version.startswith("HTTP/1."):
            raise _TurnedAway("no HTTP")
        if method != "GET":
            raise _TurnedAway("not a GET", "405 Method Not Allowed")
        hosts = [line.partition(":")[2].strip().lower() for line in rest if line.lower().startswith("host:")]
        if hosts != [self._host.lower()]:
            raise _TurnedAway("another host is meant", "421 Misdirected Request")
        path, _, query = target.partition("?")
        if path != (self._wanted.path or "/") or not query:
            raise _TurnedAway("another page is meant", "404 Not Found")
        return self._checked(query)

    def _checked(self, query: str) -> dict[str, str]:
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict")
        except ValueError as error:
            raise _TurnedAway("unreadable parameters") from error
        told = dict(pairs)
        if len(told) < len(pairs) or any(len(value) > _LONGEST_VALUE for value in told.values()):
            raise _TurnedAway("a parameter stands twice or is too long")
        if not hmac.compare_digest(told.get("state", "").encode(), self._state.encode()):
            raise _TurnedAway("the state is not ours")
        if ("code" in told) == ("error" in told):
            raise _TurnedAway("neither a code nor an error, or both")
        return told


def _listening(port: int) -> socket.socket:
    """A socket on loopback that nobody else can listen on beside us."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        sock.bind((_LOOPBACK, port))
        sock.listen(_MOST_CALLERS)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


async def _answered(writer: asyncio.StreamWriter, status: str, page: str) -> None:
    body = page.encode()
    writer.write(f"HTTP/1.1 {status}\r\n{_HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
