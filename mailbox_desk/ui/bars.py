"""The strips above the list: the vault that wants opening, and a wish that failed. Shown only while there is need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QWidget

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import button, label
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.wording import Wording

_SHORTEST_PASSPHRASE: Final = 8
_UNDO_MS: Final = 10_000
_HARD = frozenset({VaultState.KEY_GONE, VaultState.BROKEN})


class Bar(QWidget):
    """A strip with one sentence; more goes to its right."""

    def __init__(self, tone: Tone) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("tone", tone.value)
        self._text = label()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
        self._line.setSpacing(MEASURES.gap_m)
        self._line.addWidget(self._text, 1)
        self._beside = QHBoxLayout()
        self._beside.setSpacing(MEASURES.gap_m)
        self._line.addLayout(self._beside)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Where it is narrow, fields stand below the sentence, else they would press it into a column."""
        super().resizeEvent(event)
        is_narrow = self.width() < MEASURES.bar_stacks_below and bool(self.findChildren(QLineEdit))
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)


class FailureBar(Bar):
    """What went wrong on our own side, until it is closed."""

    def __init__(self, words: Wording) -> None:
        super().__init__(Tone.RED)
        self._line.addWidget(button(words.text("ui.close"), self.hide))

    def say(self, text: str) -> None:
        self._text.setText(text)
        self.show()


class UndoBar(Bar):
    """What was just done and can still be taken back. `undone` says that it was, `settled` that its time is over."""

    undone = Signal()
    settled = Signal()

    def __init__(self, words: Wording) -> None:
        super().__init__(Tone.GREY)
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(_UNDO_MS)
        self._time.timeout.connect(self.settle)
        self._line.addWidget(button(words.text("ui.undo"), self.undo))
        self._line.addWidget(button(words.text("ui.close"), self.settle))

    def offer(self, text: str) -> None:
        """Offer to take this back, for some seconds."""
        self._text.setText(text)
        self._time.start()
        self.show()

    def undo(self) -> None:
        if self._time.isActive():
            self._end()
            self.undone.emit()

    def settle(self) -> None:
        """No way back from here on."""
        if self._time.isActive() or self.isVisible():
            self._end()
            self.settled.emit()

    def _end(self) -> None:
        self._time.stop()
        self.hide()


class NoTrayBar(Bar):
    """What closing the window does where there is no tray; the person may want otherwise. `known` is called when the
    person has put it away, `keep` when the desk is to go on."""

    def __init__(self, words: Wording, keep: Callable[[], None], known: Callable[[], None]) -> None:
        super().__init__(Tone.AMBER)
        self._words, self._wants, self._known = words, keep, known
        self._text.setText(words.text("tray.no_tray.text"))
        self._keep = button(words.text("tray.no_tray.keep"), self._pressed)
        self._line.addWidget(self._keep)
        self._line.addWidget(button(words.text("ui.close"), self._put_away))

    def _pressed(self) -> None:
        self._text.setText(self._words.text("tray.no_tray.kept"))
        self._keep.hide()
        self._wants()

    def _put_away(self) -> None:
        self.hide()
        self._known()


class VaultBar(Bar):
    """`unlock_wanted` carries None (the system may ask) or the passphrase as a Secret."""

    unlock_wanted = Signal(object)

    def __init__(self, words: Wording) -> None:
        super().__init__(Tone.AMBER)
        self._words = words
        self.state = VaultState.OPEN
        self._passphrase, self._again = PasswordField(), PasswordField()
        for field, key in ((self._passphrase, "passphrase"), (self._again, "passphrase_again")):
            field.setPlaceholderText(words.text(f"ui.vault.{key}"))
            field.setAccessibleName(words.text(f"ui.vault.{key}"))
            field.setMaximumWidth(220)
            field.returnPressed.connect(self._press)
            self._beside.addWidget(field)
        self._button = button("", self._press)
        self._beside.addWidget(self._button)

    def show_state(self, state: VaultState) -> None:
        """Say how the vault stands; nothing where it is open."""
        self.state = state
        self.setVisible(state is not VaultState.OPEN)
        if state is VaultState.OPEN:
            self._forget()
            return
        self._text.setText(self._words.text(f"ui.vault.{state.value}"))
        asks = state in (VaultState.WANTS_PASSPHRASE, VaultState.NO_KEYRING)
        self._passphrase.setVisible(asks)
        self._again.setVisible(state is VaultState.NO_KEYRING)
        self._button.setVisible(state not in _HARD)
        self._button.setEnabled(True)
        self._button.setText(self._words.text(f"ui.vault.button.{state.value}" if state not in _HARD else "ui.close"))

    def say(self, text: str) -> None:
        """Why it did not open; the fields wait for another try."""
        self._text.setText(text)
        self._button.setEnabled(True)
        self._passphrase.setFocus()

    def press(self) -> None:
        """The person asked to unlock somewhere else in the window."""
        if self._passphrase.isVisibleTo(self):
            self._passphrase.setFocus()
        elif self.isVisible():
            self._press()

    def _press(self) -> None:
        match self.state:
            case VaultState.LOCKED:
                self._send(None)
            case VaultState.WANTS_PASSPHRASE:
                if not self._passphrase.is_blank(exactly=True):
                    self._send(self._passphrase.secret(exactly=True))
            case VaultState.NO_KEYRING:
                self._create()
            case _:
                return

    def _create(self) -> None:
        first, second = self._passphrase.secret(exactly=True), self._again.secret(exactly=True)
        if len(self._passphrase.text()) < _SHORTEST_PASSPHRASE:
            self.say(self._words.text("ui.vault.too_short", count=_SHORTEST_PASSPHRASE))
        elif first != second:
            self.say(self._words.text("ui.vault.not_same"))
        else:
            self._send(first)

    def _send(self, passphrase: Secret | None) -> None:
        self._button.setEnabled(False)
        self._forget()
        self.unlock_wanted.emit(passphrase)

    def _forget(self) -> None:
        self._passphrase.forget()
        self._again.forget()
