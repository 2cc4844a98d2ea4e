"""The window's life after the first paint: loop, engine, signals, end. Heavy parts are imported on a thread.

The end is clean in less than a second, whatever hangs: the engine shuts its sockets, and no thread is waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import qasync
from PySide6.QtWidgets import QApplication

from mailbox_desk.paths import Home
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.closing import Closing
from mailbox_desk.ui.collector import Collector
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.reception import Reception
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.tray import Tray
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording

_log = logging.getLogger(__name__)
_OK: Final = 0
_COULD_NOT_RUN: Final = 2
_SWITCH_SECONDS: Final = 0.00005  # checks on many threads then give Python's lock back to Qt's thread soon
_PATIENCE: Final = 0.8  # seconds for a clean end; then the process ends without it
_FOR_LAST_WISHES: Final = 0.4  # seconds of these at most for what the person did last


class Program:
    """Runs once. `told` are the arguments of the command line; `bring_house` imports ui.house on a thread."""

    def __init__(
        self,
        app: QApplication,
        window: Window,
        view: DeskView,
        theme: Theme,
        words: Wording,
        home: Home,
        told: argparse.Namespace,
        bring_house: Callable[[], Awaitable[Any]],
    ) -> None:
        self._window, self._view, self._theme, self._words = window, view, theme, words
        self._home, self._told = home, told
        self._bring_house = bring_house
        self._loop = qasync.QEventLoop(app)
        self._bridge = Bridge(self._loop, window)
        self._reception = Reception(window, words)
        self._tray = Tray(theme, words, window, self._reception)
        self._closing = Closing(window, self._tray, words, self._end)
        self._collector = Collector(window)
        self._ending = asyncio.Event()
        self._code = _OK
        self._comes_back = False

    def run(self) -> int:
        """Until the window is closed or a signal comes; the answer is the exit code."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._collector.start()
        asyncio.set_event_loop(self._loop)
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows has no signal handlers on a loop
                self._loop.add_signal_handler(number, self._end)
        with self._loop:
            self._loop.run_until_complete(self._live())
        return self._code

    def _end(self) -> None:
        self._view.leave()
        self._window.hide()
        self._tray.leave()
        self._ending.set()

    async def _live(self) -> None:
        """Serve until the end is wanted, then give everything a short while to end cleanly."""
        serving = asyncio.create_task(self._serve())
        await self._ending.wait()
        until = self._loop.time() + _PATIENCE
        await self._bridge.finish(_FOR_LAST_WISHES)
        self._bridge.stop()
        serving.cancel()
        _, late = await asyncio.wait({serving}, timeout=until - self._loop.time())
        if late:
            _log.warning("the engine did not end in time; leaving without it")

    async def _serve(self) -> None:
        try:
            house = await self._bring_house()
            while not await self._keep(house) and await self._take_over(house):
                pass  # the home may go to another watcher in this very moment: then once more
        except Exception as error:  # noqa: BLE001  the last stop: said on a page instead of a traceback
            self._could_not(error)

    async def _keep(self, house: Any) -> bool:
        """`house` is the module of that name, which is imported late. False where a watcher in the background holds the
        home and is to leave it to us."""
        try:
            told, words, summoned = self._told, self._words, self._reception.summoned
            async with house.open_house(self._home, told, words, summoned, self._tray) as opened:
                self._bridge.follow(opened.engine.board)
                extras = await house.extras(opened)
                around = Surroundings(self._theme, words, opened.engine, self._bridge, time.time, extras)
                acts = Acts(around, self._window, extras)
                self._view.attach(around, acts)
                self._tray.follow(around)
                self._window.put_strip(tidings := house.Tidings(around))
                tidings.begin(opened.beginning, took_over=self._comes_back)
                if opened.rehearsal is None:
                    self._closing.follow(around, opened.notifications.show)
                else:  # it ends with its window, and its own strip says so
                    self._window.put_strip(house.RehearsalBar(around, opened.rehearsal))
                self._reception.obey(house.summons_of(told))
                self._reception.open(around, acts)
                self._collector.put_aside()
                while True:
                    self._reception.clicked(await opened.notifications.clicked())
        except house.ShownElsewhere:
            self._end()
        except house.WatchedElsewhere as watched:
            self._comes_back = watched.stands_by
            if not watched.stands_by:  # a person began it and would wonder: it ends only by their word
                await self._ask_to_take_over(watched.seconds)
            return False
        except house.Trouble as trouble:
            _log.error("the desk can't start: %s %s", trouble.reason, trouble.detail)
            self._give_up(trouble.reason, detail=trouble.detail)
        return True

    async def _ask_to_take_over(self, seconds: float) -> None:
        """Returns once the person wants it; else the page stays until the window is closed."""
        text, wanted = self._words.text, asyncio.Event()
        says = text("ui.start.watched.text", time=self._words.duration(seconds))
        act = (text("ui.start.watched.take_over"), wanted.set)
        self._window.show_message(text("ui.start.watched.title"), says, act)
        self._window.show()
        await wanted.wait()

    async def _take_over(self, house: Any) -> bool:
        """False, and said, where the watcher stays."""
        text = self._words.text
        self._window.show_message(text("ui.start.taking_over.title"), text("ui.start.taking_over.text"))
        left: bool = await house.take_over(self._home)
        if not left:
            self._give_up("stays")
        return left

    def _could_not(self, error: Exception) -> None:
        _log.error("the desk could not go on", exc_info=error)
        self._give_up("broken", kind=type(error).__name__)

    def _give_up(self, reason: str, **values: object) -> None:
        """Say why on a page, which stays until it is closed."""
        self._code = _COULD_NOT_RUN
        text = self._words.text
        self._window.show_message(text(f"ui.start.{reason}.title"), text(f"ui.start.{reason}.text", **values))
        self._window.show()
