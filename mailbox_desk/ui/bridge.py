"""Between engine and window: the board's news as one Qt signal, bursts merged; wishes as tasks, their errors told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from mailbox_desk.engine.board import Board, Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot

_log = logging.getLogger(__name__)
TICK_MS: Final = 30
REST_MS: Final = 60
MOST_IN_SIGHT: Final = 3
LEAST, MOST = 9, 48
PASSES: Final = 32
"""A pass stays under 8 ms of Qt's thread: drawing a line that is in sight anew takes 0.25 ms, taking in one that is
not 0.04, and while many checks run, each seam waits for Python's lock. So passes are short, and longer only where very
many lines wait (the network went, say). Between two the thread is free for as long as ten take; of a mailbox that
changes meanwhile only the newest counts."""


class Bridge(QObject):
    """`news` carries a tuple of Snapshot and Gone, the newest of each mailbox; `failed` the error of a wish."""

    news = Signal(object)
    failed = Signal(object)

    def __init__(self, loop: asyncio.AbstractEventLoop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._pending: dict[MailboxId, Snapshot | Gone] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last: set[asyncio.Task[Any]] = set()
        self._stopped = False
        self._unsubscribe: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._pass_on)
        self._resting = QElapsedTimer()
        self._in_sight: Collection[MailboxId] = ()

    def follow(self, board: Board) -> None:
        """Hear the board from now on."""
        self._unsubscribe = board.subscribe(self._heard)

    def wish(
        self,
        wish: Coroutine[Any, Any, Any],
        then: Callable[[], None] | None = None,
        otherwise: Callable[[BaseException], None] | None = None,
        *,
        to_the_end: bool = False,
    ) -> None:
        """Do this in the background; `then` is called where it went well. Where it did not, `otherwise` is called
        with the error, or `failed` emitted. `to_the_end`: what it keeps must not be lost where the program ends
        meanwhile. Nothing is begun once the bridge has stopped."""
        if self._stopped:
            wish.close()
            return
        task = self._loop.create_task(wish)
        self._tasks.add(task)
        if to_the_end:
            self._last.add(task)
            task.add_done_callback(self._last.discard)
        task.add_done_callback(lambda done: self._ended(done, then, otherwise or self.failed.emit))

    async def finish(self, seconds: float) -> None:
        """Give the wishes that go to the end so long to get there."""
        if self._last:
            _, late = await asyncio.wait(tuple(self._last), timeout=seconds)
            if late:
                _log.warning("%d wishes did not come to their end in time", len(late))

    def stop(self) -> None:
        """Hear and wish no more."""
        self._stopped = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._timer.stop()
        self._pending.clear()
        for task in tuple(self._tasks):
            task.cancel()

    def _heard(self, news: Snapshot | Gone) -> None:
        self._pending[news.id] = news
        if not self._timer.isActive():
            self._timer.start(self._wait_ms())

    def prefer(self, ids: Iterable[MailboxId]) -> None:
        """These are in sight: news of them comes first."""
        self._in_sight = frozenset(ids)

    def _wait_ms(self) -> int:
        rested = self._resting.elapsed() if self._resting.isValid() else REST_MS
        return max(TICK_MS, REST_MS - rested)

    def _pass_on(self) -> None:
        batch = tuple(self._pending.pop(each) for each in self._next())
        if batch:
            self.news.emit(batch)
        self._resting.start()
        if self._pending:
            self._timer.start(self._wait_ms())

    def _next(self) -> Sequence[MailboxId]:
        """Whose news this pass carries: a few in sight first, then others in the order they came."""
        in_sight = [each for each in self._pending if each in self._in_sight]
        others = (each for each in self._pending if each not in self._in_sight)
        return [*in_sight[:MOST_IN_SIGHT], *islice(others, fitted(len(self._pending)))]

    def _ended(
        self, task: asyncio.Task[Any], then: Callable[[], None] | None, otherwise: Callable[[BaseException], None]
    ) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            if then is not None:
                then()
            return
        _log.error("a wish failed: %s", type(error).__name__, exc_info=error)
        otherwise(error)


def fitted(waiting: int) -> int:
    """How many lines out of sight a pass carries where so many wait."""
    return max(LEAST, min(MOST, waiting // PASSES))
