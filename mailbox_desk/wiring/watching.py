"""Who of two processes watches a home: a watcher in the background says who it is and leaves when the window asks.

The lock decides, and nothing else; what is said at the door only spares a person the waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mailbox_desk.adapters.door import NobodyAnswers, knock
from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.paths import Home

_LOOK_EVERY = 0.05
LONGEST_LEAVING = 8.0
"""Seconds that a watcher may take to leave; it ends in less than two."""


@dataclass(frozen=True, slots=True)
class Watching:
    """A watcher that may be asked to leave. `since`: seconds since 1970 UTC; `stands_by`: once it has left it waits and
    goes on by itself when the home is free again."""

    since: float
    stands_by: bool
    leave: Callable[[], None] = lambda: None

    @classmethod
    def from_now(cls, leave: Callable[[], None], *, stands_by: bool) -> Watching:
        """Of this process, which begins to watch."""
        return cls(SystemClock().now(), stands_by, leave)

    @property
    def seconds(self) -> float:
        """How long it has been watching."""
        return max(0.0, SystemClock().now() - self.since)

    def told(self) -> dict[str, object]:
        return {"watcher": True, "since": self.since, "stands_by": self.stands_by}


async def watcher_of(home: Home) -> Watching | None:
    """The watcher that holds this home; None where it is none, or does not answer."""
    try:
        async for answer in knock(home, "watcher"):
            match answer:
                case {"watcher": True, "since": float(since), "stands_by": bool(stands_by)}:
                    return Watching(since, stands_by)
    except NobodyAnswers:
        return None
    return None


async def ask_to_leave(home: Home, *, seconds: float = LONGEST_LEAVING) -> bool:
    """Ask the watcher of this home to leave, and wait until the home is free; False where it is not in time."""
    try:
        async for _ in knock(home, "leave"):
            break
    except NobodyAnswers:
        pass  # it may have gone in this very moment: the lock tells
    for _ in range(round(seconds / _LOOK_EVERY)):
        if _is_free(home):
            return True
        await asyncio.sleep(_LOOK_EVERY)
    return False


def _is_free(home: Home) -> bool:
    lock = HomeLock(home)
    try:
        lock.acquire()
    except HomeTaken:
        return False
    lock.release()
    return True
