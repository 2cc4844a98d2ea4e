from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDateTimeEdit, QDialog, QLineEdit

from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.pause_dialog import PauseDialog, Span, end_of
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, snapshot
from tests.ui.waiting import until


@pytest.fixture
def dialog(around: Surroundings) -> PauseDialog:
    made = PauseDialog(around, [snapshot("a"), snapshot("b")])
    made.open()
    return made


def answers(dialog: PauseDialog) -> list[tuple[object, object, str]]:
    given: list[tuple[object, object, str]] = []
    dialog.chosen.connect(lambda ids, until, note: given.append((ids, until, note)))
    return given


def test_ends() -> None:
    assert end_of(Span.HOUR, NOW, 0.0) == NOW + 3600
    assert end_of(Span.WEEK, NOW, 0.0) == NOW + 7 * 86_400
    assert end_of(Span.OPEN, NOW, 0.0) is None
    assert end_of(Span.DATE, NOW, 5.0) == 5.0
    morning = end_of(Span.MORNING, NOW, 0.0)
    assert morning is not None
    moment, now = datetime.fromtimestamp(morning), datetime.fromtimestamp(NOW)
    assert (moment.hour, moment.minute, (moment.date() - now.date()).days) == (8, 0, 1)


@pytest.mark.parametrize("span", [Span.HOUR, Span.MORNING, Span.WEEK, Span.OPEN])
async def test_a_span_is_chosen_by_a_click(dialog: PauseDialog, words: Wording, span: Span) -> None:
    given = answers(dialog)
    pressed(dialog, words.text(f"pause.{span.value}"))
    pressed(dialog, words.text("pause.go"))
    assert given == [(("a", "b"), end_of(span, NOW, 0.0), "")]
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_a_date_and_a_note(dialog: PauseDialog, words: Wording) -> None:
    given = answers(dialog)
    edit = by_name(dialog, QDateTimeEdit, words.text("pause.date_spoken"))
    edit.setDateTime(QDateTime.fromSecsSinceEpoch(round(NOW) + 2 * 86_400))
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("pause.note")), "  cooling down ")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert given == [(("a", "b"), NOW + 2 * 86_400, "cooling down")]


async def test_a_time_that_has_passed_is_said(dialog: PauseDialog, words: Wording) -> None:
    given = answers(dialog)
    by_name(dialog, QDateTimeEdit, words.text("pause.date_spoken")).setDateTime(QDateTime.fromSecsSinceEpoch(1000))
    pressed(dialog, words.text("pause.go"))
    assert words.text("pause.past") in said(dialog)
    assert given == []
    assert dialog.isVisible()


async def test_leaving_pauses_nothing(dialog: PauseDialog, words: Wording) -> None:
    given = answers(dialog)
    pressed(dialog, words.text("ui.cancel"))
    assert given == []
    assert dialog.windowTitle() == words.plural("pause.title", 2)


async def test_from_the_pane_to_the_engine(
    theme: Theme, around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    engine.board.publish(snapshot("a"))
    window = Window(theme, words, lambda: NOW)
    view = DeskView(window, theme, words, lambda: NOW)
    view.attach(around, Acts(around, window))
    window.show()
    pressed(view.pane, words.text("ui.offer.pause"))
    (dialog,) = window.findChildren(PauseDialog)
    pressed(dialog, words.text("pause.week"))
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("pause.note")), "holiday")
    pressed(dialog, words.text("pause.go"))
    await until(lambda: engine.wished("pause") == [(("a",), NOW + 7 * 86_400, "holiday")])
    window.close()
