"""The one thread that watches all idle lines. It only learns *readable*, or that a line's own time is over; it never
reads, never writes to a server, never waits for one, and decides nothing.

What is seen is told once: whoever was told of a line has to ask for it to be watched anew. Things that come close
together are told together, so that a thousand chatty servers don't wake this thread more than a few times a second.
"""

from __future__ import annotations

import contextlib
import heapq
import math
import selectors
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailbox_desk.adapters.workers import start_daemon

MOST_LINES: Final = 500 if sys.platform == "win32" else sys.maxsize
"""Lines for one sentry: Windows' select() takes 512 sockets."""
_REST: Final = 0.25
_LONGEST_WAIT: Final = 600.0

Sight = tuple[int, bool]
"""The number of a line, and whether it is readable; else its time is over."""


@dataclass(frozen=True, slots=True)
class _Watch:
    number: int
    fileno: int
    until: float


class Sentry:
    """`tell` gets what was seen; it is called on the sentry's thread.
    `wakes` counts how often the thread woke."""

    def __init__(self, tell: Callable[[tuple[Sight, ...]], None]) -> None:
        self._tell = tell
        self._wishes: deque[_Watch | int] = deque()
        self._ending = threading.Event()
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._near, selectors.EVENT_READ)
        self._watched: dict[int, _Watch] = {}
        self._times: list[tuple[float, int]] = []
        self.wakes = 0
        start_daemon("sentry", self._serve)

    def watch(self, number: int, fileno: int, until: float) -> None:
        """Tell once when `fileno` is readable, or when `until` (monotonic seconds) has come. Numbers are never used
        twice."""
        self._wish(_Watch(number, fileno, until))

    def forget(self, number: int) -> None:
        """Watch this no more; its socket may be closed at once."""
        self._wish(number)

    def close(self) -> None:
        """End the thread; nothing more is told."""
        self._ending.set()
        self._wake()

    def _wish(self, wish: _Watch | int) -> None:
        self._wishes.append(wish)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it wakes anyway; closed: the thread has ended
            self._far.send(b"!")

    def _serve(self) -> None:
        try:
            while not self._ending.is_set():
                seen = [(number, True) for number in self._look(self._until_next())]
                woke = time.monotonic()
                self.wakes += 1
                self._take_wishes()
                seen += [(number, False) for number in self._overdue(woke)]
                if seen and not self._ending.is_set():
                    self._tell(tuple(seen))
                self._ending.wait(_REST)
        finally:
            self._selector.close()
            self._near.close()
            self._far.close()

    def _look(self, seconds: float) -> list[int]:
        try:
            events = self._selector.select(seconds)
        except OSError:  # a socket was closed that select() still had (Windows): its wish to be forgotten waits
            return []
        seen = []
        for key, _ in events:
            if key.fileobj is self._near:
                self._drain()
            else:
                seen.append(key.data)
                self._drop(key.data)
        return seen

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._near.recv(4096):
                pass

    def _take_wishes(self) -> None:
        while self._wishes:
            match self._wishes.popleft():
                case _Watch() as watch:
                    self._begin(watch)
                case number:
                    self._drop(number)

    def _begin(self, watch: _Watch) -> None:
        try:
            self._selector.register(watch.fileno, selectors.EVENT_READ, watch.number)
        except (OSError, ValueError, KeyError):  # closed before we came to it: tell at once, the reader will see why
            heapq.heappush(self._times, (-math.inf, watch.number))
        else:
            heapq.heappush(self._times, (watch.until, watch.number))
        self._watched[watch.number] = watch

    def _drop(self, number: int) -> None:
        watch = self._watched.pop(number, None)
        if watch is not None:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(watch.fileno)

    def _until_next(self) -> float:
        self._strip()
        return min(max(0.0, self._times[0][0] - time.monotonic()), _LONGEST_WAIT) if self._times else _LONGEST_WAIT

    def _overdue(self, now: float) -> list[int]:
        overdue = []
        self._strip()
        while self._times and self._times[0][0] <= now:
            _, number = heapq.heappop(self._times)
            overdue.append(number)
            self._drop(number)
            self._strip()
        return overdue

    def _strip(self) -> None:
        """Times of lines that are watched no more."""
        while self._times and self._times[0][1] not in self._watched:
            heapq.heappop(self._times)
