"""The strip above the list for what many mailboxes have together: a line each, with a way to see just those."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, MEASURES
from mailbox_desk.ui.parts import button, label
from mailbox_desk.ui.picture import Picture
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.together import Together
from mailbox_desk.wording import Wording
from mailbox_desk.wording.shared import is_connections

MOST: Final = 2
"""Lines; where still more is wrong at once, one more says how much."""


class SharedBar(QWidget):
    """`only_wanted` carries the id of the incident whose mailboxes alone are to be listed, "" for all mailboxes;
    `mend_wanted` the domain of the admin connection that is to be changed."""

    only_wanted = Signal(str)
    mend_wanted = Signal(str)

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._only = ""
        self._lines = [_Line(theme, words) for _ in range(MOST)]
        self._more = label(role="muted")
        self._more.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_s, MEASURES.gap_xl, MEASURES.gap_s)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in self._lines:
            line.pressed.connect(self._pressed)
            line.mend_wanted.connect(self.mend_wanted)
            column.addWidget(line)
        column.addWidget(self._more)
        self.hide()

    @property
    def only(self) -> str:
        """The incident whose mailboxes alone are listed, "" for none."""
        return self._only

    def show_incidents(self, together: Together) -> frozenset[MailboxId]:
        """The gravest first, of equals what concerns most. The answer: of whom a line tells now."""
        found = sorted(together.incidents, key=lambda each: (-each.verdict.gravity, -each.count))
        if self._only and together.incident(self._only) is None:
            self.list_all()
        for place, line in enumerate(self._lines):
            line.say(found[place] if place < len(found) else None, together, self._only)
        left = len(found) - MOST
        self._more.setText(self._words.plural("shared.more", left) if left > 0 else "")
        self._more.setVisible(left > 0)
        self.setVisible(bool(found))
        return frozenset(mailbox_id for each in found[:MOST] for mailbox_id in each.members)

    def list_all(self) -> None:
        """All mailboxes are listed again."""
        if self._only:
            self._pressed("")

    def _pressed(self, identity: str) -> None:
        self._only = "" if identity == self._only else identity
        for line in self._lines:
            line.mark(self._only)
        self.only_wanted.emit(self._only)


class _Line(QWidget):
    pressed = Signal(str)
    mend_wanted = Signal(str)

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._id, self._connection = "", ""
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        look = LOOKS[Shown.RECONNECTING]
        self._picture = Picture(theme, look.shape, look.tone)
        self._text = label()
        self._show = button("", lambda: self.pressed.emit(self._id))
        self._mend = button(words.text("shared.connection.mend"), lambda: self.mend_wanted.emit(self._connection))
        line = QHBoxLayout(self)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
        line.setSpacing(MEASURES.gap_m)
        line.addWidget(self._picture)
        line.addWidget(self._text, 1)
        line.addWidget(self._mend)
        line.addWidget(self._show)
        self.hide()

    def say(self, incident: Incident | None, together: Together, only: str) -> None:
        self.setVisible(incident is not None)
        if incident is None:
            return
        self._id = incident.id
        self._connection = incident.place.name if incident.place is not None and is_connections(incident) else ""
        self._mend.setVisible(bool(self._connection))
        look = LOOKS[Shown(incident.verdict.value)]
        self._picture.show_as(look.shape, look.tone, self._words.status(Shown(incident.verdict.value)))
        if self.property("tone") != look.tone.value:
            self.setProperty("tone", look.tone.value)
            for each in (self, self._text):
                each.style().unpolish(each)
                each.style().polish(each)
        text = together.line(incident)
        if self._text.text() != text:
            self._text.setText(text)
        self.mark(only)

    def mark(self, only: str) -> None:
        """The button leads to just these, or back to all."""
        self._show.setText(self._words.text("shared.show_all" if self._id and self._id == only else "shared.show"))
