"""The page of the queue where many new passwords are pasted at once. The text is forgotten as soon as it was read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.pasted_passwords import Pasted, read_pasted
from mailbox_desk.ui.surroundings import Surroundings


class PastePage(QWidget):
    """`wanted` carries the Secrets by address in small letters, `left` says that the person goes back."""

    wanted = Signal(object)
    left = Signal()

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._words = words = around.words
        self._addresses: Sequence[str] = ()
        self._text = QPlainTextEdit()
        self._text.setAccessibleName(words.text("queue.paste.text"))
        self._text.setPlaceholderText(words.text("queue.paste.hint"))
        self._text.setTabChangesFocus(True)
        self._text.setUndoRedoEnabled(False)  # an undo would bring a password back
        self._said = label(role="muted")
        self._go = button(words.text("queue.paste.go"), self._read, bright=True)
        self._back = button(words.text("queue.paste.back"), self._leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(label(words.text("queue.paste.intro")))
        column.addWidget(self._text, 1)
        column.addWidget(self._said)
        column.addLayout(row_of(self._go, self._back))
        self._text.textChanged.connect(self._count)

    def ask(self, addresses: Sequence[str]) -> None:
        """New passwords of these are waited for."""
        self._addresses = tuple(addresses)
        self.clear()
        self._text.setFocus()

    def tell(self, how_far: str) -> None:
        self._said.setText(how_far)

    def clear(self) -> None:
        """Nothing that was pasted stays."""
        self._text.clear()
        self._enable(is_busy=False)
        self._count()

    def _leave(self) -> None:
        self.clear()
        self.left.emit()

    def _count(self) -> None:
        pasted = read_pasted(self._text.toPlainText(), self._addresses)
        self._said.setText(self._told(pasted))
        self._go.setEnabled(bool(pasted.passwords))

    def _told(self, pasted: Pasted) -> str:
        words = self._words
        if not (pasted.passwords or pasted.unknown or pasted.odd):
            return ""
        parts = [words.plural("queue.paste.match", len(pasted.passwords))]
        if pasted.unknown:
            parts.append(words.plural("queue.paste.unknown", len(pasted.unknown), address=pasted.unknown[0]))
        if pasted.odd:
            parts.append(words.plural("queue.paste.odd", len(pasted.odd), line=pasted.odd[0]))
        return " ".join(parts)

    def _read(self) -> None:
        passwords = read_pasted(self._text.toPlainText(), self._addresses).passwords
        self._text.blockSignals(True)
        self._text.clear()
        self._text.blockSignals(False)
        self._enable(is_busy=True)
        self.wanted.emit(passwords)

    def _enable(self, *, is_busy: bool) -> None:
        for each in (self._text, self._go, self._back):
            each.setDisabled(is_busy)
