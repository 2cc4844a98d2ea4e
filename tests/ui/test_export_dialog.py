from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit

from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.ui.export_dialog import ExportDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import dozen
from tests.ui.waiting import until


@pytest.fixture
def files() -> Iterator[MailboxFiles]:
    made = MailboxFiles()
    yield made
    made.close()


def opened(around: Surroundings, engine: FakeEngine, files: MailboxFiles, *selected: str) -> ExportDialog:
    for each in dozen():
        engine.board.publish(each)
    dialog = ExportDialog(around, files, selected=[MailboxId(each) for each in selected])
    dialog.open()
    return dialog


def name(dialog: ExportDialog, words: Wording, path: Path) -> None:
    field = by_name(dialog, QLineEdit, words.text("import.file"))
    field.selectAll()
    QTest.keyClicks(field, str(path))
    QTest.keyClick(field, Qt.Key.Key_Return)


def choose(dialog: ExportDialog, words: Wording, key: str, text: str) -> None:
    box = by_name(dialog, QComboBox, words.text(key))
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() > before, f"no {text!r}"


def addresses(path: Path, column: str) -> list[str]:
    return [row[column] for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())]


async def test_all_are_written_in_our_own_columns(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, words: Wording, tmp_path: Path
) -> None:
    dialog, path = opened(around, engine, files), tmp_path / "all.csv"
    pressed(dialog, words.text("export.go"))
    assert words.text("export.no_file") in said(dialog)
    name(dialog, words, path)
    await until(lambda: words.plural("export.done", 12, file="all.csv") in said(dialog))
    assert addresses(path, "address") == [each.mailbox.address for each in dozen()]
    pressed(dialog, words.text("ui.close"))
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_the_selected_ones_go_to_another_program(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, words: Wording, tmp_path: Path
) -> None:
    dialog, path = opened(around, engine, files, "a", "b"), tmp_path / "two.csv"
    choose(dialog, words, "export.layout", "Smartlead")
    name(dialog, words, path)
    await until(path.exists)
    assert addresses(path, "from_email") == ["outreach@northwind.example", "ops@northwind.example"]


async def test_a_file_that_is_there_is_replaced_only_on_a_second_press(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, words: Wording, tmp_path: Path
) -> None:
    dialog, path = opened(around, engine, files), tmp_path / "old.csv"
    path.write_text("old")
    name(dialog, words, path)
    await until(lambda: words.text("export.there", file="old.csv") in said(dialog))
    assert path.read_text() == "old"
    pressed(dialog, words.text("export.replace"))
    await until(lambda: words.plural("export.done", 12, file="old.csv") in said(dialog))
    assert len(addresses(path, "address")) == 12


async def test_naming_another_file_takes_the_yes_back(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, words: Wording, tmp_path: Path
) -> None:
    dialog = opened(around, engine, files)
    for file in ("one.csv", "two.csv"):
        (tmp_path / file).write_text("old")
        name(dialog, words, tmp_path / file)
        await until(lambda file=file: words.text("export.there", file=file) in said(dialog))  # type: ignore[misc]
    assert (tmp_path / "two.csv").read_text() == "old"


async def test_what_can_not_be_written_is_said(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, words: Wording, tmp_path: Path
) -> None:
    dialog = opened(around, engine, files)
    name(dialog, words, tmp_path / "no" / "folder.csv")
    await until(lambda: "could not be written" in said(dialog))
    assert words.text("export.go") in said(dialog)


def test_an_empty_desk_has_nothing_to_export(around: Surroundings, files: MailboxFiles, words: Wording) -> None:
    dialog = ExportDialog(around, files)
    dialog.open()
    with pytest.raises(AssertionError, match="disabled"):
        pressed(dialog, words.text("export.go"))
