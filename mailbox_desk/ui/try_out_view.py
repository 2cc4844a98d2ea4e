"""Shows a try-out live: each half's steps one below the other as they are taken, then which half failed and why.
It saves nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from mailbox_desk.model.check import StepRecord
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed, VaultFailed
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.certificate_card import CertificateCard
from mailbox_desk.ui.draft import as_snapshot, wants_certificate_review
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.parts import breakable, code_label, label, tinted
from mailbox_desk.ui.picture import Picture
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

_log = logging.getLogger(__name__)
_OUR_SIDE = (ArchiveFailed, VaultClosed, VaultFailed, SecretMissing, SecretUnreadable, OSError)


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

    @property
    def works(self) -> tuple[Half, ...]:
        """The halves that were proved."""
        return tuple(each.result.half for each in self.tried if each.result.is_ok)

    @property
    def was_refused(self) -> bool:
        """The server refused the secret itself."""
        return any(each.result.failure and each.result.failure.is_refused_secret for each in self.tried)


def works_in_words(halves: tuple[Half, ...], words: Wording) -> str:
    """ "Receiving works. Sending works." """
    return " ".join(words.text(f"try.works.{half.value}") for half in halves)


class HalfProgress(QWidget):
    """The steps of one half: a sign, the step, milliseconds."""

    def __init__(self, half: Half, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._half, self._theme, self._words = half, theme, words
        self._taken, self._how = 0, ""
        self._sign, self._heading = Picture(theme, Shape.RING, Tone.BLUE), label(wraps=False)
        self._heading.setFont(theme.status_font)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(2, 0, 0, 0)
        self._grid.setHorizontalSpacing(MEASURES.gap_m)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        heading = QHBoxLayout()
        heading.setSpacing(MEASURES.gap_m)
        heading.addWidget(self._sign)
        heading.addWidget(self._heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addLayout(heading)
        column.addLayout(self._grid)
        column.addStretch(1)

    @property
    def is_waiting(self) -> bool:
        """It was neither ended nor held back."""
        return self._how == "running"

    def begin(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._taken = 0
        self._stand("running", Shape.RING, Tone.BLUE)
        self.show()

    def add(self, step: StepRecord) -> None:
        words, line = self._words, self._taken
        self._taken += 1
        shape, tone = (Shape.TICK, Tone.GREEN) if step.passed else (Shape.CROSS, Tone.RED)
        says = words.text("try.step.passed" if step.passed else "try.step.failed", step=words.step_name(step.step))
        took = label(words.text("ui.milliseconds", count=f"{step.milliseconds:.0f}"), "muted", wraps=False)
        self._grid.addWidget(Picture(self._theme, shape, tone, says, 12), line, 0)
        self._grid.addWidget(label(words.step_name(step.step), wraps=False), line, 1)
        self._grid.addWidget(took, line, 2, Qt.AlignmentFlag.AlignRight)

    def end(self, *, works: bool) -> None:
        if works:
            self._stand("works", Shape.DISC, Tone.GREEN)
        else:
            self._stand("failed", Shape.SQUARE, Tone.RED)

    def hold_back(self) -> None:
        self._stand("held", Shape.BARS, Tone.AMBER)

    def leave_out(self) -> None:
        """Its turn never came."""
        self._stand("not_tried", Shape.HOLLOW, Tone.GREY)

    def break_off(self) -> None:
        """A person stopped it under way."""
        self._stand("stopped", Shape.HOLLOW, Tone.GREY)

    def _stand(self, how: str, shape: Shape, tone: Tone) -> None:
        self._how = how
        half = self._words.text(f"ui.half.{self._half.value}")
        self._heading.setText(self._words.text(f"try.half.{how}", half=half))
        self._sign.show_as(shape, tone)


class TryOutView(QWidget):
    """`ended` carries a Report, unless stopped; `certificate_accepted` the Half and the fingerprint said yes to."""

    ended = Signal(object)
    certificate_accepted = Signal(object, str)

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words, self._now = theme, words, now
        self._task: asyncio.Task[None] | None = None
        self._halves = {half: HalfProgress(half, theme, words) for half in Half}
        self._verdict = label(role="note")
        self._server = code_label(theme)
        self._advice = label()
        self._certificate = CertificateCard(theme, words)
        self._certificate.accepted.connect(self.certificate_accepted)
        side_by_side = QHBoxLayout()
        side_by_side.setSpacing(MEASURES.gap_xl * 2)
        for half in self._halves.values():
            side_by_side.addWidget(half, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        column.addLayout(side_by_side)
        for widget in self._outcome():
            column.addWidget(widget)
        self.clear()

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def clear(self) -> None:
        for widget in (*self._halves.values(), *self._outcome()):
            widget.hide()

    def start(self, mailbox: Mailbox, steps: AsyncIterator[TryOutStep]) -> None:
        """Follow these steps from now on; one try-out at a time."""
        self.stop()
        self.clear()
        for half in mailbox.halves:
            self._halves[half].begin()
        self._tell(self._words.text("ui.try.running"), Tone.BLUE)
        self._task = asyncio.get_running_loop().create_task(self._follow(mailbox, steps))

    def stop(self) -> None:
        """Give up: the check under way is ended and nothing more is told."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            for half in self._halves.values():
                if half.is_waiting:
                    half.break_off()

    def say(self, text: str, tone: Tone) -> None:
        """One sentence in place of the verdict."""
        self._tell(text, tone)

    def _outcome(self) -> tuple[QWidget, ...]:
        return self._verdict, self._server, self._advice, self._certificate

    async def _follow(self, mailbox: Mailbox, steps: AsyncIterator[TryOutStep]) -> None:
        tried: list[HalfTried] = []
        held_back: HeldBack | None = None
        report = Report(passed=False, mailbox=mailbox)
        try:
            async for step in steps:
                match step:
                    case StepTaken():
                        self._halves[step.half].add(step.record)
                    case HalfTried():
                        tried.append(step)
                        self._halves[step.result.half].end(works=step.result.is_ok)
                    case HeldBack():
                        held_back = held_back or step
                        self._halves[step.half].hold_back()
                    case TryOutEnded():
                        report = Report(step.passed, step.mailbox, tuple(tried), held_back)
        except _OUR_SIDE as error:
            _log.exception("the try-out could not be made")
            report = Report(passed=False, mailbox=mailbox, tried=tuple(tried), error=error)
        self._task = None
        self._show(report)
        self.ended.emit(report)

    def _show(self, report: Report) -> None:
        words, failed = self._words, report.failed
        for half in report.mailbox.halves:
            if self._halves[half].is_waiting:
                self._halves[half].leave_out()
        if report.passed:
            self._tell(works_in_words(report.works, words) or words.text("ui.try.passed"), Tone.GREEN)
        elif failed is not None:
            self._show_failed(report, failed)
        elif report.held_back is not None:
            until = words.clock(report.held_back.until, self._now())
            held = words.text("ui.try.held_back", until=until)
            self._tell(f"{works_in_words(report.works, words)} {held}".strip(), Tone.AMBER)
        elif report.error is not None:
            self._tell(in_words(report.error, words), Tone.RED)
        else:
            self._tell(words.text("ui.try.broken"), Tone.RED)

    def _show_failed(self, report: Report, failed: HalfTried) -> None:
        words, now = self._words, self._now()
        as_if = as_snapshot(report.mailbox, failed, now)
        half = words.text(f"ui.half.{failed.result.half.value}")
        told = words.text("ui.try.failed", half=half, headline=words.headline(as_if))
        self._tell(f"{works_in_words(report.works, words)} {told}".strip(), Tone.RED)
        line = words.server_line(as_if)
        self._server.setText(breakable(line))
        self._server.setVisible(bool(line))
        advice = [words.next_step(as_if, now), self._refusals(failed)]
        if report.held_back is not None:
            advice.append(words.text("ui.try.held_back", until=words.clock(report.held_back.until, now)))
        self._advice.setText("\n".join(each for each in advice if each))
        self._advice.setVisible(any(advice))
        if wants_certificate_review(failed):
            assert failed.result.failure is not None
            assert failed.result.failure.certificate is not None
            endpoint = report.mailbox.endpoint(failed.result.half)
            host = endpoint.host if endpoint else ""
            self._certificate.ask(failed.result.half, host, failed.result.failure.certificate)

    def _refusals(self, failed: HalfTried) -> str:
        """How many refused sign-ins this host has seen, and how many it may see."""
        count, limit = failed.refusals_at_host, failed.refusal_limit
        was_refused = failed.result.failure is not None and failed.result.failure.is_refused_secret
        if not count or not was_refused:
            return ""
        if not limit:
            return self._words.plural("ui.try.refusals", count)
        return self._words.plural("try.refusals", count, limit=limit)

    def _tell(self, text: str, tone: Tone) -> None:
        self._verdict.setText(text)
        tinted(self._verdict, tone)
        self._verdict.show()
