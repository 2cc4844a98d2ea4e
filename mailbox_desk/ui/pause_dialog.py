"""Pause: for how long, and why if one likes. It saves nothing; `chosen` carries the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QDateTime, QTime, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDateTimeEdit,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.surroundings import Surroundings

_HOUR: Final = 3600.0
_WEEK: Final = 7 * 86_400.0
_MORNING: Final = 8
_LONGEST_NOTE: Final = 200


class Span(StrEnum):
    """How long; the words are `pause.<value>`."""

    HOUR = "hour"
    MORNING = "morning"
    WEEK = "week"
    OPEN = "open"
    DATE = "date"


def end_of(span: Span, now: float, picked: float) -> float | None:
    """When the pause ends (seconds since 1970 UTC), None for not by itself; `picked` is the end for DATE.
    Tomorrow is this computer's, whatever its clock does in the night."""
    match span:
        case Span.HOUR:
            return now + _HOUR
        case Span.WEEK:
            return now + _WEEK
        case Span.OPEN:
            return None
        case Span.DATE:
            return picked
        case Span.MORNING:
            tomorrow = datetime.fromtimestamp(now) + timedelta(days=1)
            return tomorrow.replace(hour=_MORNING, minute=0, second=0, microsecond=0).timestamp()


class PauseDialog(QDialog):
    """`chosen` carries the ids (a tuple), the end (seconds since 1970 UTC, or None) and the note ("" for none)."""

    chosen = Signal(object, object, str)

    def __init__(self, around: Surroundings, snapshots: Sequence[Snapshot], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._ids = around, tuple(each.id for each in snapshots)
        words = around.words
        address = snapshots[0].mailbox.address if snapshots else ""
        self.setWindowTitle(words.plural("pause.title", len(snapshots), address=address))
        self.setModal(True)
        self._group = QButtonGroup(self)
        self._spans = {span: QRadioButton(words.text(f"pause.{span.value}")) for span in Span}
        self._date = QDateTimeEdit(_as_date(around.now() + 86_400.0))
        self._date.setCalendarPopup(True)
        self._date.setDisplayFormat("yyyy-MM-dd HH:mm")
        self._date.setAccessibleName(words.text("pause.date_spoken"))
        self._date.dateTimeChanged.connect(lambda: self._spans[Span.DATE].setChecked(True))
        self._note = QLineEdit()
        self._note.setMaxLength(_LONGEST_NOTE)
        self._note.setPlaceholderText(words.text("pause.note_hint"))
        self._note.setAccessibleName(words.text("pause.note"))
        self._problem = label(role="muted")
        self._go = button(words.text("pause.go"), self._choose, bright=True)
        self._go.setDefault(True)
        self._lay_out()
        self._spans[Span.HOUR].setChecked(True)

    def _lay_out(self) -> None:
        words = self._around.words
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(label(words.text("pause.intro"), "muted"))
        column.addSpacing(MEASURES.gap_s)
        column.addWidget(label(words.text("pause.until"), "section"))
        for span, choice in self._spans.items():
            self._group.addButton(choice)
            if span is not Span.DATE:
                column.addWidget(choice)
        line = QHBoxLayout()
        line.setSpacing(MEASURES.gap_m)
        line.addWidget(self._spans[Span.DATE])
        line.addWidget(self._date)
        line.addStretch(1)
        column.addLayout(line)
        column.addSpacing(MEASURES.gap_s)
        caption = label(words.text("pause.note"), "section")
        caption.setBuddy(self._note)
        column.addWidget(caption)
        column.addWidget(self._note)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(button(words.text("ui.cancel"), self.reject))
        footer.addWidget(self._go)
        column.addLayout(footer)
        self.setMinimumWidth(400)

    def _choose(self) -> None:
        span = next(each for each, choice in self._spans.items() if choice.isChecked())
        until = end_of(span, self._around.now(), float(self._date.dateTime().toSecsSinceEpoch()))
        if until is not None and until <= self._around.now():
            self._problem.setText(self._around.words.text("pause.past"))
            return
        self.chosen.emit(self._ids, until, self._note.text().strip())
        self.accept()


def _as_date(seconds: float) -> QDateTime:
    """The whole hour of this moment, in this computer's time."""
    moment = QDateTime.fromSecsSinceEpoch(round(seconds))
    return QDateTime(moment.date(), QTime(moment.time().hour(), 0))
