"""What a person can do in the window, as one table: name, key, what it needs. Menus and keys are made of it.

The words are `ui.action.<name>`. It does nothing itself: `wanted` says which act is wished for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.rows import Row
from mailbox_desk.wording import Wording


class Need(StrEnum):
    """What must be there before the act makes sense."""

    NOTHING = "nothing"
    ENGINE = "engine"
    MARKED = "marked"
    ONE = "one"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    TROUBLED = "troubled"
    KNOWN = "known"


class Act(StrEnum):
    ADD = "add"
    IMPORT = "import"
    EXPORT = "export"
    CONNECTIONS = "admin_connections"
    FIND = "find"
    NEXT_STEP = "reconnect"
    RECONNECT_ALL = "reconnect_all"
    CHECK = "check"
    CHECK_ALL = "check_all"
    PAUSE = "pause"
    RESUME = "resume"
    PAUSE_ALL = "pause_all"
    RESUME_ALL = "resume_all"
    ACKNOWLEDGE = "acknowledge"
    TELL_AGAIN = "tell_again"
    EDIT = "edit"
    COPY_ADDRESS = "copy_address"
    COPY_FOR_SUPPORT = "copy_for_support"
    REMOVE = "remove"
    UNDO = "undo"
    PASTE_ERROR = "paste_error"
    REHEARSAL = "rehearsal"
    HELP = "help"
    KEYBOARD = "keyboard"
    OAUTH_APPS = "oauth_apps"
    LOOK = "look"
    CLOSE = "close"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class ActRow:
    keys: str
    need: Need


ACTS: Final = {
    Act.ADD: ActRow("Ctrl+N", Need.ENGINE),
    Act.IMPORT: ActRow("Ctrl+I", Need.ENGINE),
    Act.EXPORT: ActRow("Ctrl+E", Need.ENGINE),
    Act.CONNECTIONS: ActRow("", Need.ENGINE),
    Act.FIND: ActRow("Ctrl+F", Need.NOTHING),
    Act.NEXT_STEP: ActRow("Ctrl+R", Need.ONE),
    Act.RECONNECT_ALL: ActRow("Ctrl+Shift+R", Need.ENGINE),
    Act.CHECK: ActRow("F5", Need.ENGINE),
    Act.CHECK_ALL: ActRow("Shift+F5", Need.ENGINE),
    Act.PAUSE: ActRow("Ctrl+P", Need.UNPAUSED),
    Act.RESUME: ActRow("Ctrl+Shift+P", Need.PAUSED),
    Act.PAUSE_ALL: ActRow("", Need.ENGINE),
    Act.RESUME_ALL: ActRow("", Need.ENGINE),
    Act.ACKNOWLEDGE: ActRow("Ctrl+K", Need.TROUBLED),
    Act.TELL_AGAIN: ActRow("Ctrl+Shift+K", Need.KNOWN),
    Act.EDIT: ActRow("F2", Need.ONE),
    Act.COPY_ADDRESS: ActRow("Ctrl+C", Need.MARKED),
    Act.COPY_FOR_SUPPORT: ActRow("Ctrl+Shift+C", Need.ONE),
    Act.REMOVE: ActRow("Del", Need.MARKED),
    Act.UNDO: ActRow("Ctrl+Z", Need.NOTHING),
    Act.PASTE_ERROR: ActRow("Ctrl+Shift+V", Need.ENGINE),
    Act.REHEARSAL: ActRow("", Need.ENGINE),
    Act.HELP: ActRow("F1", Need.ENGINE),
    Act.KEYBOARD: ActRow("Ctrl+?", Need.ENGINE),
    Act.OAUTH_APPS: ActRow("", Need.ENGINE),
    Act.LOOK: ActRow("", Need.ENGINE),
    Act.CLOSE: ActRow("Ctrl+W", Need.NOTHING),
    Act.QUIT: ActRow("Ctrl+Q", Need.NOTHING),
}

CONTEXT_MENU: Final = (
    (Act.NEXT_STEP, Act.RECONNECT_ALL, Act.CHECK),
    (Act.PAUSE, Act.RESUME, Act.ACKNOWLEDGE, Act.TELL_AGAIN),
    (Act.EDIT, Act.COPY_ADDRESS, Act.COPY_FOR_SUPPORT),
    (Act.REMOVE,),
)
MAIN_MENU: Final = (
    (Act.ADD, Act.IMPORT, Act.EXPORT),
    (Act.RECONNECT_ALL, Act.CHECK_ALL, Act.PAUSE_ALL, Act.RESUME_ALL),
    (Act.OAUTH_APPS, Act.CONNECTIONS),
    (Act.PASTE_ERROR, Act.REHEARSAL),
    (Act.LOOK, Act.HELP, Act.KEYBOARD),
    (Act.QUIT,),
)
_HIDDEN_WITHOUT_NEED: Final = frozenset({Act.RESUME, Act.TELL_AGAIN})
_TROUBLED: Final = frozenset({Shown.NEEDS_YOU, Shown.RECONNECTING})


class Actions(QObject):
    """`wanted` carries the Act that a person asked for by key or menu."""

    wanted = Signal(object)

    def __init__(self, window: QWidget, words: Wording) -> None:
        super().__init__(window)
        self._actions: dict[Act, QAction] = {}
        for act, row in ACTS.items():
            action = QAction(words.text(f"ui.action.{act.value}"), window)
            if row.keys:
                action.setShortcut(QKeySequence(row.keys))
            action.triggered.connect(lambda _checked=False, act=act: self.wanted.emit(act))
            window.addAction(action)
            self._actions[act] = action
        self.enable(is_live=False, marked=())

    def action(self, act: Act) -> QAction:
        return self._actions[act]

    def enable(self, *, is_live: bool, marked: Collection[Row]) -> None:
        """Which acts make sense now: the engine is there or not, and these rows are selected."""
        met = _met(is_live=is_live, marked=marked)
        for act, action in self._actions.items():
            action.setEnabled(ACTS[act].need in met)

    def menu(self, groups: Iterable[Iterable[Act]], parent: QWidget) -> QMenu:
        """A menu of these groups, a line between them; acts that only undo a state show where it is."""
        menu = QMenu(parent)
        self.fill(menu, groups)
        return menu

    def fill(self, menu: QMenu, groups: Iterable[Iterable[Act]]) -> None:
        """Put these groups into the menu in place of what it held."""
        menu.clear()
        for group in groups:
            for act in group:
                if self._actions[act].isEnabled() or act not in _HIDDEN_WITHOUT_NEED:
                    menu.addAction(self._actions[act])
            menu.addSeparator()


def _met(*, is_live: bool, marked: Collection[Row]) -> frozenset[Need]:
    met = {Need.NOTHING}
    if not is_live:
        return frozenset(met)
    table = {
        Need.ENGINE: True,
        Need.MARKED: bool(marked),
        Need.ONE: len(marked) == 1,
        Need.PAUSED: any(row.shown is Shown.PAUSED for row in marked),
        Need.UNPAUSED: any(row.shown is not Shown.PAUSED for row in marked),
        Need.TROUBLED: any(row.shown in _TROUBLED and not row.acknowledged for row in marked),
        Need.KNOWN: any(row.acknowledged for row in marked),
    }
    return frozenset(met | {need for need, holds in table.items() if holds})
