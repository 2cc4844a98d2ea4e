"""The strip on top: the few acts in daily use, the search, and the menu with the rest."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolButton, QWidget

from mailbox_desk.ui.actions import MAIN_MENU, Act, Actions
from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.look_menu import LookMenu
from mailbox_desk.ui.parts import button
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

_TYPING_MS: Final = 0
"""Letters that wait in the queue are searched for once."""
_BUTTONS: Final = (Act.ADD, Act.IMPORT, Act.CHECK, Act.PAUSE)


class SearchField(QLineEdit):
    """`searched` carries what was typed, `left` that the person is done here: down into the list."""

    searched = Signal(str)
    left = Signal()

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._hints = (words.text("ui.search.hint"), words.text("ui.search.name"))
        self.setAccessibleName(words.text("ui.search.name"))
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(120)
        self.setMaximumWidth(MEASURES.search_width)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: self.searched.emit(self.text()))
        self.textChanged.connect(self._typing.start)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """The hint that there is room for: half a word helps nobody."""
        super().resizeEvent(event)
        full, brief = self._hints
        room = self.width() - 2 * MEASURES.gap_xl
        self.setPlaceholderText(full if self.fontMetrics().horizontalAdvance(full) <= room else brief)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape | Qt.Key.Key_Down | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


class Header(QWidget):
    """Its buttons are those of the actions, so that both are enabled together."""

    def __init__(self, actions: Actions, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._actions, self._theme, self._words = actions, theme, words
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = SearchField(words)
        self._buttons = {act: self._button(act, words) for act in _BUTTONS}
        self._more = QToolButton()
        self._more.setIconSize(QSize(16, 16))
        self._more.setProperty("framed", True)
        self._more.setAccessibleName(words.text("ui.header.menu"))
        self._more.setToolTip(words.text("ui.header.menu"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        line = QHBoxLayout(self)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
        line.setSpacing(MEASURES.gap_m)
        for each in self._buttons.values():
            line.addWidget(each)
        line.addStretch(1)
        line.addWidget(self.search, 2)
        line.addWidget(self._more)
        theme.changed.connect(self._draw)
        self._draw()

    def make_menu(self) -> None:
        """The menu behind the last button. Made once the window has been painted."""
        menu = self._actions.menu((), self)
        self._actions.action(Act.LOOK).setMenu(LookMenu(self._theme, self._words, self))
        menu.aboutToShow.connect(lambda: self._actions.fill(menu, MAIN_MENU))
        self._actions.fill(menu, MAIN_MENU)
        self._more.setMenu(menu)

    def fit(self, width: int) -> None:
        """In a narrow window the acts that the menu has too make room for the search."""
        for act in (Act.IMPORT, Act.PAUSE):
            self._buttons[act].setVisible(width >= _ALL_BUTTONS_FROM)

    def _button(self, act: Act, words: Wording) -> QPushButton:
        action = self._actions.action(act)
        made = button(words.text(f"ui.header.{act.value}"), action.trigger)
        made.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)
        return made

    def _draw(self) -> None:
        self._more.setIcon(self._theme.icons.icon(Shape.MENU, Tone.MUTED, 16))


_ALL_BUTTONS_FROM: Final = 700
