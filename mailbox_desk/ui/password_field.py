"""A field for a secret: shown as dots, given out once as a Secret, never to the clipboard."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from mailbox_desk.model.credential import Secret

_MOST: Final = 4096
_INVISIBLE: Final = re.compile("[\r\n\u2028\u2029\u200b\u200c\u200d\u2060\ufeff]")
_APP_PASSWORD: Final = re.compile(r"[a-z]{4}([\s\u00a0][a-z]{4}){3}")  # as Google shows it, blanks not part of it


def as_meant(typed: str, *, exactly: bool) -> str:
    """The password without what pasting brings along: line breaks, invisible characters, blanks around it and the
    blanks inside an app password's four groups. `exactly` leaves all as typed."""
    if exactly:
        return typed
    text = _INVISIBLE.sub("", typed).strip()
    return re.sub(r"\s", "", text) if _APP_PASSWORD.fullmatch(text) else text


class PasswordField(QLineEdit):
    """Shows dots only; what was typed leaves by `take_secret`, and only there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)  # Qt copies, cuts and drags nothing out of such a field
        self.setMaxLength(_MOST)
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
