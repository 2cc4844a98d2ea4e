from __future__ import annotations

import pytest

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.check import HalfResult, Outcome
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import HalfStanding
from mailbox_desk.model.verdict import Half, Shown, Verdict
from mailbox_desk.ui.day import DayBook
from mailbox_desk.ui.look import Shape, Tone
from mailbox_desk.ui.row_maker import RowMaker, mark_of
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, snapshot


@pytest.fixture
def maker(words: Wording) -> RowMaker:
    return RowMaker(words, str, lambda: NOW, DayBook())


def test_the_newest_of_each_counts(maker: RowMaker) -> None:
    a, b = MailboxId("a"), MailboxId("b")
    made = maker.take([snapshot("a"), Gone(a), snapshot("b"), Gone(b), snapshot("b", version=2)])
    assert ([row.id for row in made.rows], made.gone) == (["b"], ("a",))
    assert maker.snapshot(a) is None
    assert [row.id for row in maker.again([a, b])] == ["b"]


def test_a_line_knows_its_last_day(words: Wording) -> None:
    days = DayBook()
    days.remember([StatusChange(MailboxId("a"), NOW - 5 * 3600, Shown.RECONNECTING)])
    maker = RowMaker(words, str, lambda: NOW, days)
    (row,) = maker.take([snapshot("a", age=3600)]).rows
    assert row.day[-6:-1] == (Shown.RECONNECTING,) * 5
    assert row.day[-1] is Shown.CONNECTED
    assert row.day[:-6] == (None,) * 18


@pytest.mark.parametrize(
    ("outcome", "verdict", "shape", "tone"),
    [
        (Outcome.OK, Verdict.CONNECTED, Shape.TICK, Tone.GREEN),
        (Outcome.FAILED, Verdict.SUSPECT, Shape.QUESTION, Tone.AMBER),
        (Outcome.FAILED, Verdict.RECONNECTING, Shape.CROSS, Tone.AMBER),
        (Outcome.FAILED, Verdict.NEEDS_YOU, Shape.CROSS, Tone.RED),
        (Outcome.OFF, None, Shape.DASH, Tone.MUTED),
        (Outcome.NOT_TRIED, Verdict.CHECKING, Shape.DASH, Tone.MUTED),
    ],
)
def test_the_sign_of_a_half(outcome: Outcome, verdict: Verdict | None, shape: Shape, tone: Tone) -> None:
    mark = mark_of(HalfStanding(verdict, last=HalfResult(Half.RECEIVING, outcome)))
    assert (mark.shape, mark.tone) == (shape, tone)
