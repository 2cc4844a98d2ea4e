from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.cause import Action, Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.ui.mailbox_model import MailboxModel, Role
from mailbox_desk.ui.rows import Column, Row
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, dozen, snapshot


@pytest.fixture
def model(words: Wording, qtmodeltester: ModelTester) -> MailboxModel:
    made = MailboxModel(words, lambda: NOW)
    qtmodeltester.check(made)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    return made


def ids(model: MailboxModel) -> str:
    return "".join(row.id for row in model.rows())


def test_the_worst_comes_first(model: MailboxModel) -> None:
    model.show_only(dozen())
    assert [row.shown for row in model.rows()][:7] == [Shown.NEEDS_YOU] * 4 + [Shown.RECONNECTING] * 2 + [Shown.SUSPECT]
    assert model.rows()[-1].shown is Shown.CHECKING


def test_rows_move_with_their_status_and_indexes_move_along(model: MailboxModel) -> None:
    model.show_only([snapshot("a"), snapshot("b"), snapshot("c")])
    assert ids(model) == "abc"
    kept = QPersistentModelIndex(model.index(2, Column.CAUSE))
    model.take([snapshot("c", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, version=2)])
    assert ids(model) == "cab"
    assert (kept.row(), kept.column()) == (0, Column.CAUSE)


def test_mailboxes_come_and_go(model: MailboxModel) -> None:
    model.show_only(dozen())
    model.take([Gone(MailboxId("a")), Gone(MailboxId("nobody")), Gone(MailboxId("j"))])
    assert len(model.rows()) == 10
    assert all(model.place_of(row.id) == place for place, row in enumerate(model.rows()))
    assert model.snapshot(MailboxId("a")) is None


def test_stored_rows_the_engine_does_not_know_go(model: MailboxModel, words: Wording) -> None:
    model.show_only([snapshot("old"), snapshot("a")])
    stored = model.rows()
    model.show_first(stored)
    model.show_only([snapshot("a"), snapshot("b")])
    assert ids(model) == "ab"


def test_an_equal_row_is_not_told_twice(model: MailboxModel) -> None:
    model.show_only([snapshot("a"), snapshot("b")])
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.take([snapshot("a", version=2), snapshot("b", version=2, checking_now=True)])
    assert told == [(1, 1)]


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("order", list(Qt.SortOrder))
def test_every_column_sorts_and_sorts_back(model: MailboxModel, column: Column, order: Qt.SortOrder) -> None:
    model.show_only(dozen())
    model.sort(column, order)
    assert sorted(ids(model)) == sorted(each.id for each in dozen())
    model.sort(Column.STATUS, Qt.SortOrder.AscendingOrder)
    assert model.rows()[0].shown is Shown.NEEDS_YOU


def test_addresses_sort_by_the_alphabet(model: MailboxModel) -> None:
    model.show_only(dozen())
    model.sort(Column.MAILBOX)
    addresses = [row.address for row in model.rows()]
    assert addresses == sorted(addresses)


def test_time_is_told_again_for_the_rows_in_sight(words: Wording) -> None:
    now = [NOW]
    model = MailboxModel(words, lambda: now[0])
    model.show_only([snapshot("a"), snapshot("b"), snapshot("c")])
    before = model.index(1, Column.SINCE).data()
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), a.column(), b.row(), b.column())))
    now[0] += 7200
    model.tell_time(1, 99)
    assert told == [(1, Column.SINCE, 2, Column.NEXT)]
    assert model.index(1, Column.SINCE).data() != before
    model.tell_time(0, -1)


def test_cells_can_be_read_aloud(model: MailboxModel) -> None:
    model.show_only([snapshot("a", provider="google", checking_now=True)])
    spoken: Callable[[Column], str] = lambda column: str(  # noqa: E731
        model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole)
    )
    assert "google" in spoken(Column.MAILBOX)
    assert spoken(Column.STATUS) != model.rows()[0].status
    assert "✓" not in spoken(Column.MARKS)
    assert all(model.headerData(column, Qt.Orientation.Horizontal) for column in Column)
    assert isinstance(model.index(0, 0).data(Role.ROW), Row)


def test_the_next_column_is_short_and_read_aloud_in_full(model: MailboxModel, words: Wording) -> None:
    model.show_only(dozen())
    for place, row in enumerate(model.rows()):
        cell = model.index(place, Column.NEXT)
        assert len(str(cell.data())) <= 24, row
        assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == row.next_step
    asks_admin = model.place_of(MailboxId("b"))
    assert asks_admin is not None
    assert model.index(asks_admin, Column.NEXT).data() == words.action(Action.ASK_ADMIN)
