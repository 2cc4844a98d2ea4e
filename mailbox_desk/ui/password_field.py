"""A field for a secret: shown as dots, given out once as a Secret, never to the clipboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.typed_password import LONGEST_PASSWORD, as_meant


class PasswordField(QLineEdit):
    """Shows dots only; what was typed leaves by `take_secret`, and only there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)  # Qt copies, cuts and drags nothing out of such a field
        self.setMaxLength(LONGEST_PASSWORD)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def secret(self, *, exactly: bool) -> Secret:
        """What was typed, as one Secret."""
        return Secret(as_meant(self.text(), exactly=exactly))

    def is_blank(self, *, exactly: bool) -> bool:
        """Nothing was typed that could be a password."""
        return not as_meant(self.text(), exactly=exactly)

    def forget(self) -> None:
        """Used or given up: nothing stays in the field."""
        self.clear()
