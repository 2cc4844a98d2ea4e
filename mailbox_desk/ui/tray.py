"""The picture in the tray: the worst status that the person does not know yet. A few times a second at most.

It also draws the pictures for notices, and shows a notice itself where the desktop has no better place for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QImage
from PySide6.QtWidgets import QSystemTrayIcon

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Announcement, Choice, Clicked, Picture
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.reception import Reception
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.tally import Tally
from mailbox_desk.ui.tray_menu import Content, TrayMenu, entries_of, pause_ends
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording

if TYPE_CHECKING:
    from mailbox_desk.ui.surroundings import Surroundings

_REST_MS: Final = 300
_BALLOON_MS: Final = 10_000
_MENU_MS: Final = 60_000
_JUST_NOW_MS: Final = 400
"""A click on the tray takes the focus from our window first: until then it still counts as in front."""


def tray_is_there() -> bool:
    """This desktop has a tray."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """`quit_wanted`: the person wants to end the desk."""

    quit_wanted = Signal()

    def __init__(self, theme: Theme, words: Wording, window: Window, reception: Reception) -> None:
        super().__init__(window)
        self._theme, self._words, self._window, self._reception = theme, words, window, reception
        self._around: Surroundings | None = None
        self._tally = Tally()
        self._last: Announcement | None = None
        self._left, self._opened = QElapsedTimer(), QElapsedTimer()
        self._menu = TrayMenu(words)
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._draw)
        self._shown: tuple[Shown | None, str] | None = None
        self._listen()
        self._wear(None, words.text("tray.starting"))
        if tray_is_there():
            self._icon.show()

    @property
    def is_there(self) -> bool:
        return self._icon.isVisible() and tray_is_there()

    def follow(self, around: Surroundings) -> None:
        """The engine is there."""
        self._around = around
        around.bridge.news.connect(self._hear)
        self._hear(around.engine.board.snapshots())

    def leave(self) -> None:
        """The program ends."""
        self._rest.stop()
        self._icon.hide()

    def picture(self, shown: Shown) -> Picture:
        """The status for a notice."""
        image = self._theme.icons.tray(shown, MEASURES.notice_icon).toImage()
        image = image.convertToFormat(QImage.Format.Format_RGBA8888)
        return Picture(image.width(), bytes(image.constBits()))

    def balloon(self, announcement: Announcement) -> bool:
        """Show it by the tray itself; False where that can't be. On Linux a tray without a place of its own on the
        screen hands notices to the daemon, which has just failed to answer."""
        is_handed_on = sys.platform == "linux" and self._icon.geometry().isEmpty()
        if not self.is_there or not QSystemTrayIcon.supportsMessages() or is_handed_on:
            return False
        self._last = announcement
        icon = QIcon(self._theme.icons.tray(announcement.shown, MEASURES.notice_icon))
        self._icon.showMessage(announcement.title, announcement.body, icon, _BALLOON_MS)
        return True

    def _listen(self) -> None:
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self._balloon_clicked)
        menu, reception = self._menu, self._reception
        menu.aboutToShow.connect(self._menu_opens)
        menu.aboutToHide.connect(self._opened.invalidate)
        menu.wanted.connect(lambda mailbox_id: reception.reconnect(MailboxId(mailbox_id)))
        menu.more_wanted.connect(lambda: reception.show(self._tally.in_need()))
        menu.show_wanted.connect(lambda: reception.show())
        menu.check_wanted.connect(self._check_all)
        menu.pause_wanted.connect(self._pause_all)
        menu.resume_wanted.connect(self._resume_all)
        menu.quit_wanted.connect(self.quit_wanted)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._state_changed)

    # -- what it shows

    def _hear(self, news: Iterable[Snapshot | Gone]) -> None:
        self._tally.take(news)
        if not self._rest.isActive():
            QTimer.singleShot(0, self, self._draw)  # not in one go with the list's pass
            self._rest.start()

    def _draw(self) -> None:
        wanted = self._tally.worst, self._tally.summary(self._words)
        if wanted != self._shown:
            self._shown = wanted
            self._wear(*wanted)
        if not self._menu_is_open():  # nothing moves under the mouse
            self._fill()

    def _wear(self, worst: Shown | None, sentence: str) -> None:
        icon = QIcon()
        for edge in MEASURES.tray_icons:
            icon.addPixmap(self._theme.icons.tray(worst, edge))
        self._icon.setIcon(icon)
        self._icon.setToolTip(f"{self._words.text('ui.title')}\n{sentence}")

    def _menu_opens(self) -> None:
        """Said by the desktop too, which may have measured the menu by the words before these: see `_draw`."""
        self._fill()
        self._opened.start()

    def _menu_is_open(self) -> bool:
        """Not for ever: a desktop may go away with the menu open, and never say that it was closed."""
        return self._opened.isValid() and self._opened.elapsed() < _MENU_MS

    def _fill(self) -> None:
        around = self._around
        if around is None:
            return
        in_need = [each for each in map(around.engine.board.get, self._tally.in_need()) if each is not None]
        entries = entries_of(in_need, self._words)
        self._menu.tell(
            Content(
                summary=self._tally.summary(self._words),
                entries=entries,
                more=len(in_need) - len(entries),
                has_mailboxes=bool(self._tally.ids()),
                all_paused=self._tally.all_paused(),
            )
        )

    # -- what the person does

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason not in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.MiddleClick):
            return
        window = self._window
        was_in_front = window.isActiveWindow() or (self._left.isValid() and self._left.elapsed() < _JUST_NOW_MS)
        if window.isVisible() and not window.isMinimized() and was_in_front:
            window.hide()
        else:
            self._reception.show()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state is not Qt.ApplicationState.ApplicationActive:
            self._left.start()

    def _balloon_clicked(self) -> None:
        if self._last is not None:
            self._reception.clicked(Clicked(Choice.OPEN, self._last.mailboxes))

    def _check_all(self) -> None:
        if self._around is not None:
            self._around.engine.check_now(self._tally.ids())

    def _pause_all(self, choice: str) -> None:
        around = self._around
        if around is not None:
            until = pause_ends(around.now())[choice]
            around.bridge.wish(around.engine.pause(self._tally.ids(), until))

    def _resume_all(self) -> None:
        if self._around is not None:
            self._around.bridge.wish(self._around.engine.resume(self._tally.ids()))
