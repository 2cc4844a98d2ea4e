"""The window's tests: offscreen, on a Qt event loop, with an engine by script."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtWidgets import QApplication, QDialog

from mailbox_desk import paths
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise", extend=True))


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, LoopFactory]:
    return {"qasync": lambda: qasync.QEventLoop(QApplication.instance() or QApplication([]))}


@pytest.fixture(autouse=True)
def cycles_end_on_this_thread() -> Iterator[None]:
    """Loops and dialogs of earlier tests lie about as cycles of Qt objects: no worker may be the one to end them."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(scope="session")
def words() -> Wording:
    return Wording.load(["en"], strict=True)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    qapp.setQuitOnLastWindowClosed(False)
    return Theme(qapp, Icons(paths.resources_dir() / "icons", LIGHT), {"MAILBOX_DESK_THEME": "light"})


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
async def bridge(qapp: QApplication, engine: FakeEngine) -> AsyncIterator[Bridge]:
    made = Bridge(asyncio.get_running_loop())
    made.follow(engine.board)
    yield made
    made.stop()


@pytest.fixture
def around(theme: Theme, words: Wording, engine: FakeEngine, bridge: Bridge) -> Surroundings:
    return Surroundings(theme, words, engine.face, bridge, lambda: NOW, browse=engine.browsed.append)


@pytest.fixture(autouse=True)
def no_dialog_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """A dialog left open by one test would block the windows of the next."""
    yield
    for each in QApplication.topLevelWidgets():
        if isinstance(each, QDialog) and each.isVisible():
            each.close()
