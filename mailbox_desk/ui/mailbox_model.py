"""The list of mailboxes as Qt reads it: rows in order, changes told once a pass. It decides nothing about mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.rows import Column, Row, row_of, timed_again
from mailbox_desk.wording import Wording

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_LAST_COLUMN: Final = len(Column) - 1
Key = tuple[object, ...]


class Role(IntEnum):
    """What the list tells beside Qt's own roles: the whole row."""

    ROW = Qt.ItemDataRole.UserRole + 1


class MailboxModel(QAbstractTableModel):
    """Rows sorted by the chosen column; by status means the worst first."""

    def __init__(
        self,
        words: Wording,
        now: Callable[[], float],
        provider_name: Callable[[str], str] = str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._provider_name = provider_name
        self._rows: list[Row] = []
        self._places: dict[MailboxId, int] = {}
        self._snapshots: dict[MailboxId, Snapshot] = {}
        self._column = Column.STATUS
        self._descending = False
        self._headings = tuple(words.text(f"ui.column.{column.name.lower()}") for column in Column)

    # -- what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  Qt's name
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  Qt's name
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        across = orientation is Qt.Orientation.Horizontal and 0 <= section < len(Column)
        return self._headings[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, Column(index.column()))
            case Role.ROW:
                return row
            case _:
                return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column = Column(column) if 0 <= column < len(Column) else Column.STATUS
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._arrange(self._rows)

    # -- what the window tells and asks

    def show_first(self, rows: Sequence[Row]) -> None:
        """What was stored last time, until the engine speaks."""
        self.beginResetModel()
        self._snapshots.clear()
        self._rows = sorted(rows, key=self._key, reverse=self._descending)
        self._number()
        self.endResetModel()

    def name_providers(self, provider_name: Callable[[str], str]) -> None:
        """From now on provider ids can be said in words."""
        self._provider_name = provider_name

    def show_only(self, snapshots: Sequence[Snapshot]) -> None:
        """The engine's truth: rows of mailboxes that it does not know go."""
        known = {snapshot.id for snapshot in snapshots}
        self.take([*(Gone(row.id) for row in self._rows if row.id not in known), *snapshots])

    def take(self, news: Iterable[Snapshot | Gone]) -> None:
        """One pass: rows that changed, came or went."""
        gone: set[MailboxId] = set()
        fresh: dict[MailboxId, Row] = {}
        now = self._now()
        for each in news:
            if isinstance(each, Gone):
                gone.add(each.id)
                fresh.pop(each.id, None)
                self._snapshots.pop(each.id, None)
            else:
                gone.discard(each.id)
                self._snapshots[each.id] = each
                fresh[each.id] = row_of(each, self._words, self._provider_name, now)
        self._drop(gone)
        self._replace({row_id: row for row_id, row in fresh.items() if row_id in self._places})
        self._append([row for row_id, row in fresh.items() if row_id not in self._places])

    def tell_time(self, first: int, last: int) -> None:
        """A minute has gone by: what speaks of time is said anew, for these rows only."""
        now, last = self._now(), min(last, len(self._rows) - 1)
        for place in range(max(0, first), last + 1):
            row = self._rows[place]
            snapshot = self._snapshots.get(row.id)
            if snapshot is not None:
                self._rows[place] = timed_again(row, snapshot, self._words, now)
        if first <= last:
            self.dataChanged.emit(self.index(max(0, first), Column.SINCE), self.index(last, Column.NEXT))

    def cell_text(self, row: Row, column: Column) -> str:
        """What this column says of the row."""
        return self._text(row, column)

    def row(self, place: int) -> Row | None:
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def rows(self) -> Sequence[Row]:
        return tuple(self._rows)

    def place_of(self, mailbox_id: MailboxId) -> int | None:
        return self._places.get(mailbox_id)

    def snapshot(self, mailbox_id: MailboxId) -> Snapshot | None:
        return self._snapshots.get(mailbox_id)

    # -- how rows move

    def _drop(self, gone: set[MailboxId]) -> None:
        for place in sorted((self._places[each] for each in gone if each in self._places), reverse=True):
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._rows[place]
            self._number()
            self.endRemoveRows()

    def _replace(self, fresh: dict[MailboxId, Row]) -> None:
        moved = False
        changed = []
        for row_id, row in fresh.items():
            place = self._places[row_id]
            before = self._rows[place]
            if row != before:
                self._rows[place] = row
                changed.append(place)
                moved = moved or self._key(row) != self._key(before)
        for first, last in _runs(sorted(changed)):
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST_COLUMN))
        if moved:
            self._arrange(self._rows)

    def _append(self, rows: list[Row]) -> None:
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self._number()
        self.endInsertRows()
        self._arrange(self._rows)

    def _arrange(self, rows: list[Row]) -> None:
        ordered = sorted(rows, key=self._key, reverse=self._descending)
        if ordered == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        before = [(index, self._rows[index.row()].id) for index in self.persistentIndexList()]
        self._rows = ordered
        self._number()
        after = [self.index(self._places[row_id], index.column()) for index, row_id in before]
        self.changePersistentIndexList([index for index, _ in before], after)
        self.layoutChanged.emit()

    def _number(self) -> None:
        self._places = {row.id: place for place, row in enumerate(self._rows)}

    def _key(self, row: Row) -> Key:
        match self._column:
            case Column.STATUS:
                return row.gravity
            case Column.SINCE:
                return (-row.since, row.address)
            case column:
                return (self._text(row, column).casefold(), *row.gravity)

    # -- what rows say

    def _text(self, row: Row, column: Column) -> str:
        match column:
            case Column.STATUS:
                return row.status
            case Column.MAILBOX:
                return row.address
            case Column.MARKS:
                return row.marks
            case Column.CAUSE:
                return row.cause
            case Column.SINCE:
                return self._words.duration(max(0.0, self._now() - row.since)) if row.since else ""
            case Column.NEXT:
                return row.next_in_short

    def _spoken(self, row: Row, column: Column) -> str:
        if column is Column.MAILBOX:
            return self._words.text("ui.list.mailbox_spoken", address=row.address, provider=row.provider)
        if column is Column.STATUS and row.checking_now:
            return self._words.text("ui.list.status_checking", status=row.status)
        return row.next_step if column is Column.NEXT else self._text(row, column)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as (first, last) pairs."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
