"""Lets Python's cycle collector run on Qt's thread only.

By itself it runs on whichever thread allocates, and there it may end a Qt object that lives on Qt's thread: a timer, a
connection. Qt forbids that, and the program dies of it (seen as "Timers cannot be stopped from another thread").
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer
from PySide6.QtGui import QGuiApplication

_LOOK_MS: Final = 100
_THAW_MS: Final = 3_600_000
_FILLING_MS: Final = 300_000


class Collector(QObject):
    """From `start` to `stop` cycles are collected here, generation by generation, as Python's own counts ask for.

    What a full collection leaves is put aside: going through all that a thousand mailboxes hold takes 40 ms. Once an
    hour, while nobody works in a window of ours, all is gone through.

    In the first minutes the desk fills up: what is new then mostly stays: it is put aside look by look. Left together
    until an older generation was due, the first checks of five thousand mailboxes took 60 to 300 ms to go through.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer, self._hour, self._age = QTimer(self), QTimer(self), QElapsedTimer()
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._hour.setInterval(_THAW_MS)
        self._hour.timeout.connect(self.look_at_all)

    def start(self) -> None:
        gc.disable()  # it goes on counting
        self._timer.start()
        self._hour.start()
        self._age.start()

    def stop(self) -> None:
        """Python collects by itself again."""
        self._timer.stop()
        self._hour.stop()
        gc.unfreeze()
        gc.enable()

    def put_aside(self) -> None:
        """What is there now mostly stays: do not go through it again and again."""
        gc.freeze()

    def look(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones."""
        young, middle, old = (n > most for n, most in zip(gc.get_count(), gc.get_threshold(), strict=True))
        if not young:
            return
        if self._age.isValid() and not self._age.hasExpired(_FILLING_MS):
            gc.collect(0)
            gc.freeze()
            return
        gc.collect((2 if old else 1) if middle else 0)
        if middle and old:
            gc.freeze()

    def look_at_all(self) -> None:
        if QGuiApplication.focusWindow() is None:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
