"""Watches the watchers: keeps a book of what each is at, and says which has been at it for far too long.

A check ends by its own limits; a watcher that goes on beyond three times of them has met a fault of ours. It is begun
anew by whoever asks `stuck`; so is, after a pause, one whose task ended by a fault. It moves no mailbox's state.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from mailbox_desk.engine.check_times import CheckTimes
from mailbox_desk.engine.ports import Clock
from mailbox_desk.model.mailbox import MailboxId

TIMES: Final = 3.0
"""How many times its limit a watcher may be at one thing."""
PAUSES: Final = (1.0, 5.0, 30.0, 120.0)
"""Seconds before one that ended by a fault is begun anew: the first, second ... time in a row; the last repeats."""
_IN_A_ROW: Final = 600.0


class Why(StrEnum):
    """Why a watcher was begun anew."""

    STUCK = "stuck"
    FAULT = "fault"


class Overseer:
    """`limit`: seconds that one check may take in all; `workers`: how many can be made at one time. `times` counts how
    long they take."""

    def __init__(self, clock: Clock, *, limit: float, workers: int) -> None:
        self._clock = clock
        self._limit = limit
        self._workers = workers
        self._checking: dict[MailboxId, float] = {}
        self._handling: dict[MailboxId, float] = {}
        self._faults: dict[MailboxId, tuple[int, float]] = {}
        self.times = CheckTimes()
        self.restarts: Counter[str] = Counter()

    @property
    def checking(self) -> int:
        """Checks handed to the checker that have not come back yet."""
        return len(self._checking)

    @contextmanager
    def at_check(self, mailbox_id: MailboxId) -> Iterator[None]:
        """While the checker has it. Waiting for a place at a host is no part of that."""
        with _noted(self._checking, mailbox_id, self._clock.monotonic()):
            yield

    @contextmanager
    def at_message(self, mailbox_id: MailboxId) -> Iterator[None]:
        """While the watcher deals with one message."""
        with _noted(self._handling, mailbox_id, self._clock.monotonic()):
            yield

    def stuck(self, awake: float = math.inf) -> tuple[MailboxId, ...]:
        """Those at one thing for longer than allowed. `awake`: seconds since this computer woke; sleep is no time at
        work. Who is named is taken out of the book, so that it is named once."""
        now = self._clock.monotonic()
        turns = max(1, math.ceil(len(self._checking) / self._workers))  # all but the first wait for a worker
        found = dict.fromkeys(
            (
                *_older(self._checking, now, awake, TIMES * self._limit * turns),
                *_older(self._handling, now, awake, TIMES * self._limit),
            )
        )
        for mailbox_id in found:
            self._checking.pop(mailbox_id, None)
            self._handling.pop(mailbox_id, None)
        return tuple(found)

    def pause_after_fault(self, mailbox_id: MailboxId) -> float:
        """A watcher ended by a fault: seconds until it is to be begun anew."""
        now = self._clock.monotonic()
        times, last = self._faults.get(mailbox_id, (0, -math.inf))
        times = times + 1 if now - last <= _IN_A_ROW else 1
        self._faults[mailbox_id] = (times, now)
        return PAUSES[min(times, len(PAUSES)) - 1]

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        for book in (self._checking, self._handling, self._faults):
            book.pop(mailbox_id, None)


@contextmanager
def _noted(book: dict[MailboxId, float], mailbox_id: MailboxId, now: float) -> Iterator[None]:
    book[mailbox_id] = now
    try:
        yield
    finally:
        if book.get(mailbox_id) == now:  # else a later one has its place
            del book[mailbox_id]


def _older(book: dict[MailboxId, float], now: float, awake: float, allowed: float) -> Iterator[MailboxId]:
    """The book is in the order of time: the first that is young ends the search."""
    for mailbox_id, since in book.items():
        if min(now - since, awake) <= allowed:
            return
        yield mailbox_id
