from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFileDialog, QLineEdit, QPushButton, QTableView

from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultFailed, VaultState
from mailbox_desk.ui.import_dialog import ImportDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.import_files import SECRET, GatedFiles, row, write_rows
from tests.ui.samples import snapshot
from tests.ui.waiting import until


@pytest.fixture
def files() -> Iterator[GatedFiles]:
    made = GatedFiles()
    made.gate.set()
    yield made
    made.close()


@pytest.fixture
def dialog(around: Surroundings, files: GatedFiles) -> ImportDialog:
    made = ImportDialog(around, files)
    made.open()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "boxes.csv", row("ann"), row("bob"), row("bad", port="x"), row("carl"))


def name(dialog: ImportDialog, words: Wording, path: Path | str, *, enter: bool = True) -> None:
    field = by_name(dialog, QLineEdit, words.text("import.file"))
    field.selectAll()
    QTest.keyClicks(field, str(path))
    if enter:
        QTest.keyClick(field, Qt.Key.Key_Return)


def shown(dialog: ImportDialog) -> list[tuple[str, ...]]:
    """Line, address and verdict of the rows in the table."""
    model = dialog.findChildren(QTableView)[0].model()
    return [tuple(model.index(line, place).data() for place in range(3)) for line in range(model.rowCount())]


def box(dialog: ImportDialog, text: str) -> QCheckBox:
    return next(each for each in dialog.findChildren(QCheckBox) if each.text() == text)


def pick(dialog: ImportDialog, path: Path) -> None:
    """Name the file in Qt's own dialog and press its bright button."""
    (asking,) = dialog.findChildren(QFileDialog)
    typed = asking.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(typed, QLineEdit)
    typed.setText(str(path))
    (buttons,) = asking.findChildren(QDialogButtonBox)
    QTest.mouseClick(buttons.buttons()[0], Qt.MouseButton.LeftButton)


async def planned(dialog: ImportDialog, words: Wording, path: Path) -> None:
    name(dialog, words, path)
    await until(lambda: dialog.findChildren(QTableView)[0].isVisible())


