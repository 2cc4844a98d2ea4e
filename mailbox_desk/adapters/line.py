"""One connection to a server: bytes with a time limit for each step, a byte budget, and TLS on top when asked for.

imaplib and smtplib use a Line in place of a socket. Its errors are its own and no OSErrors, so that neither library
can turn a lost line into something else. TLS runs over memory buffers: the socket stays the same from first to last
byte, and every limit holds for the handshake too.
"""

from __future__ import annotations

import contextlib
import math
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from mailbox_desk.adapters.cutoff import Cutoff, TotalTimedOut

BYTE_BUDGET: Final = 2 * 1024 * 1024
_CHUNK: Final = 65536
_TLS_RECORD_TYPES: Final = frozenset(range(20, 25))  # RFC 8446 section 5.1 and heartbeat
_PLAIN_LINE_WAIT: Final = 0.5
_KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 120, "TCP_KEEPALIVE": 120, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3}
"""Seconds of silence before the first question (macOS calls it TCP_KEEPALIVE), between questions, and how many."""


class StepTimedOut(Exception):
    """The time of one step is over."""


class TooMuchData(Exception):
    """The server sent more than a check can need."""


class LineEnded(Exception):
    """The server closed the line."""


class LineLost(Exception):
    """The system says that the line is gone; the OSError is the cause."""


class PlainAnswer(Exception):
    """Plain bytes came where TLS was expected. `answer`: what came."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.answer = answer


class Line:
    """A connected socket in the care of a Cutoff. For one thread; only the Cutoff may be used from others."""

    def __init__(self, sock: socket.socket, cutoff: Cutoff) -> None:
        self._sock = sock
        self._cutoff = cutoff
        self._step_ends = math.inf
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.budget = BYTE_BUDGET
        self.reader = LineReader(self)

    @property
    def is_encrypted(self) -> bool:
        return self._tls is not None

    @property
    def local_host(self) -> str:
        """Our own address on this connection."""
        host: str = self._sock.getsockname()[0]
        return host

    def fileno(self) -> int:
        """The socket's number, -1 once it is closed."""
        return self._sock.fileno()

    def adopt(self, cutoff: Cutoff) -> None:
        """Pass into the care of another Cutoff: the line outlives its check. Raises LineShut, TotalTimedOut."""
        self._cutoff.release(self._sock)
        self._cutoff = cutoff
        cutoff.hold(self._sock)

    def keep_alive(self) -> None:
        """Let the system ask now and then whether the other end is there; an end that is not makes us readable."""
        with contextlib.suppress(OSError):  # a system that won't: then the next NOOP finds a dead end
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEP_ALIVE.items():
                if (option := getattr(socket, name, None)) is not None:  # not every system has each
                    self._sock.setsockopt(socket.IPPROTO_TCP, option, value)

    def allow(self, seconds: float) -> None:
        """The step that begins now may take so long in all, however the server drips."""
        self._step_ends = time.monotonic() + seconds

    def hurry(self, seconds: float) -> None:
        """What is left of this step may take no longer than this."""
        self._step_ends = min(self._step_ends, time.monotonic() + seconds)

    def receive(self) -> bytes:
        """Some bytes as they come, decrypted; b"" where the server closed the line."""
        if self._tls is None:
            return self._receive_raw()
        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                self._feed_tls()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError as error:
                raise LineLost(str(error)) from error

    def receive_ready(self) -> bytes:
        """What has come by now, decrypted; b"" for nothing yet. Never waits. Raises LineEnded, and as `receive`."""
        self._cutoff.check()
        came = self._ready_raw()
        if self._tls is None:
            if came == b"":
                raise LineEnded
            return came or b""
        if came:
            self._incoming.write(came)
        elif came is not None:
            self._incoming.write_eof()
        return self._decrypted(self._tls)

    def sendall(self, data: bytes) -> None:
        if self._tls is None:
            self._send_raw(data)
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise LineLost(str(error)) from error
        self._send_raw(self._outgoing.read())

    def start_tls(self, context: ssl.SSLContext, server_name: str) -> bytes:
        """Shake hands; the answer is the server's certificate (DER). Raises ssl.SSLError, PlainAnswer, as `receive`."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        first = b""
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._send_raw(self._outgoing.read())
                data = self._feed_tls()
                first = first or data
            except ssl.SSLError as error:
                self._say_goodbye()
                if first and first[0] not in _TLS_RECORD_TYPES:
                    raise PlainAnswer(self._rest_of_line(first)) from error
                raise
        self._send_raw(self._outgoing.read())
        self._tls = tls
        return tls.getpeercert(binary_form=True) or b""

    def makefile(self, mode: str = "rb") -> LineReader:
        return self.reader

    def settimeout(self, seconds: float | None) -> None:
        """Part of a socket's face. The limits of the steps hold, no other."""

    def shutdown(self, how: int) -> None:
        """Part of a socket's face; closing follows."""

    def close(self) -> None:
        self._cutoff.close(self._sock)

    def _ready_raw(self) -> bytes | None:
        """None where nothing waits, b"" where the server closed."""
        try:
            self._sock.settimeout(0)
            data = self._sock.recv(_CHUNK)
        except BlockingIOError:
            return None
        except OSError as error:
            self._cutoff.check()
            raise LineLost(str(error)) from error
        self.budget -= len(data)
        if self.budget < 0:
            raise TooMuchData
        return data

    def _decrypted(self, tls: ssl.SSLObject) -> bytes:
        """All that the bytes received so far hold; tickets and the like among them are dealt with too."""
        plain = bytearray()
        while True:
            try:
                data = tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                return bytes(plain)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                data = b""
            except ssl.SSLError as error:
                raise LineLost(str(error)) from error
            if not data:
                if not plain:
                    raise LineEnded
                return bytes(plain)
            plain += data

    def _feed_tls(self) -> bytes:
        data = self._receive_raw()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return data

    def _receive_raw(self) -> bytes:
        data = self._timed(lambda: self._sock.recv(_CHUNK))
        if not data:
            self._cutoff.check()
        self.budget -= len(data)
        if self.budget < 0:
            raise TooMuchData
        return data

    def _send_raw(self, data: bytes) -> None:
        if data:
            self._timed(lambda: self._sock.sendall(data))

    def _timed(self, act: Callable[[], bytes | None]) -> bytes:
        self._cutoff.check()
        now = time.monotonic()
        ends = min(self._step_ends, self._cutoff.ends)
        if now >= ends:
            raise self._overdue()
        try:
            self._sock.settimeout(ends - now)
            return act() or b""
        except TimeoutError as error:
            raise self._overdue() from error
        except OSError as error:
            self._cutoff.check()
            raise LineLost(str(error)) from error

    def _overdue(self) -> Exception:
        return TotalTimedOut() if self._cutoff.ends <= self._step_ends else StepTimedOut()

    def _say_goodbye(self) -> None:
        """Send the alert that says why we stop, as far as the line takes it."""
        try:
            self._send_raw(self._outgoing.read())
        except (LineLost, StepTimedOut):
            return  # the handshake's own error is the one to tell

    def _rest_of_line(self, begun: bytes) -> bytes:
        """Wait a moment for the end of a plain line: it is the proof that a person will read."""
        self.hurry(_PLAIN_LINE_WAIT)
        while b"\n" not in begun and len(begun) < _CHUNK:
            try:
                more = self._receive_raw()
            except (LineLost, StepTimedOut, TooMuchData):
                break
            if not more:
                break
            begun += more
        return begun.partition(b"\n")[0]


