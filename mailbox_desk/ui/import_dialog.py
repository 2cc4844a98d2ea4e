"""Import mailboxes from a file: read, shown as a plan, and only then taken in, with what became of each row."""

from __future__ import annotations

from contextlib import aclosing
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QProgressBar, QVBoxLayout, QWidget

from mailbox_desk.model.import_plan import ExportFailed, ImportPlan, Kept, MailboxFile, RowVerdict
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.files import Files
from mailbox_desk.ui.import_view import ImportView
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.path_field import PathField, file_dialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording.import_report import notes_on, trouble_in_words


class _Stage(Enum):
    CHOOSING = auto()
    READING = auto()
    PLANNED = auto()
    IMPORTING = auto()
    DONE = auto()


class ImportDialog(QDialog):
    """`imported` carries the ids (a tuple) of all that were taken in. Nothing read outlives the dialog."""

    imported = Signal(object)

    def __init__(self, around: Surroundings, files: Files, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._files = around, files
        self._stage = _Stage.CHOOSING
        self._attempt = 0
        self._file, self._plan = MailboxFile(), ImportPlan(())
        self._outcomes: dict[MailboxId, Kept] = {}
        self._stopped = False
        words = around.words
        self.setWindowTitle(words.text("import.title"))
        self.setModal(True)
        self._path = PathField(words)
        self._notes, self._problem = label(role="muted"), label(role="muted")
        self._view = ImportView(around.theme, words)
        self._new_passwords = QCheckBox(words.text("import.new_passwords"))
        self._exactly = QCheckBox(words.text("import.exactly"))
        self._plain = QCheckBox(words.text("import.plain"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(words.text("import.progress"))
        self._save_list = button(words.text("import.save_list"), self._choose_list_file)
        self._cancel = button(words.text("ui.cancel"), self.reject)
        self._go = button("", self._go_on, bright=True)
        self._lay_out()
        self._listen()
        self._refresh()

    # -- building

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(self._around.words.text("import.intro"), "muted"))
        column.addWidget(self._path)
        column.addWidget(self._notes)
        column.addWidget(self._view, 1)
        self._options = QWidget()
        options = QVBoxLayout(self._options)
        options.setContentsMargins(0, 0, 0, 0)
        options.setSpacing(MEASURES.gap_s)
        for box in (self._new_passwords, self._exactly, self._plain):
            options.addWidget(box)
        column.addWidget(self._options)
        column.addWidget(self._progress)
        self._room = label(self._around.words.text("import.columns_wanted"), "muted")
        self._room.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._room, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(column, 1)
        whole.addWidget(self._footer())
        self.resize(820, 620)

    def _footer(self) -> QWidget:
        footer = QWidget()
        footer.setObjectName("footer")
        footer.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = row_of(self._problem, stretch=False)
        line.setStretch(0, 1)
        for each in (self._save_list, self._cancel, self._go):
            line.addWidget(each)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_l)
        footer.setLayout(line)
        return footer

    def _listen(self) -> None:
        self._path.edited.connect(self._start_over)
        self._path.chosen.connect(self._read)
        self._new_passwords.toggled.connect(self._plan_again)
        for box in (self._exactly, self._plain):
            box.toggled.connect(self._read)

    # -- what the person does

    def _go_on(self) -> None:
        match self._stage:
            case _Stage.CHOOSING:
                self._read()
            case _Stage.PLANNED:
                self._import()
            case _Stage.DONE:
                self.accept()
            case _:
                return

    def _start_over(self) -> None:
        self._attempt += 1
        self._forget()
        self._move_to(_Stage.CHOOSING)

    def _read(self) -> None:
        self._attempt += 1
        if self._path.path is None:
            self._move_to(_Stage.CHOOSING, self._around.words.text("import.no_file"))
            return
        attempt = self._attempt
        self._around.bridge.wish(self._reading(attempt), None, lambda error: self._not_read(attempt, error))
        self._move_to(_Stage.READING)

    async def _reading(self, attempt: int) -> None:
        path = self._path.path
        assert path is not None
        exactly, plain = self._exactly.isChecked(), self._plain.isChecked()
        served = self._around.engine.served_domains
        file = await self._files.read_import(path, exactly=exactly, allow_plain=plain, served=served)
        if attempt != self._attempt:
            return  # another file was named meanwhile, or the dialog is gone
        words = self._around.words
        if file.trouble is not None:
            self._forget()
            self._move_to(_Stage.CHOOSING, trouble_in_words(file.trouble, words))
            return
        self._file = file
        self._notes.setText("\n".join(notes_on(file, words)))
        await self._planning(attempt)

    async def _planning(self, attempt: int) -> None:
        known = [snapshot.mailbox for snapshot in self._around.engine.board.snapshots()]
        plan = await self._files.plan(self._file, known, new_passwords=self._new_passwords.isChecked())
        if attempt != self._attempt:
            return
        self._plan = plan
        self._view.show_plan(plan)
        self._move_to(_Stage.PLANNED)
        self._view.take_focus()

    def _plan_again(self) -> None:
        self._attempt += 1
        attempt = self._attempt
        self._around.bridge.wish(self._planning(attempt), None, lambda error: self._not_read(attempt, error))

    def _not_read(self, attempt: int, error: BaseException) -> None:
        if attempt == self._attempt:
            self._move_to(_Stage.CHOOSING, in_words(error, self._around.words))

    # -- taking in

    def _import(self) -> None:
        state = self._around.engine.vault_state
        if state is not VaultState.OPEN:
            self._refresh(self._around.words.text(f"ui.failed.vault.{state.value}"))
            return
        self._stopped = False
        self._progress.setRange(0, len(self._plan.drafts))
        self._progress.setValue(0)
        self._move_to(_Stage.IMPORTING)
        self._around.bridge.wish(self._taking_in(), self._ended, self._broke_off)

    async def _taking_in(self) -> None:
        async with aclosing(self._around.engine.add_all(self._plan.drafts)) as portions:
            async for portion in portions:
                self._outcomes |= {kept.mailbox_id: kept for kept in portion}
                self._progress.setValue(len(self._outcomes))
                self._refresh()
                if self._stopped:
                    return

    def _broke_off(self, error: BaseException) -> None:
        self._ended()
        self._refresh(in_words(error, self._around.words))

    def _ended(self) -> None:
        self._view.show_outcomes(self._outcomes)
        taken = tuple(each for each, kept in self._outcomes.items() if kept.error is None)
        text = self._around.words.plural("import.now_checked", len(taken)) if taken else ""
        self._file = MailboxFile()
        self._move_to(_Stage.DONE, text)
        self._go.setFocus(Qt.FocusReason.OtherFocusReason)
        if taken:
            self._notes.setText(self._around.words.text("import.file_holds_passwords"))
            self.imported.emit(taken)

    # -- the rows that were not taken

    def _choose_list_file(self) -> None:
        dialog = file_dialog(self, self._around.words, saves=True)
        dialog.fileSelected.connect(self._write_list)
        dialog.open()

    def _write_list(self, path: str) -> None:
        self._around.bridge.wish(self._writing_list(path))

    async def _writing_list(self, path: str) -> None:
        words, target = self._around.words, Path(path)
        headings = tuple(words.text(f"import.list.{column}") for column in ("line", "address", "why"))
        text = await self._files.list_as_csv(headings, self._view.model.not_taken)
        try:
            await self._files.write_export(target, text, replace=True)
        except ExportFailed as failed:
            self._refresh(words.text("export.failed", file=target.name, reason=str(failed)))
            return
        self._refresh(words.text("import.list_saved", file=target.name))

    # -- leaving

    def reject(self) -> None:
        """Cancel, or Escape: what runs is stopped first, and then shows how far it came."""
        match self._stage:
            case _Stage.IMPORTING:
                self._stopped = True
                self._cancel.setDisabled(True)
            case _Stage.READING:
                self._start_over()
            case _Stage.DONE:
                self.accept()
            case _:
                super().reject()

    def done(self, result: int) -> None:
        """Closed, however: what was read is forgotten."""
        self._attempt += 1
        self._forget()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._path.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget(self) -> None:
        self._file, self._plan, self._outcomes = MailboxFile(), ImportPlan(()), {}
        self._view.show_plan(self._plan)

    def _move_to(self, stage: _Stage, problem: str = "") -> None:
        self._stage = stage
        self._refresh(problem)

    def _refresh(self, problem: str = "") -> None:
        words, stage = self._around.words, self._stage
        has_plan = stage in (_Stage.PLANNED, _Stage.IMPORTING, _Stage.DONE)
        counts = self._plan.counts
        self._path.setDisabled(stage in (_Stage.IMPORTING, _Stage.DONE))
        for part in (self._notes, self._view):
            part.setVisible(has_plan)
        self._room.setVisible(not has_plan)
        self._options.setVisible(stage is _Stage.PLANNED)
        self._new_passwords.setVisible(bool(counts[RowVerdict.HERE] + counts[RowVerdict.NEW_PASSWORD]))
        self._plain.setVisible(self._plan.wants_plain or self._plain.isChecked())
        self._progress.setVisible(stage is _Stage.IMPORTING)
        self._problem.setText(problem or self._said())
        self._save_list.setVisible(stage is _Stage.DONE and bool(self._view.model.not_taken))
        self._cancel.setVisible(stage is not _Stage.DONE)
        self._cancel.setEnabled(not self._stopped or stage is not _Stage.IMPORTING)
        self._cancel.setText(words.text("ui.stop" if stage in (_Stage.READING, _Stage.IMPORTING) else "ui.cancel"))
        self._show_go()

    def _said(self) -> str:
        words = self._around.words
        match self._stage:
            case _Stage.READING:
                return words.text("import.reading")
            case _Stage.IMPORTING:
                done, count = len(self._outcomes), len(self._plan.drafts)
                return words.text("import.importing", done=done, count=count)
            case _:
                return ""

    def _show_go(self) -> None:
        words, count = self._around.words, len(self._plan.drafts)
        match self._stage:
            case _Stage.CHOOSING | _Stage.READING:
                text = words.text("import.read")
            case _Stage.PLANNED | _Stage.IMPORTING:
                text = words.plural("import.go", count) if count else words.text("import.nothing")
            case _Stage.DONE:
                text = words.text("ui.close")
        self._go.setText(text)
        is_ready = self._stage in (_Stage.CHOOSING, _Stage.DONE) or (self._stage is _Stage.PLANNED and count > 0)
        self._go.setEnabled(is_ready)
        # Enter reads the file that was typed; a second Enter must not take in what nobody has looked at.
        self._go.setDefault(self._stage in (_Stage.CHOOSING, _Stage.DONE))