async def test_a_plan_comes_first_and_stores_nothing(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    await planned(dialog, words, file)
    text = said(dialog)
    assert "3 will be added · 1 can’t be taken" in text
    assert "Columns of Instantly; UTF-8, with commas." not in text, "no last name, no SMTP user name: a common layout"
    assert "Daily Limit" in text
    assert shown(dialog) == [
        ("2", "ann@example.org", "will be added"),
        ("3", "bob@example.org", "will be added"),
        ("4", "bad@example.org", "“IMAP Port” must be a number from 1 to 65535"),
        ("5", "carl@example.org", "will be added"),
    ]
    assert SECRET not in text
    assert engine.wishes == []


async def test_enter_does_not_import_what_nobody_looked_at(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    await planned(dialog, words, file)
    for target in (by_name(dialog, QLineEdit, words.text("import.file")), dialog.focusWidget()):
        QTest.keyClick(target, Qt.Key.Key_Return)
    assert engine.wishes == []
    assert dialog.isVisible()


async def test_it_imports_tells_and_leaves(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    imported: list[tuple[MailboxId, ...]] = []
    dialog.imported.connect(imported.append)
    await planned(dialog, words, file)
    pressed(dialog, words.plural("import.go", 3))
    await until(lambda: imported)
    ((drafts,),) = engine.wished("add_all")
    assert isinstance(drafts, tuple)
    assert all(isinstance(draft, Draft) and isinstance(draft.credential, Password) for draft in drafts)
    assert [draft.credential.receiving.reveal() for draft in drafts] == [SECRET] * 3
    assert imported == [tuple(draft.mailbox.id for draft in drafts)]
    assert "3 were added · 1 was not taken" in said(dialog)
    assert [verdict for *_, verdict in shown(dialog)].count("added") == 3
    pressed(dialog, words.text("ui.close"))
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert SECRET not in repr(vars(dialog))
    assert dialog._plan.rows == ()


async def test_rows_can_be_seen_by_verdict(dialog: ImportDialog, words: Wording, file: Path) -> None:
    await planned(dialog, words, file)
    pressed(dialog, f"{words.text('import.chip.planned.bad')}  1")
    assert [address for _, address, _ in shown(dialog)] == ["bad@example.org"]
    pressed(dialog, f"{words.text('import.chip.all')}  4")
    assert len(shown(dialog)) == 4


async def test_what_is_here_stays_unless_the_person_says_so(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    engine.board.publish(snapshot("own", address="ANN@example.org"))
    await planned(dialog, words, file)
    assert "1 is here already" in said(dialog)
    box(dialog, words.text("import.new_passwords")).click()
    await until(lambda: "1 takes a new password" in said(dialog))
    pressed(dialog, words.plural("import.go", 3))
    await until(lambda: engine.wished("add_all"))
    ((drafts,),) = engine.wished("add_all")
    assert isinstance(drafts, tuple)
    assert drafts[0].mailbox.id == "own"


async def test_a_plain_connection_needs_a_yes(
    dialog: ImportDialog, files: GatedFiles, words: Wording, tmp_path: Path
) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("address,password,imap_host,imap_security\na@example.org,pw,mail.example.org,none\n")
    await planned(dialog, words, path)
    go = next(each for each in dialog.findChildren(QPushButton) if each.text() == words.text("import.nothing"))
    assert not go.isEnabled()
    box(dialog, words.text("import.plain")).click()
    await until(lambda: "1 will be added" in said(dialog))
    assert files.read[-1] == (path, False, True)


async def test_passwords_can_be_taken_exactly(
    dialog: ImportDialog, files: GatedFiles, engine: FakeEngine, words: Wording, tmp_path: Path
) -> None:
    path = tmp_path / "exact.csv"
    path.write_text('address,password,imap_host\na@example.org," pw ",mail.example.org\n')
    await planned(dialog, words, path)
    box(dialog, words.text("import.exactly")).click()
    await until(lambda: len(files.read) == 2)
    go = words.plural("import.go", 1)
    await until(lambda: any(each.text() == go and each.isEnabled() for each in dialog.findChildren(QPushButton)))
    pressed(dialog, go)
    await until(lambda: engine.wished("add_all"))
    ((drafts,),) = engine.wished("add_all")
    assert isinstance(drafts, tuple)
    assert drafts[0].credential.receiving.reveal() == " pw "


async def test_a_file_that_is_none_is_said_and_another_may_be_named(
    dialog: ImportDialog, words: Wording, tmp_path: Path, file: Path
) -> None:
    pressed(dialog, words.text("import.read"))
    assert words.text("import.no_file") in said(dialog)
    name(dialog, words, tmp_path / "none.csv")
    await until(lambda: "can’t be read" in said(dialog))
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"\x00\xff\xfe,,\n")
    name(dialog, words, odd)
    await until(lambda: words.text("import.trouble.no_header") in said(dialog))
    await planned(dialog, words, file)
    assert "3 will be added" in said(dialog)


async def test_reading_can_be_stopped_and_a_late_answer_is_dropped(
    dialog: ImportDialog, files: GatedFiles, words: Wording, file: Path
) -> None:
    files.gate.clear()
    name(dialog, words, file)
    await until(lambda: files.read)
    assert words.text("import.reading") in said(dialog)
    pressed(dialog, words.text("ui.stop"))
    files.gate.set()
    pressed(dialog, words.text("import.read"))
    await until(lambda: "3 will be added" in said(dialog))
    files.gate.clear()
    name(dialog, words, file)
    await until(lambda: len(files.read) == 3)
    dialog.done(0)
    files.gate.set()
    await until(lambda: not dialog._around.bridge._tasks)
    assert not dialog.isVisible()


async def test_importing_can_be_stopped_and_says_how_far_it_came(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, tmp_path: Path
) -> None:
    engine.holds = True
    await planned(dialog, words, write_rows(tmp_path / "five.csv", *map(row, "abcde")))
    pressed(dialog, words.plural("import.go", 5))
    await until(lambda: words.text("import.importing", done=2, count=5) in said(dialog))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "a half import is not left without a word"
    engine.gate.set()
    await until(lambda: "4 were added · 1 was not taken" in said(dialog))
    assert [verdict for *_, verdict in shown(dialog)][-1] == words.text("import.outcome.not_reached")


async def test_a_closed_vault_is_said_before_anything(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    engine.vault_state = VaultState.LOCKED
    await planned(dialog, words, file)
    pressed(dialog, words.plural("import.go", 3))
    assert words.text("ui.failed.vault.locked") in said(dialog)
    assert engine.wishes == []


async def test_an_import_that_breaks_off_is_said(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path
) -> None:
    engine.fails = VaultFailed("disk full")
    await planned(dialog, words, file)
    pressed(dialog, words.plural("import.go", 3))
    await until(lambda: words.text("ui.failed.vault_write") in said(dialog))


async def test_the_rows_not_taken_can_be_saved_as_a_list(
    dialog: ImportDialog, engine: FakeEngine, words: Wording, file: Path, tmp_path: Path
) -> None:
    engine.not_kept["bob@example.org"] = VaultFailed("disk full")
    await planned(dialog, words, file)
    pressed(dialog, words.plural("import.go", 3))
    await until(lambda: "2 were added · 2 were not taken" in said(dialog))
    pressed(dialog, words.text("import.save_list"))
    target = tmp_path / "not taken.csv"
    pick(dialog, target)
    await until(target.exists)
    text = target.read_text(encoding="utf-8")
    assert text.splitlines()[1:] == [
        "3,bob@example.org,not saved: the vault could not be written",
        "4,bad@example.org,“IMAP Port” must be a number from 1 to 65535",
    ]
    assert SECRET not in text
    await until(lambda: words.text("import.list_saved", file=target.name) in said(dialog))


async def test_a_file_chosen_in_the_dialog_is_read_at_once(dialog: ImportDialog, words: Wording, file: Path) -> None:
    pressed(dialog, words.text("import.choose"))
    pick(dialog, file)
    await until(lambda: "3 will be added" in said(dialog))


def test_every_control_has_a_name(dialog: ImportDialog) -> None:
    controls = (*dialog.findChildren(QLineEdit), *dialog.findChildren(QTableView))
    assert all(each.accessibleName() for each in controls)
