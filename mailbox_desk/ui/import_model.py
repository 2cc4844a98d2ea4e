"""The rows of an import as Qt reads them: what will be, or what became of each; one verdict alone, or all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mailbox_desk.model.import_plan import ImportPlan, Kept, PlannedRow, RowVerdict
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from mailbox_desk.wording.import_report import is_taken, outcome_in_words, verdict_in_words

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
SIGNS: Final[Mapping[RowVerdict, tuple[Shape, Tone]]] = {
    RowVerdict.NEW: (Shape.TICK, Tone.GREEN),
    RowVerdict.NEW_PASSWORD: (Shape.TICK, Tone.BLUE),
    RowVerdict.HERE: (Shape.DASH, Tone.GREY),
    RowVerdict.BAD: (Shape.CROSS, Tone.RED),
}


class ImportColumn(IntEnum):
    """What is told of each row."""

    LINE = 0
    ADDRESS = 1
    VERDICT = 2
    SERVERS = 3


class ImportModel(QAbstractTableModel):
    """Shows a plan; with outcomes, what became of it."""

    def __init__(self, theme: Theme, words: Wording, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._words = theme, words
        self._plan = ImportPlan(())
        self._outcomes: dict[MailboxId, Kept] | None = None
        self._only: RowVerdict | None = None
        self._shown: Sequence[PlannedRow] = ()
        self._headings = tuple(words.text(f"import.column.{column.name.lower()}") for column in ImportColumn)

    # -- what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  Qt's name
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  Qt's name
        return 0 if parent.isValid() else len(ImportColumn)

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(ImportColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return self._heading(ImportColumn(section)) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row, column = self._shown[index.row()], ImportColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._text(row, column)
            case Qt.ItemDataRole.DecorationRole if column is ImportColumn.VERDICT:
                return self._theme.icons.icon(*SIGNS[self._group(row)], MEASURES.icon)
            case _:
                return None

    # -- what the dialog tells and asks

    def show_plan(self, plan: ImportPlan) -> None:
        """From the start: nothing has become of it yet, and all rows are seen."""
        self.beginResetModel()
        self._plan, self._outcomes, self._only = plan, None, None
        self._shown = plan.rows
        self.endResetModel()

    def show_only(self, verdict: RowVerdict | None) -> None:
        """The rows of this verdict, or all."""
        self.beginResetModel()
        self._only = verdict
        self._shown = [row for row in self._plan.rows if verdict is None or self._group(row) is verdict]
        self.endResetModel()

    def show_outcomes(self, outcomes: Mapping[MailboxId, Kept]) -> None:
        """The import has ended: what became of each row."""
        self._outcomes = dict(outcomes)
        self.show_only(None)

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        """Rows by what is to be, or has become, of them."""
        return Counter(self._group(row) for row in self._plan.rows)

    @property
    def not_taken(self) -> tuple[tuple[str, str, str], ...]:
        """Line, address and why, of each row that can't be or wasn't taken. No passwords."""
        bad = (row for row in self._plan.rows if self._group(row) is RowVerdict.BAD)
        return tuple((str(row.line_number), row.address, self._text(row, ImportColumn.VERDICT)) for row in bad)

    def _heading(self, column: ImportColumn) -> str:
        if column is ImportColumn.VERDICT and self._outcomes is not None:
            return self._words.text("import.column.outcome")
        return self._headings[column]

    def _group(self, row: PlannedRow) -> RowVerdict:
        return row.verdict if is_taken(row, self._outcomes) else RowVerdict.BAD

    def _text(self, row: PlannedRow, column: ImportColumn) -> str:
        match column:
            case ImportColumn.LINE:
                return str(row.line_number)
            case ImportColumn.ADDRESS:
                return row.address
            case ImportColumn.SERVERS:
                return servers_of(row.mailbox) if row.mailbox is not None else ""
            case ImportColumn.VERDICT if self._outcomes is None:
                return verdict_in_words(row, self._words)
            case ImportColumn.VERDICT:
                kept = self._outcomes.get(row.draft.mailbox.id) if row.draft and self._outcomes else None
                return outcome_in_words(row, kept, self._words)


def servers_of(mailbox: Mailbox) -> str:
    """The hosts, receiving first."""
    return "\n".join(dict.fromkeys(end.host for end in (mailbox.receiving, mailbox.sending) if end is not None))
