"""Export mailboxes to a file, without their passwords: all or the selected ones, in one of three layouts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QVBoxLayout, QWidget

from mailbox_desk.model.import_plan import EXPORT_LAYOUTS, ExportFailed, ExportFileThere, Layout
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.files import Files
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.path_field import PathField
from mailbox_desk.ui.surroundings import Surroundings


class ExportDialog(QDialog):
    """`selected`: the ids marked in the list; without any, all are written."""

    def __init__(
        self,
        around: Surroundings,
        files: Files,
        parent: QWidget | None = None,
        *,
        selected: Sequence[MailboxId] = (),
    ) -> None:
        super().__init__(parent)
        self._around, self._files = around, files
        self._all = tuple(snapshot.mailbox for snapshot in around.engine.board.snapshots())
        self._selected = tuple(mailbox for mailbox in self._all if mailbox.id in set(selected))
        self._may_replace = self._asks = self._busy = self._written = self._closed = False
        words = around.words
        self.setWindowTitle(words.text("export.title"))
        self.setModal(True)
        self._path = PathField(words, saves=True)
        self._which, self._layouts = QComboBox(), QComboBox()
        self._problem = label(role="muted")
        self._cancel = button(words.text("ui.cancel"), self.reject)
        self._go = button(words.text("export.go"), self._go_on, bright=True)
        self._go.setDefault(True)
        self._fill_in()
        self._lay_out()
        self._path.edited.connect(lambda: self._change(may_replace=False))
        self._path.chosen.connect(lambda: self._change(may_replace=True))
        for box in (self._which, self._layouts):
            box.activated.connect(lambda: self._change(may_replace=self._may_replace))
        self._refresh()

    def _fill_in(self) -> None:
        words = self._around.words
        self._which.addItem(words.plural("export.all", len(self._all)), self._all)
        if self._selected:
            self._which.addItem(words.plural("export.selected", len(self._selected)), self._selected)
            self._which.setCurrentIndex(1)
        for layout in EXPORT_LAYOUTS:
            self._layouts.addItem(words.text(f"import.layout.{layout.value}"), layout)

    def _lay_out(self) -> None:
        words = self._around.words
        form = QFormLayout()
        form.setHorizontalSpacing(MEASURES.gap_xl)
        form.setVerticalSpacing(MEASURES.gap_m)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for key, field in (("which", self._which), ("layout", self._layouts), ("file", self._path)):
            caption = label(words.text(f"export.{key}"), wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(words.text(f"export.{key}"))
            form.addRow(caption, field)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(words.text("export.intro"), "muted"))
        column.addLayout(form)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(self._cancel)
        footer.addWidget(self._go)
        column.addLayout(footer)
        self.setMinimumWidth(560)

    def _change(self, *, may_replace: bool) -> None:
        self._may_replace, self._asks, self._written = may_replace, False, False
        self._refresh()

    def _go_on(self) -> None:
        path = self._path.path
        if self._written:
            self.accept()
        elif path is None:
            self._refresh(self._around.words.text("export.no_file"))
        else:
            self._busy, self._asks = True, False
            self._around.bridge.wish(self._writing(path), None, self._not_written)
            self._refresh()

    async def _writing(self, path: Path) -> None:
        words = self._around.words
        mailboxes: tuple[Mailbox, ...] = self._which.currentData()
        try:
            text = await self._files.as_csv(mailboxes, Layout(self._layouts.currentData()))
            await self._files.write_export(path, text, replace=self._may_replace)
        except ExportFileThere:
            self._may_replace = self._asks = True
            self._tell(words.text("export.there", file=path.name))
        except ExportFailed as failed:
            self._tell(words.text("export.failed", file=path.name, reason=str(failed)))
        else:
            self._written = True
            self._tell(words.plural("export.done", len(mailboxes), file=path.name))

    def _not_written(self, error: BaseException) -> None:
        self._tell(in_words(error, self._around.words))

    def _tell(self, text: str) -> None:
        self._busy = False
        if not self._closed:
            self._refresh(text)

    def done(self, result: int) -> None:
        """Closed, however: a writing under way still comes to its end."""
        self._closed = True
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._path.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self, problem: str = "") -> None:
        words = self._around.words
        for field in (self._path, self._which, self._layouts):
            field.setDisabled(self._busy)
        self._problem.setText(problem)
        self._go.setEnabled(not self._busy and bool(self._all))
        self._cancel.setHidden(self._written)
        self._go.setText(words.text("ui.close" if self._written else "export.replace" if self._asks else "export.go"))
