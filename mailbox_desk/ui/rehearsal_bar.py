"""The strip over the list in a rehearsal: what this is, and the passwords to practise a reconnect with."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mailbox_desk.model.errand import Draft
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import button, label
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wiring import Rehearsal


class RehearsalBar(QWidget):
    """Stays until the window closes. The passwords are made up for this, and no secrets."""

    def __init__(self, around: Surroundings, rehearsal: Rehearsal) -> None:
        super().__init__()
        self._around, self._rehearsal = around, rehearsal
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("tone", Tone.BLUE.value)
        self._passwords = label()
        self._passwords.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._all = button(around.words.text("demo.bar.all"), self._show_all)
        told = QVBoxLayout()
        told.setSpacing(MEASURES.gap_s)
        told.addWidget(label(around.words.text("demo.bar.text")))
        told.addWidget(self._passwords)
        across = QHBoxLayout(self)
        across.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
        across.setSpacing(MEASURES.gap_xl)
        across.addLayout(told, 1)
        across.addWidget(self._all, 0, Qt.AlignmentFlag.AlignVCenter)
        self._list_passwords(rehearsal.first)

    def _list_passwords(self, drafts: Iterable[Draft]) -> None:
        words, right = self._around.words, self._rehearsal.right_passwords
        addresses = [draft.mailbox.address for draft in drafts if draft.mailbox.address in right]
        pairs = [words.text("demo.bar.takes", address=each, password=right[each]) for each in addresses]
        self._passwords.setText(words.text("demo.bar.practise", pairs=" · ".join(pairs)))

    def _show_all(self) -> None:
        self._all.setEnabled(False)
        self._around.bridge.wish(self._add_rest(), self._added, self._not_added)

    async def _add_rest(self) -> None:
        for draft in self._rehearsal.rest:
            if self._around.engine.board.get(draft.mailbox.id) is None:
                await self._around.engine.add(draft)

    def _added(self) -> None:
        self._all.hide()
        self._list_passwords((*self._rehearsal.first, *self._rehearsal.rest))

    def _not_added(self, error: BaseException) -> None:
        """The window's own strip says what went wrong; another press goes on where this one ended."""
        self._all.setEnabled(True)
        self._around.bridge.failed.emit(error)
