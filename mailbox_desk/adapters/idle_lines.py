"""The idle lines of all mailboxes, each kept after a check that passed. Fits the engine's IdleLines by shape.

The sentry sees that a line is readable, a worker answers for it, the engine is told of those that died. What a death
means is not known here. All but the workers' part happens on the loop's thread, so nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar

from mailbox_desk.adapters.idling import Idling, LineDied
from mailbox_desk.adapters.sentry import MOST_LINES, Sentry, Sight
from mailbox_desk.adapters.workers import Lane, LaneClosed
from mailbox_desk.model.errand import Keeping
from mailbox_desk.model.mailbox import MailboxId

_log = logging.getLogger(__name__)
T = TypeVar("T")
_PORTION: Final = 25
"""Lines told of in one turn of the loop: a thousand at once would hold up the window's thread."""


class _Kept:
    """`number`: what the sentry knows it by now; it watches it while there is no `work` on it."""

    __slots__ = ("idling", "keeping", "number", "sentry", "work")

    def __init__(self, keeping: Keeping, idling: Idling, sentry: Sentry) -> None:
        self.keeping = keeping
        self.idling = idling
        self.sentry = sentry
        self.number = 0
        self.work: asyncio.Task[bool] | None = None


class KeptLines:
    """For one event loop. `lane`: the threads that answer for lines."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._lines: dict[MailboxId, _Kept] = {}
        self._watched: dict[int, _Kept] = {}
        self._numbers = count(1)
        self._sentries: list[Sentry] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._fallen: set[MailboxId] = set()
        self._news = asyncio.Event()

    def take(self, keeping: Keeping, idling: Idling) -> None:
        """Keep this line from now on; one that was kept for the mailbox before takes its leave."""
        self.give_up(keeping.mailbox_id)
        try:
            idling.keep()
        except LineDied:
            idling.close()
            self._tell_fallen(keeping.mailbox_id)
            return
        kept = _Kept(keeping, idling, self._sentry_with_room())
        self._lines[keeping.mailbox_id] = kept
        self._watch(kept)

    def holds(self, mailbox_id: MailboxId) -> bool:
        return mailbox_id in self._lines

    async def prove(self, mailbox_id: MailboxId) -> bool:
        """Whether the line lives, by a NOOP answered now; False too where there is none."""
        kept = self._lines.get(mailbox_id)
        if kept is None:
            return False
        work = kept.work
        if work is None:
            self._unwatch(kept)
            work = self._begin(kept, kept.idling.renew)
        await asyncio.wait({work})  # who waits may be cancelled, the work goes on
        return not work.cancelled() and work.result()

    async def fallen(self) -> tuple[MailboxId, ...]:
        """Whose line died, once there is one; each death is told once, and not where a new line is kept meanwhile."""
        while True:
            await self._news.wait()
            self._news.clear()
            told, self._fallen = tuple(each for each in self._fallen if each not in self._lines), set()
            if told:
                return told

    def give_up(self, mailbox_id: MailboxId) -> None:
        """Sign out and keep the line no more."""
        self._fallen.discard(mailbox_id)
        kept = self._lines.pop(mailbox_id, None)
        if kept is None:
            return
        if kept.work is not None:
            kept.idling.shut()  # whoever answers for it comes free and closes it
            return
        self._unwatch(kept)
        self._do(self._leave(kept))

    def shut(self) -> None:
        """Close all at once, without a word."""
        for sentry in self._sentries:
            sentry.close()
        for kept in self._lines.values():
            kept.idling.shut()
            kept.idling.close()
        for task in self._tasks:
            task.cancel()
        self._lines.clear()
        self._watched.clear()
        self._sentries.clear()

    def _watch(self, kept: _Kept) -> None:
        kept.number = next(self._numbers)
        self._watched[kept.number] = kept
        kept.sentry.watch(kept.number, kept.idling.fileno(), time.monotonic() + kept.keeping.idle_seconds)

    def _unwatch(self, kept: _Kept) -> None:
        self._watched.pop(kept.number, None)
        kept.sentry.forget(kept.number)

    def _seen(self, due: Sequence[Sight]) -> None:
        for number, is_readable in due:
            kept = self._watched.pop(number, None)
            if kept is not None:  # else it was given up, or is being proved
                self._begin(kept, kept.idling.attend if is_readable else kept.idling.renew)

    def _begin(self, kept: _Kept, work: Callable[[], None]) -> asyncio.Task[bool]:
        kept.work = self._do(self._answered(kept, work))
        return kept.work

    def _do(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answered(self, kept: _Kept, work: Callable[[], None]) -> bool:
        """Whether the line lived through this work."""
        try:
            lives = await self._lane.run(partial(_lives, kept.idling, work))
        except LaneClosed:
            kept.idling.close()
            lives = False
        kept.work = None
        mailbox_id = kept.keeping.mailbox_id
        if self._lines.get(mailbox_id) is not kept:
            kept.idling.close()  # given up meanwhile
            return False
        if lives:
            self._watch(kept)
        else:
            del self._lines[mailbox_id]
            self._tell_fallen(mailbox_id)
        return lives

    async def _leave(self, kept: _Kept) -> None:
        try:
            with suppress(LaneClosed):
                await self._lane.run(kept.idling.leave)
        finally:
            kept.idling.close()

    def _tell_fallen(self, mailbox_id: MailboxId) -> None:
        self._fallen.add(mailbox_id)
        self._news.set()

    def _sentry_with_room(self) -> Sentry:
        busy = [kept.sentry for kept in self._lines.values()] if len(self._lines) >= MOST_LINES else []
        for sentry in self._sentries:
            if busy.count(sentry) < MOST_LINES:
                return sentry
        loop = asyncio.get_running_loop()

        def tell(seen: Sequence[Sight]) -> None:
            try:
                for start in range(0, len(seen), _PORTION):
                    loop.call_soon_threadsafe(self._seen, seen[start : start + _PORTION])
            except RuntimeError:
                return  # the loop has closed: nobody is left to hear it

        self._sentries.append(Sentry(tell))
        return self._sentries[-1]


def _lives(idling: Idling, work: Callable[[], None]) -> bool:
    """On a worker: do it. A line that dies of it is closed here, since nobody may be left to do so."""
    try:
        work()
    except LineDied as died:
        _log.debug("an idle line ended: %s", died)
        idling.close()
        return False
    except Exception:  # noqa: BLE001  a fault of ours must not leave a line that nobody watches
        _log.exception("an idle line ended by a fault of ours")
        idling.close()
        return False
    return True
