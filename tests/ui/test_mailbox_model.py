from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from mailbox_desk.model.cause import Action, Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.ui.list_filter import ListFilter, terms_of
from mailbox_desk.ui.mailbox_model import MailboxModel, Role
from mailbox_desk.ui.rows import Column, Row
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, dozen, rows, snapshot


@pytest.fixture
def model(words: Wording, qtmodeltester: ModelTester) -> MailboxModel:
    made = MailboxModel(words, lambda: NOW)
    qtmodeltester.check(made)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    return made


def ids(model: MailboxModel) -> str:
    return "".join(row.id for row in model.rows())


def test_the_worst_comes_first(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows(dozen(), words))
    assert [row.shown for row in model.rows()][:7] == [Shown.NEEDS_YOU] * 4 + [Shown.RECONNECTING] * 2 + [Shown.SUSPECT]
    assert model.rows()[-1].shown is Shown.CHECKING


def test_rows_move_with_their_status_and_indexes_move_along(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows([snapshot("a"), snapshot("b"), snapshot("c")], words))
    assert ids(model) == "abc"
    kept = QPersistentModelIndex(model.index(2, Column.CAUSE))
    model.take(rows([snapshot("c", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, version=2)], words))
    assert ids(model) == "cab"
    assert (kept.row(), kept.column()) == (0, Column.CAUSE)


def test_mailboxes_come_and_go(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows(dozen(), words))
    model.take([], [MailboxId("a"), MailboxId("nobody"), MailboxId("j")])
    assert len(model.rows()) == 10
    assert all(model.place_of(row.id) == place for place, row in enumerate(model.rows()))
    assert model.any_row(MailboxId("a")) is None
    assert sum(model.counts().values()) == 10


def test_the_filter_holds_lines_back_and_news_move_them_through_it(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows([snapshot("a"), snapshot("b"), snapshot("c")], words))
    model.filter_by(ListFilter(Shown.NEEDS_YOU))
    assert ids(model) == ""
    model.take(rows([snapshot("b", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, version=2)], words))
    assert ids(model) == "b"
    model.take(rows([snapshot("b", version=3)], words))
    assert ids(model) == ""
    assert model.counts() == {Shown.CONNECTED: 3}
    model.filter_by(ListFilter(None, terms_of("c@")))
    assert ids(model) == "c"


def test_many_that_come_at_once_are_one_reset(model: MailboxModel, words: Wording) -> None:
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    model.take(rows([snapshot(f"{number:03}") for number in range(200)], words))
    assert (len(resets), model.rowCount()) == (1, 200)
    model.take([], [MailboxId(f"{number:03}") for number in range(100)])
    assert (len(resets), model.rowCount()) == (2, 100)


def test_an_equal_row_is_not_told_twice(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows([snapshot("a"), snapshot("b")], words))
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.take(rows([snapshot("a", version=2), snapshot("b", version=2, checking_now=True)], words))
    assert told == [(1, 1)]


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("order", list(Qt.SortOrder))
def test_every_column_sorts_and_sorts_back(
    model: MailboxModel, words: Wording, column: Column, order: Qt.SortOrder
) -> None:
    model.show_all(rows(dozen(), words))
    model.sort(column, order)
    assert sorted(ids(model)) == sorted(each.id for each in dozen())
    model.sort(Column.STATUS, Qt.SortOrder.AscendingOrder)
    assert model.rows()[0].shown is Shown.NEEDS_YOU


def test_addresses_sort_by_the_alphabet(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows(dozen(), words))
    model.sort(Column.MAILBOX)
    addresses = [row.address for row in model.rows()]
    assert addresses == sorted(addresses)


def test_time_is_told_again_for_the_rows_in_sight(words: Wording) -> None:
    now = [NOW]
    model = MailboxModel(words, lambda: now[0])
    model.show_all(rows([snapshot("a"), snapshot("b"), snapshot("c")], words))
    before = model.index(1, Column.SINCE).data()
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), a.column(), b.row(), b.column())))
    now[0] += 7200
    model.tell_time(1, 2)
    assert told == [(1, Column.DAY, 2, Column.NEXT)]
    assert model.index(1, Column.SINCE).data() != before
    model.tell_time(0, -1)


def test_cells_can_be_read_aloud(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows([snapshot("a", provider="google", checking_now=True)], words))
    spoken: Callable[[Column], str] = lambda column: str(  # noqa: E731
        model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole)
    )
    assert "google" in spoken(Column.MAILBOX)
    assert spoken(Column.STATUS) != model.rows()[0].status
    assert "✓" not in spoken(Column.MARKS)
    assert all(model.headerData(column, Qt.Orientation.Horizontal) for column in Column)
    assert isinstance(model.index(0, 0).data(Role.ROW), Row)


def test_the_next_column_is_short_and_read_aloud_in_full(model: MailboxModel, words: Wording) -> None:
    model.show_all(rows(dozen(), words))
    for place, row in enumerate(model.rows()):
        cell = model.index(place, Column.NEXT)
        assert len(str(cell.data())) <= 24, row
        assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == row.next_step
    asks_admin = model.place_of(MailboxId("b"))
    assert asks_admin is not None
    assert model.index(asks_admin, Column.NEXT).data() == words.action(Action.ASK_ADMIN)


@pytest.mark.parametrize("column", [Column.STATUS, Column.SINCE, Column.MAILBOX])
@pytest.mark.parametrize("order", list(Qt.SortOrder))
@pytest.mark.parametrize("at_once", [1, 7, 60])
def test_lines_that_change_move_to_where_a_sort_of_all_would_put_them(
    words: Wording, column: Column, order: Qt.SortOrder, at_once: int
) -> None:
    model, dice = MailboxModel(words, lambda: NOW), random.Random(3)
    verdicts = [Verdict.CONNECTED, Verdict.NEEDS_YOU, Verdict.RECONNECTING]
    model.show_all(rows([snapshot(f"{number:03}") for number in range(100)], words))
    model.sort(column, order)
    for version in range(2, 12):
        chosen = dice.sample(range(100), at_once)
        news = [
            snapshot(
                f"{number:03}", verdict, Cause.OVER_QUOTA if verdict.is_down else None, version=version, age=version
            )
            for number in chosen
            for verdict in [dice.choice(verdicts)]
        ]
        kept = QPersistentModelIndex(model.index(chosen[0], Column.MAILBOX))
        looked_at = model.rows()[chosen[0]].id
        model.take(rows(news, words))
        assert model.rows()[kept.row()].id == looked_at
        assert all(model.place_of(row.id) == place for place, row in enumerate(model.rows()))
        before = ids(model)
        model.sort(column, order)
        assert ids(model) == before
