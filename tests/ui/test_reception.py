from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Choice, Clicked
from mailbox_desk.model.summons import Summons
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.reception import Reception
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, said
from tests.ui.samples import NOW, dozen


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(dozen())


@pytest.fixture
def window(around: Surroundings, words: Wording) -> Iterator[Window]:
    made = Window(around.theme, words, lambda: NOW)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def reception(window: Window, words: Wording) -> Reception:
    return Reception(window, words)


def opened(reception: Reception, around: Surroundings, window: Window) -> None:
    acts = Acts(around, window)
    DeskView(window, around.theme, around.words, lambda: NOW).attach(around, acts)
    reception.open(around, acts)


def dialogs(window: Window, kind: type[AddDialog] | type[ReconnectDialog]) -> list[AddDialog | ReconnectDialog]:
    return [each for each in window.findChildren(kind) if each.isVisible()]


async def test_a_click_leads_to_the_very_mailbox(reception: Reception, around: Surroundings, window: Window) -> None:
    opened(reception, around, window)
    reception.clicked(Clicked(Choice.OPEN, (MailboxId("d"), MailboxId("e"))))
    assert window.isVisible()
    assert window.list.current_id() == "d"
    assert dialogs(window, ReconnectDialog) == []
    reception.clicked(Clicked(Choice.RECONNECT, (MailboxId("a"),)))
    assert window.list.current_id() == "a"
    (dialog,) = dialogs(window, ReconnectDialog)
    reception.clicked(Clicked(Choice.RECONNECT, (MailboxId("b"),)))
    assert dialogs(window, ReconnectDialog) == [dialog], "no second one over the first"
    dialog.close()


async def test_what_comes_before_the_engine_waits(reception: Reception, around: Surroundings, window: Window) -> None:
    reception.summoned(Summons(show="Sales2@FABLE.example"))
    assert window.isVisible()
    opened(reception, around, window)
    assert window.list.current_id() == "c"


async def test_an_address_that_is_not_here_is_said(
    reception: Reception, around: Surroundings, window: Window, words: Wording
) -> None:
    opened(reception, around, window)
    reception.summoned(Summons(reconnect="<b>nobody@x"))
    assert words.text("tray.not_here", address="<b>nobody@x") in said(window)


async def test_adding_starts_with_the_address(
    reception: Reception, around: Surroundings, window: Window, words: Wording, qapp: QApplication
) -> None:
    opened(reception, around, window)
    reception.summoned(Summons(add="me@own.example"))
    (dialog,) = dialogs(window, AddDialog)
    assert by_name(dialog, QLineEdit, words.text("ui.add.address")).text() == "me@own.example"
    dialog.close()


async def test_a_start_that_asks_for_nothing_moves_nothing(
    reception: Reception, around: Surroundings, window: Window
) -> None:
    opened(reception, around, window)
    reception.obey(Summons(token="x"))
    assert not window.isVisible()
