"""The plan of an import on the screen: the sum, a chip for each verdict, the rows."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from mailbox_desk.model.import_plan import ImportPlan, Kept, RowVerdict
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.ui.import_model import SIGNS, ImportColumn, ImportModel
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import card, label, row_of
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from mailbox_desk.wording.import_report import summary_in_words

_LINE_WIDTH = 56
_ADDRESS_WIDTH = 210
_SERVERS_WIDTH = 200
_NARROW = 660
_CHIP_ROOM = 26


class ImportView(QWidget):
    """Shows a plan, then what became of it."""

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._chosen_font = QFont(theme.text_font)
        self._chosen_font.setWeight(QFont.Weight.DemiBold)
        self._plan = ImportPlan(())
        self.model = ImportModel(theme, words, self)
        self._sum = label()
        self._sum.setFont(theme.summary_font)
        self._chips: dict[RowVerdict | None, QPushButton] = {each: self._chip(each) for each in (None, *RowVerdict)}
        self._table = self._made_table()
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(self._sum)
        column.addLayout(row_of(*self._chips.values()))
        column.addWidget(frame, 1)

    def show_plan(self, plan: ImportPlan) -> None:
        """What importing would do."""
        self._plan = plan
        self.model.show_plan(plan)
        self._sum.setText(summary_in_words(plan, None, self._words))
        self._show_counts("planned")

    def show_outcomes(self, outcomes: Mapping[MailboxId, Kept]) -> None:
        """What became of it."""
        self.model.show_outcomes(outcomes)
        self._sum.setText(summary_in_words(self._plan, outcomes, self._words))
        self._show_counts("done")

    def take_focus(self) -> None:
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        self._table.setColumnHidden(ImportColumn.SERVERS, self.width() < _NARROW)

    def _show_counts(self, when: str) -> None:
        counts = self.model.counts
        for verdict, chip in self._chips.items():
            count = len(self._plan.rows) if verdict is None else counts.get(verdict, 0)
            name = self._words.text(f"import.chip.{when}.{verdict.value}" if verdict else "import.chip.all")
            chip.setText(f"{name}  {count}")
            widest = QFontMetrics(self._chosen_font).horizontalAdvance(chip.text())
            chip.setMinimumWidth(widest + _CHIP_ROOM)  # Qt measures it as it is while not chosen
            chip.setVisible(count > 0)
            chip.setChecked(verdict is None)

    def _chip(self, verdict: RowVerdict | None) -> QPushButton:
        chip = QPushButton()
        chip.setCheckable(True)
        chip.setAutoDefault(False)
        chip.setProperty("chip", SIGNS[verdict][1].value if verdict else "all")
        chip.clicked.connect(lambda: self._pick(verdict if chip.isChecked() else None))
        return chip

    def _pick(self, verdict: RowVerdict | None) -> None:
        for each, chip in self._chips.items():
            chip.setChecked(each is verdict)
        self.model.show_only(verdict)

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self._words.text("import.rows"))
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setObjectName("rows")
        table.setTabKeyNavigation(False)
        table.setCornerButtonEnabled(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows, columns = table.verticalHeader(), table.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(MEASURES.row)
        columns.setHighlightSections(False)
        columns.setSectionResizeMode(ImportColumn.VERDICT, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(ImportColumn.LINE, _LINE_WIDTH)
        table.setColumnWidth(ImportColumn.ADDRESS, _ADDRESS_WIDTH)
        table.setColumnWidth(ImportColumn.SERVERS, _SERVERS_WIDTH)
        return table
