"""Every dialog opened and closed two hundred times: neither memory nor objects nor windows grow."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, dozen
from tests.ui.waiting import until

WARM, TIMES = 20, 200
MOST_BYTES = 4_000_000
"""Of 200 openings. A dialog that stays holds 50 to 300 KB: a few dozen of them would be seen."""
MOST_PYTHON_OBJECTS = TIMES // 2
"""Less than one for each opening."""

Opening = Callable[[Acts], None]
OPENINGS: dict[str, Opening] = {
    "add": lambda acts: acts.add("someone@example.org"),
    "reconnect": lambda acts: acts.offered("a"),
    "edit": lambda acts: acts.edit(MailboxId("a")),
    "servers": lambda acts: acts.offered("a", Offer.SERVERS),
    "certificate": lambda acts: acts.offered("k"),
    "pause": lambda acts: acts.pause([MailboxId("h")]),
    "import": lambda acts: acts.import_list(),
    "export": lambda acts: acts.export_list([MailboxId("a")]),
    "paste": lambda acts: acts.explain_pasted(),
    "remove": lambda acts: acts.remove([MailboxId("a")]),
    "help": lambda acts: acts.show_help(),
}


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
async def acts(
    window: Window, theme: Theme, words: Wording, around: Surroundings, engine: FakeEngine, files: MailboxFiles
) -> Acts:
    for each in dozen():
        engine.board.publish(each)
    made = Acts(around, window, Extras(library=load_help(), files=files))
    DeskView(window, theme, words, lambda: NOW).attach(around, made)
    await until(lambda: window.model.rowCount() == 12)
    return made


def there() -> list[QWidget]:
    """The windows on the screen that can be closed again, but for the main one."""
    kinds = (QDialog, HelpWindow)
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kinds) and each.isVisible()]


async def open_and_close(acts: Acts, opening: Opening) -> None:
    opening(acts)
    await asyncio.sleep(0)
    (shown,) = there()
    shown.close()
    await asyncio.sleep(0)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def level(window: Window) -> dict[str, int]:
    """What must not grow: windows, objects below the main window, objects of Python, bytes that are ours alone."""
    gc.collect()
    return {
        "windows": len(QApplication.topLevelWidgets()),
        "below the window": len(window.findChildren(QObject)),
        "Python's": len(gc.get_objects()),
        "bytes": psutil.Process().memory_full_info().uss,
    }


@pytest.mark.no_qt_log  # it would keep a record of each message that the offscreen platform has for a new window
@pytest.mark.parametrize("name", OPENINGS)
async def test_nothing_stays_of_a_dialog(acts: Acts, window: Window, name: str) -> None:
    for _ in range(WARM):
        await open_and_close(acts, OPENINGS[name])
    before = level(window)
    kinds = Counter(type(each).__name__ for each in gc.get_objects())
    for _ in range(TIMES):
        await open_and_close(acts, OPENINGS[name])
    after = level(window)
    grown = Counter(type(each).__name__ for each in gc.get_objects()) - kinds
    rise = {kind: after[kind] - before[kind] for kind in before}
    most = {"windows": 0, "below the window": 0, "Python's": MOST_PYTHON_OBJECTS, "bytes": MOST_BYTES}
    assert {kind: rise[kind] for kind in rise if rise[kind] > most[kind]} == {}, (rise, grown.most_common(8))
