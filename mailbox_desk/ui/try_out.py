"""One try-out of a dialog: what is tried, how it ended, how often it was refused. Adding and reconnecting share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from mailbox_desk.model.credential import Credential
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.look import Tone
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out_view import Report, TryOutView


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a mailbox with a secret typed, or, None, with the one that is kept in the vault."""

    mailbox: Mailbox
    credential: Credential | None = None


class TryOut(QObject):
    """`passed` carries the Trial with what became known, `failed` the Report; `changed` says that it began, ended or
    was stopped. A certificate accepted in the view is pinned and the same tried again."""

    passed = Signal(object)
    failed = Signal(object)
    changed = Signal()

    def __init__(self, around: Surroundings, view: TryOutView) -> None:
        super().__init__(view)
        self._around, self._view = around, view
        self.trial: Trial | None = None
        self.report: Report | None = None
        self.refused = 0
        view.ended.connect(self._ended)
        view.certificate_accepted.connect(self._pin)

    @property
    def is_running(self) -> bool:
        return self._view.is_running

    def begin(self, trial: Trial) -> None:
        self.trial, self.report = trial, None
        engine, mailbox = self._around.engine, trial.mailbox
        if trial.credential is None:
            self._view.start(mailbox, engine.try_servers(mailbox))
        else:
            self._view.start(mailbox, engine.try_out(Draft(mailbox, trial.credential)))
        self.changed.emit()

    def stop_or(self, leave: Callable[[], None]) -> None:
        """Stop what runs and say so; `leave` where nothing runs."""
        if not self._view.is_running:
            leave()
            return
        self._view.stop()
        self._view.say(self._around.words.text("ui.try.stopped"), Tone.GREY)
        self.changed.emit()

    def forget(self) -> None:
        """Closed or changed: what runs is ended, and nothing that was typed stays."""
        self._view.stop()
        self.trial = None

    def _ended(self, report: Report) -> None:
        trial, self.report = self.trial, report
        self.refused += report.was_refused
        if report.passed and trial is not None:
            self.trial = Trial(report.mailbox, trial.credential)
            self.passed.emit(self.trial)
        else:
            self.failed.emit(report)
        self.changed.emit()

    def _pin(self, half: Half, sha256: str) -> None:
        if self.trial is not None:
            self.begin(Trial(pinned(self.trial.mailbox, half, sha256), self.trial.credential))