class LineReader:
    """What imaplib and smtplib read from. Bytes that came but were not asked for yet are `pending`;
    every line handed out is kept in `heard` until somebody clears it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._buffer = bytearray()
        self.heard: list[bytes] = []

    @property
    def pending(self) -> bytes:
        return bytes(self._buffer)

    def readline(self, limit: int = -1) -> bytes:
        """One line with its end. Raises LineEnded where the line closes before it, and as Line.receive."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0 and not 0 < limit <= len(self._buffer):
            start = len(self._buffer)
            self._more()
        size = end + 1 if end >= 0 else limit
        return self._take(min(size, limit) if limit > 0 else size)

    def ready_lines(self) -> list[bytes]:
        """The whole lines that have come by now; half a one stays `pending`. Never waits. Raises LineEnded where the
        server closed and nothing came before, and as Line.receive."""
        self._buffer += self._line.receive_ready()
        lines = []
        while (end := self._buffer.find(b"\n")) >= 0:
            lines.append(self._take(end + 1))
        return lines

    def read(self, size: int) -> bytes:
        if size > self._line.budget + len(self._buffer):
            raise TooMuchData
        while len(self._buffer) < size:
            self._more()
        return self._take(size)

    def close(self) -> None:
        """Part of a file's face; the Line itself is closed by its owner."""

    def _more(self) -> None:
        data = self._line.receive()
        if not data:
            raise LineEnded
        self._buffer += data

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.heard.append(taken)
        return taken
