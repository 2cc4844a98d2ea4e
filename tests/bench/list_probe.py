"""The window with 2,000 mailboxes, measured from inside: typing a search, turning the wheel, 500 changes a second.

Started as a process of its own by bench_list: prints one JSON line of milliseconds. The engine is the one of the
window's tests (a real board); the window, its model and its painting are the program's own, in a real X server.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import qasync
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailbox_desk import paths
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.collector import Collector
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, snapshot
from tests.ui.waiting import until

ROWS, WHEEL_STEPS, TICK_MS = 2000, 200, 5
CHANGES_A_TICK, CHANGE_MS, CHANGE_SECONDS = 10, 20, 10
TYPED = "user01 example status:connected"


def made(number: int, version: int, verdict: Verdict) -> Snapshot:
    cause = None if verdict is Verdict.CONNECTED else Cause.SERVER_BUSY
    return snapshot(f"{number:05}", verdict, cause, address=f"user{number:05}@example.org", version=version, age=number)


class Probe:
    """One window, measured."""

    def __init__(self, app: QApplication, loop: asyncio.AbstractEventLoop) -> None:
        self.words = Wording.load(["en"])
        theme = Theme(app, Icons(paths.resources_dir() / "icons", LIGHT), os.environ)
        self.engine = FakeEngine(made(number, 1, Verdict.CONNECTED) for number in range(ROWS))
        self.window, self.bridge = Window(theme, self.words, lambda: NOW), Bridge(loop)
        self.bridge.follow(self.engine.board)
        around = Surroundings(theme, self.words, self.engine.face, self.bridge, lambda: NOW)
        self.view = DeskView(self.window, theme, self.words, lambda: NOW)
        self.window.show()
        self.view.attach(around, Acts(around, self.window))
        self.collector = Collector(self.window)

    async def settle(self) -> None:
        await until(lambda: self.window.model.rowCount() == ROWS, seconds=60.0)
        await asyncio.sleep(2.0)
        self.collector.start()
        self.collector.put_aside()

    def type_search(self) -> list[float]:
        """Milliseconds from each key to the list as it then is, painted."""
        took = []
        for letter in TYPED:
            began = time.perf_counter()
            QTest.keyClicks(self.window.header.search, letter)
            QApplication.processEvents()
            self.window.list.viewport().repaint()
            took.append((time.perf_counter() - began) * 1000)
        self.window.show_everything()
        QApplication.processEvents()
        return took

    def turn_wheel(self) -> list[float]:
        """Milliseconds of each step of the wheel, its painting included."""
        viewport, took = self.window.list.viewport(), []
        at = QPointF(viewport.rect().center())
        for _ in range(WHEEL_STEPS):
            turned = QWheelEvent(
                at,
                viewport.mapToGlobal(at),
                QPoint(),
                QPoint(0, -120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            began = time.perf_counter()
            QApplication.sendEvent(viewport, turned)
            viewport.repaint()
            QApplication.processEvents()
            took.append((time.perf_counter() - began) * 1000)
        return took

    async def change_much(self) -> list[float]:
        """How late a 5 ms timer is while 500 mailboxes change a second."""
        late: list[float] = []
        last = [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            late.append((now - last[0]) * 1000 - TICK_MS)
            last[0] = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(TICK_MS)
        verdicts = (Verdict.SUSPECT, Verdict.RECONNECTING, Verdict.CONNECTED)
        for turn in range(CHANGE_SECONDS * 1000 // CHANGE_MS):
            for number in range(CHANGES_A_TICK):
                place = (turn * CHANGES_A_TICK + number) % ROWS
                self.engine.board.publish(made(place, turn + 2, verdicts[turn % 3]))
            await asyncio.sleep(CHANGE_MS / 1000)
        timer.stop()
        return late


async def measure(probe: Probe) -> None:
    await probe.settle()
    told = {"keys": probe.type_search(), "wheel": probe.turn_wheel(), "late": await probe.change_much()}
    os.write(1, json.dumps(told).encode() + b"\n")


def main() -> None:
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(measure(Probe(app, loop)))
    os._exit(0)  # what the tests' parts leave behind is none of the measure's affair


if __name__ == "__main__":
    main()
