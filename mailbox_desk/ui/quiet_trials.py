"""Tries many new passwords out, one after the other, and keeps each that works. The engine's limits hold: who is held
back is left for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft, HalfTried, HeldBack, TryOutEnded
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.ui.draft import as_snapshot
from mailbox_desk.ui.reconnect_queue import Mark
from mailbox_desk.ui.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one: back, refused with the reason in words, or held back until a time."""

    id: MailboxId
    mark: Mark
    note: str = ""


class QuietTrials(QObject):
    """`tried` carries a Tried after each, `ended` says that all had their turn."""

    tried = Signal(object)
    ended = Signal()

    def __init__(self, around: Surroundings, parent: QObject) -> None:
        super().__init__(parent)
        self._around = around
        self._pairs: list[tuple[Mailbox, Secret]] = []
        self._run = 0
        self.are_running = False

    def begin(self, pairs: Sequence[tuple[Mailbox, Secret]]) -> None:
        self._run += 1
        self._pairs, self.are_running = list(pairs), True
        self._around.bridge.wish(self._all(self._run), self._finish, lambda _: self._finish(), to_the_end=False)

    def stop(self) -> None:
        """After the one under way no more is tried, and nothing more is told."""
        self._run += 1
        self._pairs, self.are_running = [], False

    async def _all(self, run: int) -> None:
        while self._pairs and run == self._run:
            mailbox, secret = self._pairs.pop(0)
            outcome = await self._one(mailbox, secret)
            if run == self._run:
                self.tried.emit(outcome)

    async def _one(self, mailbox: Mailbox, secret: Secret) -> Tried:
        words, now = self._around.words, self._around.now()
        credential = Password(secret)
        failed, held = "", 0.0
        async for step in self._around.engine.try_out(Draft(mailbox, credential)):
            match step:
                case HalfTried() if not step.result.is_ok:
                    failed = failed or words.headline(as_snapshot(mailbox, step, now))
                case HeldBack():
                    held = step.until
                case TryOutEnded(passed=True):
                    await self._around.engine.replace_credential(mailbox.id, credential)
                    return Tried(mailbox.id, Mark.DONE)
        if failed:
            return Tried(mailbox.id, Mark.FAILED, failed)
        return Tried(mailbox.id, Mark.HELD, words.text("queue.held", until=words.clock(held, now)))

    def _finish(self) -> None:
        if self.are_running:
            self.are_running = False
            self.ended.emit()
