"""The tasks of the watchers: begun, ended, and begun anew where one is stuck or ended by a fault of ours."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from mailbox_desk.engine.agenda import Agenda, Appointment
from mailbox_desk.engine.chores import Chores, say_fault
from mailbox_desk.engine.overseer import Overseer, Why
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.watcher import Watcher
from mailbox_desk.model.mailbox import MailboxId

_log = logging.getLogger(__name__)


class Shift:
    """One task a watcher. `look` has to be called now and then."""

    def __init__(self, agenda: Agenda, overseer: Overseer, wakefulness: Wakefulness, chores: Chores) -> None:
        self._agenda, self._overseer, self._wakefulness, self._chores = agenda, overseer, wakefulness, chores
        self._tasks: dict[MailboxId, asyncio.Task[None]] = {}
        self._returns: dict[MailboxId, Appointment] = {}

    def begin(self, watcher: Watcher) -> None:
        """Let it serve until `end` or `stop`, whatever happens to its task."""
        self._returns.pop(watcher.id, None)
        task = asyncio.ensure_future(watcher.run())
        task.add_done_callback(partial(self._ended, watcher))
        self._tasks[watcher.id] = task

    def look(self, watchers: dict[MailboxId, Watcher]) -> None:
        """Begin those anew that are stuck."""
        awake = self._wakefulness.woke_ago()
        for mailbox_id in self._overseer.stuck(*(() if awake is None else (awake,))):
            watcher = watchers.get(mailbox_id)
            if watcher is not None:
                self._chores.begin(self._begin_anew(watcher), f"new begin of {mailbox_id}")

    async def end(self, mailbox_id: MailboxId) -> None:
        """It serves no more once this returns."""
        appointment = self._returns.pop(mailbox_id, None)
        if appointment is not None:
            appointment.cancel()
        self._overseer.forget(mailbox_id)
        task = self._tasks.pop(mailbox_id, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def stop(self) -> tuple[asyncio.Task[None], ...]:
        """Cancel all; the answer is what is still to be waited for."""
        for appointment in self._returns.values():
            appointment.cancel()
        tasks, self._tasks, self._returns = tuple(self._tasks.values()), {}, {}
        for task in tasks:
            task.cancel()
        return tasks

    async def _begin_anew(self, watcher: Watcher) -> None:
        _log.warning("the watcher of %s was at one thing for too long and is begun anew", watcher.id)
        task = self._tasks.get(watcher.id)
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if self._tasks.get(watcher.id) is task:  # else it was removed meanwhile
            self._overseer.restarts[Why.STUCK] += 1
            watcher.recover()
            self.begin(watcher)

    def _ended(self, watcher: Watcher, task: asyncio.Task[None]) -> None:
        say_fault(task, f"watcher of {watcher.id}")
        if task.cancelled() or task.exception() is None or self._tasks.get(watcher.id) is not task:
            return
        self._overseer.restarts[Why.FAULT] += 1
        watcher.recover()
        pause = self._overseer.pause_after_fault(watcher.id)
        self._returns[watcher.id] = self._agenda.after(pause, lambda: self.begin(watcher))
