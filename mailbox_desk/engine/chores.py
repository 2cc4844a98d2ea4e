"""Tasks that run beside the watchers. A fault of ours in one is said in the log; it never ends the engine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence

_log = logging.getLogger(__name__)


class Chores:
    """Keeps each task until it has ended: asyncio itself holds them only weakly."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None], name: str) -> None:
        """Do this in the background; `name` stands in the log where it ends by a fault of ours."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda ended: say_fault(ended, name))

    def stop(self) -> Sequence[asyncio.Task[None]]:
        """Cancel all; the answer is what is still to be waited for."""
        for task in self._tasks:
            task.cancel()
        return tuple(self._tasks)


def say_fault(ended: asyncio.Task[None], name: str) -> None:
    """A line in the log where a task ended by a fault of ours."""
    if not ended.cancelled() and ended.exception() is not None:
        _log.error("%s ended by a fault of ours", name, exc_info=ended.exception())
