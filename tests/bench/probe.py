"""Runs the window (or a bare one to hold it against) and measures it from inside: first paint, memory, lateness.

Started as a process of its own by the benches: `probe.py bare|desk|round HOME PASSPHRASE_FILE`; prints one JSON line.
STARTED in the environment is the parent's time.time() just before. It changes nothing of the program.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from threading import Event, Thread

import psutil
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QTableView, QWidget

MODE, HOME, PASSPHRASE_FILE = sys.argv[1], sys.argv[2], sys.argv[3]
SETTLE_MS = 6000
LONGEST_MS = 600_000
TICK_MS = 5
CHECKED = int(os.environ.get("CHECKED", "500"))


class Probe(QObject):
    """Sees the first paint of a table and, in a round, keeps a precise timer."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: float | None = None
        self._painting = False
        self.late: list[float] = []
        self.own: list[float] = []
        self._own = 0.0
        self._used = self._began = 0.0
        self._done = Event()
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        if self._painting:  # any event after it: the first paint of the table is over
            self.painted = time.time() - float(os.environ["STARTED"])
            self._painting = False
            QTimer.singleShot(0, self._paint_done)
        if self.painted is None and event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            parent = watched.parent()
            self._painting = isinstance(parent, QTableView) and isinstance(parent, QAbstractScrollArea)
        return False

    def _paint_done(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        QTimer.singleShot(SETTLE_MS if MODE != "round" else LONGEST_MS, self.report)
        if MODE == "round":
            QTimer.singleShot(SETTLE_MS, self._begin_round)

    def _begin_round(self) -> None:
        """Check all, as its key would."""
        self._used, self._began = cpu_seconds(), time.perf_counter()
        actions = [action for widget in QApplication.topLevelWidgets() for action in widget.actions()]
        next(each for each in actions if each.shortcut().toString() == "Shift+F5").trigger()
        self._last, self._own = time.perf_counter(), time.thread_time()
        self._timer.start()
        self._watch = QTimer(self)
        self._watch.setInterval(100)
        self._watch.timeout.connect(self._look)
        self._watch.start()
        Thread(target=wait_for_engine, args=(self._done,), daemon=True).start()

    def _tick(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.late.append((now - self._last) * 1000 - TICK_MS)
        self.own.append((own - self._own) * 1000)
        self._last, self._own = now, own

    def _look(self) -> None:
        """End when every row has been checked in this run."""
        if self._done.is_set():
            self.report()

    def report(self) -> None:
        self._timer.stop()
        spent, seconds = cpu_seconds() - self._used, time.perf_counter() - self._began
        gc.collect()
        memory = psutil.Process().memory_full_info()
        told = {
            "painted": self.painted,
            "uss": memory.uss,
            "late": self.late,
            "own": self.own,
            "cpu": spent,
            "seconds": seconds,
            "whole": MODE != "round" or self._done.is_set(),
        }
        os.write(1, json.dumps(told).encode() + b"\n")
        os.kill(os.getpid(), signal.SIGTERM)


def cpu_seconds() -> float:
    """What this process has used."""
    used = psutil.Process().cpu_times()
    return float(used.user + used.system)


def wait_for_engine(done: Event) -> None:
    """On a thread of its own: going through thousands of rows must not hold up the thread that is measured."""
    while not engine_done():
        time.sleep(0.5)
    done.set()


def engine_done() -> bool:
    """All are connected: read from the store, as anybody could."""
    import sqlite3  # noqa: PLC0415  only this mode needs it

    with sqlite3.connect(f"file:{HOME}/desk.sqlite?mode=ro", uri=True) as store:
        (count,) = store.execute("SELECT count(*) FROM standings WHERE shown = 'CONNECTED'").fetchone()
    return bool(count >= CHECKED)


def bare() -> int:
    app = QApplication(sys.argv[:1])
    app.installEventFilter(probe := Probe())
    table = QTableView()
    table.setModel(QStandardItemModel(0, 6))
    table.resize(1200, 800)
    table.show()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert probe is not None
    return app.exec()


def desk() -> int:
    class ProbedApplication(QApplication):
        def __init__(self, argv: list[str]) -> None:
            super().__init__(argv)
            self._probe = Probe()
            self.installEventFilter(self._probe)

    vars(QtWidgets)["QApplication"] = ProbedApplication  # to see the very first paint
    from mailbox_desk.__main__ import main  # noqa: PLC0415  its imports are part of what is measured

    return main(["--home", HOME, "--passphrase-file", PASSPHRASE_FILE])


if __name__ == "__main__":
    sys.exit(bare() if MODE == "bare" else desk())
