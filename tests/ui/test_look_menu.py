from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.look import THEME_SETTING, Choice, choice_of
from mailbox_desk.ui.look_menu import LookMenu
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW
from tests.ui.waiting import until


@pytest.fixture
def own(theme: Theme, qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, theme.icons, {"MAILBOX_DESK_THEME": "light"}, Choice.DARK)
    yield made
    made.deleteLater()
    theme._wear()


def test_the_one_in_use_is_marked_and_another_is_worn_at_once(own: Theme, words: Wording) -> None:
    told: list[Choice] = []
    own.chosen.connect(told.append)
    parent = QWidget()
    menu = LookMenu(own, words, parent)
    assert [each.text() for each in menu.actions() if each.isChecked()] == [words.text("ui.look.dark")]
    next(each for each in menu.actions() if each.text() == words.text("ui.look.contrast")).trigger()
    assert told == [Choice.CONTRAST]
    assert own.palette.is_contrast
    assert [each.text() for each in menu.actions() if each.isChecked()] == [words.text("ui.look.contrast")]
    parent.deleteLater()


@pytest.mark.parametrize(("kept", "expected"), [("dark", Choice.DARK), ("", Choice.SYSTEM), ("mauve", Choice.SYSTEM)])
def test_what_was_kept_is_read_back(kept: str, expected: Choice) -> None:
    assert choice_of(kept) is expected


async def test_the_choice_is_kept_for_the_next_start(
    own: Theme, words: Wording, around: Surroundings, engine: FakeEngine
) -> None:
    window = Window(own, words, lambda: NOW)
    view = DeskView(window, own, words, lambda: NOW)
    look = window.acts.action(Act.LOOK)
    assert not look.isEnabled()
    view.attach(around, Acts(around, window))
    assert look.isEnabled()
    menu = look.menu()
    assert isinstance(menu, LookMenu)
    next(each for each in menu.actions() if each.text() == words.text("ui.look.light")).trigger()
    await until(lambda: engine.wished("save_setting"))
    assert engine.wished("save_setting") == [(THEME_SETTING, "light")]
    window.deleteLater()
