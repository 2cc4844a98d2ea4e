"""What closing the window does: with a tray the desk goes on there, without one it ends, unless the person wants it to
go on. Either is said once, before it could surprise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from mailbox_desk.model.notice import Announcement
from mailbox_desk.ui.bars import NoTrayBar
from mailbox_desk.ui.tray import Tray
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from mailbox_desk.wording.notices import closing_explained

if TYPE_CHECKING:
    from mailbox_desk.ui.surroundings import Surroundings


class Closing(QObject):
    """`end` ends the program. Until the engine is there, nothing is known of the person's choice."""

    def __init__(self, window: Window, tray: Tray, words: Wording, end: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._tray, self._words, self._end = window, tray, words, end
        self._around: Surroundings | None = None
        self._announce: Callable[[Announcement], None] | None = None
        self._goes_on = False
        self._is_explained = False
        self._bar = NoTrayBar(words, self._keep_running, self._explained)
        window.put_strip(self._bar)
        window.closing.connect(self._closed)
        window.quitting.connect(end)
        tray.quit_wanted.connect(end)

    def follow(self, around: Surroundings, announce: Callable[[Announcement], None]) -> None:
        """The engine is there: what was chosen and said in earlier runs is known."""
        self._around, self._announce = around, announce
        settings = around.engine.settings
        self._goes_on, self._is_explained = settings.keep_running, settings.closing_explained
        if not self._tray.is_there and not self._goes_on and not self._is_explained:
            self._bar.show()

    def _closed(self) -> None:
        """The window is hidden already."""
        is_alive = self._around is not None
        if not is_alive or not (self._tray.is_there or self._goes_on):
            self._end()
        elif self._tray.is_there and not self._is_explained and self._announce is not None:
            self._announce(closing_explained(self._words))
            self._explained()

    def _keep_running(self) -> None:
        self._goes_on = True
        self._save("keep_running")

    def _explained(self) -> None:
        self._is_explained = True
        self._save("closing_explained")

    def _save(self, name: str) -> None:
        if self._around is not None:
            self._around.bridge.wish(self._around.engine.save_setting(name, "on"), to_the_end=True)
