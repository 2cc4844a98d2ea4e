"""The field for a mail address. Enter moves on and does not press the dialog's button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class AddressField(QLineEdit):
    """`entered`: Enter was pressed in it."""

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self.setMaxLength(254)  # RFC 5321 section 4.5.3.1.3, brackets left out

    @property
    def address(self) -> str:
        return self.text().strip()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # else the dialog would press its default button
            self.entered.emit()
