"""Shows a try-out live: each step as it is taken, then which half failed and why. It saves nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailbox_desk.model.check import StepRecord
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.certificate_card import CertificateCard
from mailbox_desk.ui.draft import as_snapshot, wants_certificate_review
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import breakable, code_label, label, tinted
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """How a try-out ended. `mailbox` carries what became known; `error` is a fault of our own side."""

    passed: bool
    mailbox: Mailbox
    tried: tuple[HalfTried, ...] = ()
    held_back: HeldBack | None = None
    error: Exception | None = None

    @property
    def failed(self) -> HalfTried | None:
        """The first half that failed."""
        return next((each for each in self.tried if not each.result.is_ok), None)


class TryOutView(QWidget):
    """`ended` carries a Report, unless stopped; `certificate_accepted` the Half and the fingerprint said yes to."""

    ended = Signal(object)
    certificate_accepted = Signal(object, str)

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words, self._now = theme, words, now
        self._task: asyncio.Task[None] | None = None
        self._steps: dict[Half, list[StepRecord]] = {}
        self._progress = {half: label(role="muted") for half in Half}
        self._verdict = label(role="note")
        self._server = code_label(theme)
        self._advice = label()
        self._certificate = CertificateCard(theme, words)
        self._certificate.accepted.connect(self.certificate_accepted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        for widget in (*self._progress.values(), self._verdict, self._server, self._advice, self._certificate):
            column.addWidget(widget)
        self.clear()

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def clear(self) -> None:
        self._steps = {}
        for widget in (*self._progress.values(), self._verdict, self._server, self._advice, self._certificate):
            widget.hide()

    def start(self, mailbox: Mailbox, steps: AsyncIterator[TryOutStep]) -> None:
        """Follow these steps from now on; one try-out at a time."""
        self.stop()
        self.clear()
        self._tell(self._words.text("ui.try.running"), Tone.BLUE)
        self._task = asyncio.get_running_loop().create_task(self._follow(mailbox, steps))

    def stop(self) -> None:
        """Give up: the check under way is ended and nothing more is told."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def say(self, text: str, tone: Tone) -> None:
        """One sentence in place of the verdict."""
        self._tell(text, tone)

    async def _follow(self, mailbox: Mailbox, steps: AsyncIterator[TryOutStep]) -> None:
        tried: list[HalfTried] = []
        held_back: HeldBack | None = None
        report = Report(passed=False, mailbox=mailbox)
        try:
            async for step in steps:
                match step:
                    case StepTaken():
                        self._step_taken(step)
                    case HalfTried():
                        tried.append(step)
                    case HeldBack():
                        held_back = step
                    case TryOutEnded():
                        report = Report(step.passed, step.mailbox, tuple(tried), held_back)
        except (ArchiveFailed, OSError) as error:
            _log.exception("the try-out could not be made")
            report = Report(passed=False, mailbox=mailbox, tried=tuple(tried), error=error)
        self._task = None
        self._show(report)
        self.ended.emit(report)

    def _step_taken(self, taken: StepTaken) -> None:
        steps = self._steps.setdefault(taken.half, [])
        steps.append(taken.record)
        shown = " · ".join(self._step_in_words(step) for step in steps)
        line = self._progress[taken.half]
        line.setText(
            self._words.text("ui.try.steps", half=self._words.text(f"ui.half.{taken.half.value}"), steps=shown)
        )
        line.show()

    def _step_in_words(self, step: StepRecord) -> str:
        mark = "✓" if step.passed else "✕"
        took = self._words.text("ui.milliseconds", count=f"{step.milliseconds:.0f}")
        return f"{mark} {self._words.step_name(step.step)} {took}"

    def _show(self, report: Report) -> None:
        failed = report.failed
        if report.passed:
            self._tell(self._words.text("ui.try.passed"), Tone.GREEN)
        elif failed is not None:
            self._show_failed(report.mailbox, failed)
        elif report.held_back is not None:
            until = self._words.clock(report.held_back.until, self._now())
            self._tell(self._words.text("ui.try.held_back", until=until), Tone.AMBER)
        else:
            self._tell(self._words.text("ui.try.broken"), Tone.RED)

    def _show_failed(self, mailbox: Mailbox, failed: HalfTried) -> None:
        words = self._words
        as_if = as_snapshot(mailbox, failed, self._now())
        half = words.text(f"ui.half.{failed.result.half.value}")
        self._tell(words.text("ui.try.failed", half=half, headline=words.headline(as_if)), Tone.RED)
        line = words.server_line(as_if)
        self._server.setText(breakable(line))
        self._server.setVisible(bool(line))
        advice = [words.next_step(as_if, self._now())]
        if failed.refusals_at_host:
            advice.append(words.plural("ui.try.refusals", failed.refusals_at_host))
        self._advice.setText(" ".join(each for each in advice if each))
        self._advice.show()
        if wants_certificate_review(failed):
            assert failed.result.failure is not None
            assert failed.result.failure.certificate is not None
            endpoint = mailbox.endpoint(failed.result.half)
            host = endpoint.host if endpoint else ""
            self._certificate.ask(failed.result.half, host, failed.result.failure.certificate)

    def _tell(self, text: str, tone: Tone) -> None:
        self._verdict.setText(text)
        tinted(self._verdict, tone)
        self._verdict.show()
