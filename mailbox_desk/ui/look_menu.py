"""The menu of looks: as the system, light, dark, high contrast; the one in use is marked. Choosing wears it at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from mailbox_desk.ui.look import Choice
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording


class LookMenu(QMenu):
    """The theme tells of the choice by its signal `chosen`; who keeps it listens there."""

    def __init__(self, theme: Theme, words: Wording, parent: QWidget) -> None:
        super().__init__(words.text("ui.action.look"), parent)
        one_of = QActionGroup(self)
        for choice in Choice:
            action = one_of.addAction(words.text(f"ui.look.{choice.value}"))
            action.setCheckable(True)
            action.setChecked(choice is theme.choice)
            action.triggered.connect(partial(_choose, theme, choice))
            self.addAction(action)


def _choose(theme: Theme, choice: Choice, _is_checked: bool = False) -> None:
    theme.choose(choice)
