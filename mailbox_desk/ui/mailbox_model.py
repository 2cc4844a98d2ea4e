"""The list of mailboxes as Qt reads it: the lines that the filter lets through, in order; changes told once a pass.

It decides nothing about mailboxes: lines come ready made.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.list_filter import ListFilter, fitting
from mailbox_desk.ui.rows import Column, Row
from mailbox_desk.ui.sums import Sums
from mailbox_desk.wording import Wording

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_LAST_COLUMN: Final = len(Column) - 1
_MANY: Final = 40
"""So many lines that come or go at once are told as one reset: one by one each would number all anew."""
_ID_OF: Final = attrgetter("id")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Falling:
    """A key for the order that begins with the greatest."""

    key: Key

    def __lt__(self, other: _Falling) -> bool:
        return other.key < self.key


class Role(IntEnum):
    """What the list tells beside Qt's own roles: the whole row."""

    ROW = Qt.ItemDataRole.UserRole + 1


class MailboxModel(QAbstractTableModel):
    """Rows sorted by the chosen column; by status means the worst first."""

    def __init__(self, words: Wording, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._all: dict[MailboxId, Row] = {}
        self._sums = Sums()
        self._rows: list[Row] = []
        self._places: dict[MailboxId, int] = {}
        self._keys: dict[MailboxId, Key] = {}
        self._filter = ListFilter()
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
                return self.cell_text(row, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, Column(index.column()))
            case Role.ROW:
                return row
            case _:
                return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column = Column(column) if 0 <= column < len(Column) else Column.STATUS
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._keys = {row.id: self._key(row) for row in self._rows}
        self._arrange(self._ordered(self._rows))

    # -- what the window tells and asks

    def show_all(self, rows: Iterable[Row]) -> None:
        """These lines and no others."""
        self._all = {row.id: row for row in rows}
        self._sums = Sums(self._all.values())
        self._show_anew()

    def filter_by(self, wanted: ListFilter) -> None:
        """Show the lines that this lets through, now and with every change."""
        if wanted != self._filter:
            self._filter = wanted
            self._show_anew()

    def take(self, fresh: Sequence[Row], gone: Collection[MailboxId] = ()) -> None:
        """One pass: lines that changed, came or went."""
        for mailbox_id in gone:
            self._all.pop(mailbox_id, None)
            self._sums.drop(mailbox_id)
        for row in fresh:
            self._all[row.id] = row
            self._sums.put(row)
        leave = {row_id for row_id in gone if row_id in self._places}
        leave |= {row.id for row in fresh if row.id in self._places and not self._filter.fits(row)}
        come = [row for row in fresh if row.id not in self._places and self._filter.fits(row)]
        if len(leave) > _MANY or len(come) > _MANY:
            self._show_anew()
            return
        self._drop(leave)
        self._replace([row for row in fresh if row.id in self._places])
        self._append(come)

    def cell_text(self, row: Row, column: Column) -> str:
        """What this column says of the row."""
        match column:
            case Column.STATUS:
                return row.status
            case Column.MAILBOX:
                return row.address
            case Column.PROVIDER:
                return row.provider
            case Column.MARKS:
                return row.marks
            case Column.CAUSE:
                return row.cause
            case Column.DAY:
                return ""
            case Column.SINCE:
                return self._words.duration(max(0.0, self._now() - row.since)) if row.since else ""
            case Column.CHECKED:
                return self._words.ago(max(0.0, self._now() - row.checked)) if row.checked else ""
            case Column.NEXT:
                return row.next_in_short

    def row(self, place: int) -> Row | None:
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def rows(self) -> Sequence[Row]:
        """The lines shown, from top to bottom."""
        return tuple(self._rows)

    def all_rows(self) -> Collection[Row]:
        """Those too that the filter holds back, in no order."""
        return self._all.values()

    def any_row(self, mailbox_id: MailboxId) -> Row | None:
        """The line of this mailbox, shown or held back by the filter."""
        return self._all.get(mailbox_id)

    @property
    def sums(self) -> Sums:
        """What all lines add up to, those too that the filter holds back."""
        return self._sums

    def counts(self) -> Mapping[Shown, int]:
        return self._sums.shown

    def place_of(self, mailbox_id: MailboxId) -> int | None:
        return self._places.get(mailbox_id)

    def tell_time(self, first: int, last: int) -> None:
        """A minute has gone by: what speaks of time is said anew, for these places only."""
        if 0 <= first <= last < len(self._rows):
            self.dataChanged.emit(self.index(first, Column.DAY), self.index(last, Column.NEXT))

    # -- how rows move

    def _show_anew(self) -> None:
        self.beginResetModel()
        rows = list(fitting(self._all.values(), self._filter))
        self._keys = {row.id: self._key(row) for row in rows}
        self._rows = self._ordered(rows)
        self._number()
        self.endResetModel()

    def _drop(self, leave: Collection[MailboxId]) -> None:
        for place in sorted((self._places[each] for each in leave), reverse=True):
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._keys[self._rows.pop(place).id]
            self._number()
            self.endRemoveRows()

    def _replace(self, fresh: Sequence[Row]) -> None:
        moved = []
        changed = []
        for row in fresh:
            place = self._places[row.id]
            before = self._rows[place]
            if row != before:
                self._rows[place] = row
                changed.append(place)
                known, self._keys[row.id] = self._keys[row.id], self._key(row)
                if self._keys[row.id] != known:
                    moved.append(row)
        for first, last in _runs(sorted(changed)):
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST_COLUMN))
        if len(moved) > _MANY:
            self._arrange(self._ordered(self._rows))
        elif moved:
            self._arrange(self._with_moved(moved))

    def _append(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self._keys |= {row.id: self._key(row) for row in rows}
        self._number()
        self.endInsertRows()
        self._arrange(self._ordered(self._rows))

    def _arrange(self, ordered: list[Row]) -> None:
        if ordered == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        before = [(index, self._rows[index.row()].id) for index in self.persistentIndexList()]
        self._rows = ordered
        self._number()
        after = [self.index(self._places[row_id], index.column()) for index, row_id in before]
        self.changePersistentIndexList([index for index, _ in before], after)
        self.layoutChanged.emit()

    def _ordered(self, rows: Sequence[Row]) -> list[Row]:
        """By keys that are kept: reckoning thousands anew would be felt."""
        return sorted(rows, key=lambda row: self._keys[row.id], reverse=self._descending)

    def _with_moved(self, moved: Sequence[Row]) -> list[Row]:
        """The lines in order where only these have another key: taken out and put in, without sorting thousands."""
        rows = list(self._rows)
        for place in sorted((self._places[row.id] for row in moved), reverse=True):
            del rows[place]
        for row in moved:
            if self._descending:
                insort(rows, row, key=lambda row: _Falling(self._keys[row.id]))
            else:
                insort(rows, row, key=lambda row: self._keys[row.id])
        return rows

    def _number(self) -> None:
        self._places = dict(zip(map(_ID_OF, self._rows), range(len(self._rows)), strict=True))

    def _key(self, row: Row) -> Key:
        match self._column:
            case Column.STATUS:
                return row.gravity
            case Column.SINCE:
                return (-row.since, row.address)
            case Column.CHECKED:
                return (-(row.checked or 0.0), row.address)
            case Column.DAY:
                return (-sum(shown in _DOWN for shown in row.day), *row.gravity)
            case column:
                return (self.cell_text(row, column).casefold(), *row.gravity)

    def _spoken(self, row: Row, column: Column) -> str:
        match column:
            case Column.MAILBOX:
                return self._words.text("ui.list.mailbox_spoken", address=row.address, provider=row.provider)
            case Column.STATUS if row.checking_now:
                return self._words.text("ui.list.status_checking", status=row.status)
            case Column.STATUS if row.acknowledged:
                return self._words.text("ui.list.status_known", status=row.status)
            case Column.DAY:
                down = sum(shown in _DOWN for shown in row.day)
                return self._words.plural("ui.list.day_spoken", down)
            case Column.NEXT:
                return row.next_step
            case _:
                return self.cell_text(row, column)


_DOWN: Final = frozenset({Shown.NEEDS_YOU, Shown.RECONNECTING})


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as (first, last) pairs."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
