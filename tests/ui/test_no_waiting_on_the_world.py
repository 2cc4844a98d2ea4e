"""The window never reaches for file, socket or database on Qt's thread: seen by Python's own audit events, while every
dialog and act is used. What Qt itself reads inside (fonts, its own pictures) is not told there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTableView

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.rows import Column
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.import_files import row, write_rows
from tests.ui.samples import NOW, dozen, snapshot
from tests.ui.test_dialogs_level import OPENINGS, Opening, open_and_close, there
from tests.ui.waiting import until

# https://docs.python.org/3/library/audit_events.html (read 2026)
TOLD: Final = frozenset(
    {
        "open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir", "socket.bind", "socket.connect",
        "socket.getaddrinfo", "socket.sendto", "sqlite3.connect", "subprocess.Popen", "time.sleep",
    }
)  # fmt: skip


class Watch:
    """What was done on this thread while it is armed. An audit hook can't be taken away: one for the whole run."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._armed = False
        self.seen: list[tuple[str, str]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._armed and event in TOLD and threading.get_ident() == self._thread:
            self.seen.append((event, repr(arguments)[:200]))

    def arm(self) -> None:
        self.seen.clear()
        self._armed = True

    def disarm(self) -> None:
        self._armed = False


@pytest.fixture(scope="module")
def one_watch() -> Watch:
    return Watch()


@pytest.fixture
def watch(one_watch: Watch) -> Iterator[Watch]:
    """Armed by the test; what it saw fails the test."""
    yield one_watch
    one_watch.disarm()
    assert one_watch.seen == []


@pytest.fixture
def files() -> Iterator[MailboxFiles]:
    made = MailboxFiles()
    yield made
    made.close()


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[Window]:
    made = Window(theme, words, lambda: NOW)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
async def live(
    window: Window, theme: Theme, words: Wording, around: Surroundings, engine: FakeEngine, files: MailboxFiles
) -> tuple[DeskView, Acts]:
    for each in dozen():
        engine.board.publish(each)
    acts = Acts(around, window, Extras(lambda cause: f"# {cause.value}", load_help(), files=files))
    view = DeskView(window, theme, words, lambda: NOW)
    view.attach(around, acts)
    await until(lambda: window.model.rowCount() == 12)
    return view, acts


def test_it_sees_what_it_is_there_for(one_watch: Watch, tmp_path: Path) -> None:
    elsewhere = threading.Thread(target=lambda: (tmp_path / "elsewhere").write_text("x"))
    one_watch.arm()
    elsewhere.start()
    elsewhere.join()
    assert one_watch.seen == []
    (tmp_path / "here").write_text("x")
    one_watch.disarm()
    assert [event for event, _ in one_watch.seen] == ["open"]


@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS)
async def test_no_dialog_does(live: tuple[DeskView, Acts], watch: Watch, opening: Opening) -> None:
    watch.arm()
    await open_and_close(live[1], opening)


@pytest.mark.qt_log_ignore("does not support (grabbing the keyboard|raise|propagateSizeHints)", extend=True)
async def test_no_news_and_no_act_of_the_window_does(
    live: tuple[DeskView, Acts], window: Window, engine: FakeEngine, bridge: Bridge, words: Wording, watch: Watch
) -> None:
    view, _ = live
    watch.arm()
    engine.board.publish(snapshot("h", Verdict.NEEDS_YOU, Cause.OVER_QUOTA, version=2, age=5))
    await until(lambda: window.model.counts()[Shown.NEEDS_YOU] == 5)
    for each in dozen():
        window.list.choose(each.id)
        view.pane.grab()
    QTest.keyClicks(window.header.search, "fable")
    await until(lambda: window.model.rowCount() == 6)
    window.show_everything()
    window.list.columns.show(Column.DAY, wanted=False)
    window.list.sortByColumn(Column.MAILBOX, Qt.SortOrder.DescendingOrder)
    await until(lambda: engine.wished("save_setting"))
    window.list.choose_all([MailboxId("a"), MailboxId("b")])
    for act in (Act.CHECK, Act.ACKNOWLEDGE, Act.COPY_ADDRESS, Act.RESUME_ALL, Act.COPY_FOR_SUPPORT):
        window.acts.action(act).trigger()
    window.list.customContextMenuRequested.emit(QPoint(20, 20))
    window.list.horizontalHeader().customContextMenuRequested.emit(QPoint(20, 20))
    for menu in [each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible()]:
        menu.close()
    view.leave()
    await bridge.finish(2)


async def test_import_and_export_do_it_elsewhere(
    live: tuple[DeskView, Acts], words: Wording, watch: Watch, tmp_path: Path
) -> None:
    file = write_rows(tmp_path / "list.csv", row("new"), row("bad", port="many"))
    watch.arm()
    live[1].import_list()
    (dialog,) = there()
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("import.file")), str(file))
    pressed(dialog, words.text("import.read"))
    await until(lambda: by_name(dialog, QTableView, words.text("import.rows")).model().rowCount() == 2)
    pressed(dialog, words.plural("import.go", 1))
    await until(lambda: words.plural("import.now_checked", 1) in said(dialog))
    dialog.close()
    live[1].export_list([])
    (dialog,) = there()
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("import.file")), str(tmp_path / "out.csv"))
    pressed(dialog, words.text("export.go"))
    await until(lambda: words.plural("export.done", 13, file="out.csv") in said(dialog))
    dialog.close()
