"""What ends a check from outside: it knows every socket of one check and shuts them all at once.

The raw shutdown frees a worker that sits in a blocking call on any of them. Nothing is read or written here.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading


class LineShut(Exception):
    """The desk itself shut the line: cancelled, or the program is ending."""


class TotalTimedOut(Exception):
    """The time for the whole check is over."""


class Cutoff:
    """One for each check. `ends`: when the whole check must be over, on the monotonic clock, in seconds."""

    __slots__ = ("_lock", "_sockets", "_verdict", "ends")

    def __init__(self) -> None:
        self.ends = math.inf
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._verdict: type[LineShut | TotalTimedOut] | None = None

    @property
    def is_shut(self) -> bool:
        return self._verdict is not None

    def check(self) -> None:
        """Raise LineShut or TotalTimedOut once the check has been shut."""
        if self._verdict is not None:
            raise self._verdict

    def hold(self, sock: socket.socket) -> None:
        """Take a socket into care. One that comes too late is closed, and the verdict raised."""
        with self._lock:
            if self._verdict is None:
                self._sockets.add(sock)
                return
        sock.close()
        self.check()

    def release(self, sock: socket.socket) -> None:
        """Give a socket out of care as it is: another Cutoff takes it. Raises the verdict of a check that was shut."""
        with self._lock:
            self.check()
            self._sockets.discard(sock)

    def close(self, sock: socket.socket) -> None:
        """Close a socket. Under the lock: its number must not go to another while `shut` still means this one."""
        with self._lock:
            self._sockets.discard(sock)
            sock.close()

    def shut(self, *, overdue: bool = False) -> None:
        """End the check at once, from any thread; the first reason given stands."""
        with self._lock:
            if self._verdict is None:
                self._verdict = TotalTimedOut if overdue else LineShut
            for sock in self._sockets:
                with contextlib.suppress(OSError):  # not connected yet, or gone already: then there is nothing to free
                    sock.shutdown(socket.SHUT_RDWR)
