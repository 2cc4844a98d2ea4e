"""The tray's menu: what needs the person, then what can be done with all. Its entries are made once and only change
their words, just before the menu is shown: the desktop draws it in another process, which holds on to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from mailbox_desk.model.cause import CAUSES, Severity
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording import Wording

ENTRIES: Final = 8
_HOUR: Final = 3600.0
_MORNING: Final = time(8)


@dataclass(frozen=True, slots=True)
class Content:
    """What the menu says now. `entries` are a mailbox's id and its line; `more` counts those left out."""

    summary: str
    entries: tuple[tuple[MailboxId, str], ...] = ()
    more: int = 0
    has_mailboxes: bool = False
    all_paused: bool = False


def entries_of(in_need: Sequence[Snapshot], words: Wording) -> tuple[tuple[MailboxId, str], ...]:
    """The loudest first, of equals the newest; each by address and cause."""
    ranked = sorted(in_need, key=lambda each: (-_severity(each), -each.standing.since, each.mailbox.address))
    return tuple((each.id, _line(each, words)) for each in ranked[:ENTRIES])


def pause_ends(now: float) -> dict[str, float | None]:
    """Until when each choice pauses, by the key of its words; seconds since 1970 UTC, None for no end."""
    here = datetime.fromtimestamp(now).astimezone()
    morning = datetime.combine(here.date() + timedelta(days=1), _MORNING).astimezone()
    return {"pause_hour": now + _HOUR, "pause_morning": morning.timestamp(), "pause_open": None}


class TrayMenu(QMenu):
    """`wanted` carries a mailbox's id; `pause_wanted` the key of a choice of `pause_ends`. It asks for its content by
    `aboutToShow`: answer with `tell`."""

    wanted = Signal(str)
    more_wanted = Signal()
    check_wanted = Signal()
    pause_wanted = Signal(str)
    resume_wanted = Signal()
    show_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._ids: list[MailboxId] = []
        self._summary = self._added("")
        self._summary.setEnabled(False)
        self.addSeparator()
        self._entries = [self._entry(place) for place in range(ENTRIES)]
        self._more = self._added("", self.more_wanted)
        self._rule = self.addSeparator()
        self._check = self._added(words.text("tray.menu.check_all"), self.check_wanted)
        self._pause = self._pause_menu()
        self._resume = self._added(words.text("tray.menu.resume_all"), self.resume_wanted)
        self.addSeparator()
        self._added(words.text("tray.menu.show"), self.show_wanted)
        self._added(words.text("tray.menu.quit"), self.quit_wanted)
        self.tell(Content(words.text("tray.starting")))

    def tell(self, content: Content) -> None:
        """Say this from now on."""
        _say(self._summary, content.summary)
        self._ids = [mailbox_id for mailbox_id, _ in content.entries]
        for place, action in enumerate(self._entries):
            is_used = place < len(content.entries)
            if is_used:
                _say(action, content.entries[place][1])
            action.setVisible(is_used)
        _say(self._more, self._words.plural("tray.menu.more", content.more))
        self._more.setVisible(content.more > 0)
        self._rule.setVisible(bool(content.entries))
        self._check.setEnabled(content.has_mailboxes and not content.all_paused)
        self._pause.menuAction().setVisible(not content.all_paused)
        self._pause.setEnabled(content.has_mailboxes)
        self._resume.setVisible(content.all_paused)

    def _added(self, text: str, wanted: SignalInstance | None = None) -> QAction:
        action = self.addAction(text)
        if wanted is not None:
            action.triggered.connect(lambda _checked=False: wanted.emit())
        return action

    def _entry(self, place: int) -> QAction:
        action = self.addAction("")
        action.triggered.connect(lambda _checked=False: self._chose(place))
        return action

    def _chose(self, place: int) -> None:
        if place < len(self._ids):
            self.wanted.emit(self._ids[place])

    def _pause_menu(self) -> QMenu:
        menu = self.addMenu(self._words.text("tray.menu.pause_all"))
        for key in pause_ends(0.0):
            action = menu.addAction(self._words.text(f"tray.menu.{key}"))
            action.triggered.connect(lambda _checked=False, key=key: self.pause_wanted.emit(key))
        return menu


def _say(action: QAction, text: str) -> None:
    action.setText(text.replace("&", "&&"))  # a single one would underline the letter behind it


def _severity(snapshot: Snapshot) -> Severity:
    diagnosis = snapshot.standing.diagnosis
    return CAUSES[diagnosis.cause].severity if diagnosis else Severity.NOTE


def _line(snapshot: Snapshot, words: Wording) -> str:
    phrase = words.cause_phrase(snapshot) or words.status(snapshot.shown)
    return words.text("tray.menu.entry", address=snapshot.mailbox.address, phrase=phrase)
