from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.verdict import VeilReason
from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.network_bar import NetworkBar
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed
from tests.ui.samples import NOW, snapshot
from tests.ui.waiting import until

KEPT = {"ui.columns", "ui.geometry", "ui.splitter"}


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[Window]:
    made = Window(theme, words, lambda: NOW)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
async def view(window: Window, theme: Theme, words: Wording, around: Surroundings, engine: FakeEngine) -> DeskView:
    """Of a desk with two mailboxes."""
    for name in ("a", "b"):
        engine.board.publish(snapshot(name))
    made = DeskView(window, theme, words, lambda: NOW)
    made.attach(around, Acts(around, window))
    await until(lambda: window.model.rowCount() == 2)
    return made


def kept(engine: FakeEngine) -> dict[str, str]:
    return {str(wish[0]): str(wish[1]) for wish in engine.wished("save_setting")}


async def test_a_removal_that_could_be_taken_back_is_done_before_the_end(
    view: DeskView, window: Window, bridge: Bridge, engine: FakeEngine, words: Wording
) -> None:
    window.list.choose(MailboxId("a"))
    window.acts.action(Act.REMOVE).trigger()
    (box,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]
    pressed(box, words.text("ui.remove.yes"))
    await until(lambda: window.model.rowCount() == 1)
    assert not engine.wished("remove")
    view.leave()
    await bridge.finish(1)
    assert engine.wished("remove") == [("a",)]


async def test_the_shape_is_kept_at_the_end_and_when_it_is_closed(
    view: DeskView, window: Window, bridge: Bridge, engine: FakeEngine
) -> None:
    window.resize(780, 600)
    view.leave()
    await bridge.finish(1)
    assert set(kept(engine)) == KEPT
    engine.wishes.clear()
    window.close()
    await bridge.finish(1)
    assert set(kept(engine)) == KEPT
    engine.wishes.clear()
    view.leave()  # from the tray: nobody sees the window, its shape was kept when it went
    await bridge.finish(1)
    assert not kept(engine)


async def test_what_was_kept_is_put_on_again(
    view: DeskView, window: Window, bridge: Bridge, engine: FakeEngine, theme: Theme, words: Wording
) -> None:
    window.resize(780, 600)  # the offscreen display is no larger than 800 by 800
    window._splitter.setSizes([150, 250])
    view.leave()
    await bridge.finish(1)
    other = Window(theme, words, lambda: NOW)
    other.restore_layout(kept(engine))
    other.show()
    await asyncio.sleep(0)
    assert (other.width(), other.height()) == (780, 600)
    assert other._splitter.sizes() == pytest.approx(window._splitter.sizes(), abs=20)  # a ratio, laid out anew
    other.close()
    other.deleteLater()


async def test_what_our_own_network_keeps_back_is_one_line_and_a_yes_reaches_the_engine(
    view: DeskView, window: Window, engine: FakeEngine, words: Wording
) -> None:
    bar = window.findChildren(NetworkBar)[0]
    assert bar.isHidden()
    engine.network = NetworkView(VeilReason.NEW_NETWORK, asks_for=500)
    for name in ("a", "b"):
        engine.board.publish(replace(snapshot(name, veil=VeilReason.NEW_NETWORK), version=9))
    await until(lambda: not bar.isHidden())
    pressed(bar, words.text("network.new.check"))
    assert engine.wished("accept_network") == [()]
    engine.network = NetworkView()
    engine.board.publish(replace(snapshot("a"), version=10))
    await until(bar.isHidden)
