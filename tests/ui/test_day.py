from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.day import HOURS, DayBook, day_of

HOUR = 3600.0
NOW = 500_000 * HOUR + 1800
A = MailboxId("a")


def test_each_hour_shows_its_worst() -> None:
    day = day_of([(NOW - 3 * HOUR, Shown.CONNECTED), (NOW - HOUR, Shown.NEEDS_YOU), (NOW - 600, Shown.CONNECTED)], NOW)
    assert day[-4:] == (Shown.CONNECTED, Shown.CONNECTED, Shown.NEEDS_YOU, Shown.NEEDS_YOU)
    assert day[:-4] == (None,) * 20


def test_what_was_seen_wins_over_not_looking() -> None:
    day = day_of([(NOW - 900, Shown.PAUSED), (NOW - 600, Shown.CONNECTED), (NOW - 300, Shown.BLIND)], NOW)
    assert day[-1] is Shown.CONNECTED


def test_old_moments_leave_and_news_come() -> None:
    book = DayBook()
    book.remember(
        [StatusChange(A, NOW - 90 * HOUR, Shown.NEEDS_YOU), StatusChange(A, NOW - 80 * HOUR, Shown.CONNECTED)]
    )
    assert book.day(A, NOW) == (Shown.CONNECTED,) * HOURS
    book.note(A, Shown.SUSPECT, NOW - 60)
    assert book.day(A, NOW)[-1] is Shown.SUSPECT
    book.forget(A)
    assert book.day(A, NOW) == (None,) * HOURS


@given(st.lists(st.tuples(st.floats(NOW - 99 * HOUR, NOW), st.sampled_from(list(Shown)))))
def test_any_history_gives_a_day(moments: list[tuple[float, Shown]]) -> None:
    day = day_of(sorted(moments), NOW)
    assert len(day) == HOURS
    assert set(day) <= {None, *(shown for _, shown in moments)}
