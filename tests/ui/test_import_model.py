from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import (
    CsvMailbox,
    CsvProblem,
    CsvReason,
    ImportPlan,
    Kept,
    MailboxFile,
    RowVerdict,
    planned,
)
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultFailed
from mailbox_desk.ui.import_model import ImportColumn, ImportModel
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from tests.ui.samples import mailbox


@pytest.fixture
def model(theme: Theme, words: Wording) -> ImportModel:
    return ImportModel(theme, words)


def plan() -> ImportPlan:
    rows = [CsvMailbox(line, mailbox(name), Password(Secret("pw"))) for line, name in ((2, "a"), (3, "b"), (4, "own"))]
    return planned(MailboxFile((*rows, CsvProblem(5, CsvReason.NO_ADDRESS, "Email"))), [mailbox("own")])


def column(model: ImportModel, which: ImportColumn) -> list[object]:
    return [model.index(line, which).data() for line in range(model.rowCount())]


def test_it_keeps_to_what_qt_asks_of_a_model(model: ImportModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    model.show_plan(plan())
    model.show_only(RowVerdict.BAD)
    model.show_outcomes({MailboxId("a"): Kept(MailboxId("a"))})
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_rows_say_what_will_be(model: ImportModel, words: Wording) -> None:
    model.show_plan(plan())
    assert column(model, ImportColumn.LINE) == ["2", "3", "4", "5"]
    assert column(model, ImportColumn.SERVERS)[0] == "imap.example.org\nsmtp.example.org"
    assert column(model, ImportColumn.VERDICT)[2:] == [
        words.text("import.verdict.here"),
        words.text("import.reason.no_address"),
    ]
    signs = [model.index(line, ImportColumn.VERDICT).data(Qt.ItemDataRole.DecorationRole) for line in range(4)]
    assert not any(sign.isNull() for sign in signs)


def test_what_failed_counts_as_not_taken(model: ImportModel) -> None:
    model.show_plan(plan())
    assert (model.counts[RowVerdict.NEW], model.counts[RowVerdict.BAD]) == (2, 1)
    outcomes = {MailboxId("a"): Kept(MailboxId("a")), MailboxId("b"): Kept(MailboxId("b"), VaultFailed("full"))}
    model.show_outcomes(outcomes)
    assert (model.counts[RowVerdict.NEW], model.counts[RowVerdict.BAD]) == (1, 2)
    assert [line for line, *_ in model.not_taken] == ["3", "5"]
    model.show_only(RowVerdict.NEW)
    assert column(model, ImportColumn.ADDRESS) == ["a@example.org"]


def test_the_heading_says_whether_it_is_still_to_come(theme: Theme, words: Wording) -> None:
    model = ImportModel(theme, words)
    across, column = Qt.Orientation.Horizontal, ImportColumn.VERDICT
    assert model.headerData(column, across) == "What happens"
    model.show_outcomes({})
    assert model.headerData(column, across) == "What became of it"
    model.show_plan(ImportPlan(()))
    assert model.headerData(column, across) == "What happens"
