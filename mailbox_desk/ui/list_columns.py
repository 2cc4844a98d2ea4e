"""The columns of the list: how wide, in which order, which hidden; and that as a text to be kept between starts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.rows import FIXED, HIDDEN_AT_FIRST, Column

_GROWING: Final = (Column.MAILBOX, Column.CAUSE)
_NARROW: Final = ((740, (Column.MARKS, Column.SINCE, Column.PROVIDER, Column.CHECKED)), (860, (Column.DAY,)))
"""Below so many pixels these columns make room."""
_QUIET_MS: Final = 400


class Columns(QObject):
    """`changed` is emitted once the person has moved, hidden, widened or sorted columns."""

    changed = Signal()

    def __init__(self, table: QTableView, width_of: Callable[[Column], int]) -> None:
        super().__init__(table)
        self._table, self._width_of = table, width_of
        self._across = table.horizontalHeader()
        self._hidden = set(HIDDEN_AT_FIRST)
        self._widths = {column: width_of(column) for column in Column if column not in _GROWING}
        self._width = 0
        self._is_restoring = True
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._tell)
        self._set_up()
        self._is_restoring = False
        self._told = self.kept()
        self._across.sectionMoved.connect(self._note)
        self._across.sortIndicatorChanged.connect(self._note)
        self._across.sectionResized.connect(self._note_width)

    def _set_up(self) -> None:
        across, table = self._across, self._table
        across.setHighlightSections(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setFixedHeight(MEASURES.line_row)
        across.setMinimumSectionSize(48)
        across.setSectionsMovable(True)
        across.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for column in Column:
            mode = QHeaderView.ResizeMode.Stretch if column in _GROWING else QHeaderView.ResizeMode.Interactive
            across.setSectionResizeMode(column, mode)
            table.setColumnWidth(column, self._width_of(column))
        across.setSortIndicatorShown(True)
        across.setSortIndicator(Column.STATUS, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        down = table.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(MEASURES.row)

    def fit(self, width: int) -> None:
        """Make room in a narrow window: hide what matters least, besides what the person hid."""
        self._width = width
        before, self._is_restoring = self._is_restoring, True
        no_room = {column for limit, columns in _NARROW if width < limit for column in columns}
        for column in Column:
            hides = column in self._hidden or column in no_room
            if self._table.isColumnHidden(column) != hides:
                self._table.setColumnHidden(column, hides)
        self._is_restoring = before

    def is_shown(self, column: Column) -> bool:
        """Whether the person wants to see it (it may still lack room)."""
        return column not in self._hidden

    def show(self, column: Column, *, wanted: bool) -> None:
        """Show or hide a column; what the list can't do without stays."""
        if column in FIXED:
            return
        (self._hidden.discard if wanted else self._hidden.add)(column)
        self.fit(self._width)
        self._note()

    def as_first(self) -> None:
        """Order, widths and sorting as they come."""
        self.restore("{}")
        self.changed.emit()

    def kept(self) -> str:
        """What is to be kept, as JSON."""
        across = self._across
        kept: Mapping[str, object] = {
            "order": [Column(across.logicalIndex(place)).name.lower() for place in range(len(Column))],
            "hidden": sorted(column.name.lower() for column in self._hidden),
            "widths": {column.name.lower(): width for column, width in self._widths.items()},
            "sort": Column(across.sortIndicatorSection()).name.lower(),
            "descending": across.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
        }
        return json.dumps(kept)

    def restore(self, text: str) -> None:
        """Put on what was kept; what makes no sense (another version, a damaged text) is left as it comes."""
        kept = _read(text)
        self._is_restoring = True
        order = _columns(kept.get("order"))
        for place, column in enumerate([*order, *(each for each in Column if each not in order)]):
            self._across.moveSection(self._across.visualIndex(column), place)
        hidden = kept.get("hidden")
        self._hidden = set(HIDDEN_AT_FIRST) if hidden is None else set(_columns(hidden)) - FIXED
        widths = kept.get("widths")
        for column in self._widths:
            width = widths.get(column.name.lower()) if isinstance(widths, dict) else None
            is_sane = isinstance(width, int) and 40 <= width <= 900
            self._widths[column] = width if is_sane and width else self._width_of(column)
            self._table.setColumnWidth(column, self._widths[column])
        sort = _columns([kept.get("sort")])
        down = Qt.SortOrder.DescendingOrder if kept.get("descending") is True else Qt.SortOrder.AscendingOrder
        self._table.sortByColumn(sort[0] if sort else Column.STATUS, down if sort else Qt.SortOrder.AscendingOrder)
        self.fit(self._width or self._table.viewport().width())
        self._is_restoring = False
        self._told = self.kept()

    def _note_width(self, section: int, _before: int, width: int) -> None:
        """Those that grow take what the window leaves them: that is nobody's wish."""
        column = Column(section)
        if column in self._widths and width > 0 and not self._is_restoring:
            self._widths[column] = width
            self._note()

    def _note(self, *_: object) -> None:
        if not self._is_restoring:
            self._quiet.start()

    def _tell(self) -> None:
        """Qt tells of sizes that did not change, too."""
        kept = self.kept()
        if kept != self._told:
            self._told = kept
            self.changed.emit()


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _columns(names: object) -> list[Column]:
    """The columns of these names, each once."""
    known = {column.name.lower(): column for column in Column}
    listed = names if isinstance(names, list) else []
    return list(dict.fromkeys(known[name] for name in listed if isinstance(name, str) and name in known))
