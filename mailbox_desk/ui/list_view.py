"""The table: keys, columns, what is visible, and the minute's tick. Selection and geometry live here, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView

from mailbox_desk.ui.cells import Cell, CellPainter, RowLook
from mailbox_desk.ui.list_columns import Columns
from mailbox_desk.ui.mailbox_model import MailboxModel
from mailbox_desk.ui.rows import Column, Row
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId

_NOWHERE: Final = QModelIndex()
_MINUTE_MS: Final = 60_000
_SETTLE_MS: Final = 200
_MOST_PICTURES: Final = 200
"""Some 100 kB each: enough for what is in sight in each state that it goes through while much changes."""
_TEXT_COLUMNS: Final = (Column.PROVIDER, Column.CAUSE, Column.SINCE, Column.CHECKED, Column.NEXT)


class ListView(QTableView):
    """`chosen` carries the id looked at ("" for none), `acted` the id whose next step was asked for,
    `seen` the ids in sight once scrolling has settled, `marked` says that other rows are selected,
    `aged` the ids whose words about time are due to be said anew."""

    chosen = Signal(str)
    acted = Signal(str)
    seen = Signal(object)
    marked = Signal()
    aged = Signal(object)

    def __init__(self, model: MailboxModel, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self._pointer_y = -1
        self._is_one_marked = False
        self._pictures: dict[object, QPixmap] = {}
        self._kept: tuple[tuple[MailboxId, ...], MailboxId | None] = ((), None)
        self._painter = CellPainter(theme, words, self)
        self._painter.pressed.connect(self.acted)
        self.setItemDelegate(self._painter)
        self.setAccessibleName(words.text("ui.list.name"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.columns = Columns(self, self._painter.width_of)
        self._settle, self._minute = QTimer(self), QTimer(self)
        self._listen(theme)

    def _listen(self, theme: Theme) -> None:
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(lambda: self.seen.emit(self.visible_ids()))
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self._tick)
        self._minute.start()
        self.verticalScrollBar().valueChanged.connect(self._settle.start)
        self._model.modelAboutToBeReset.connect(self._keep_selection)
        self._model.modelReset.connect(self._restore_selection)
        self._model.modelReset.connect(self._settle.start)
        self._model.rowsInserted.connect(self._settle.start)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        self.selectionModel().selectionChanged.connect(self._note_marked)
        theme.changed.connect(self._forget_pictures)

    def choose(self, mailbox_id: MailboxId) -> None:
        """Look at this mailbox."""
        place = self._model.place_of(mailbox_id)
        if place is not None:
            flags = QItemSelectionModel.SelectionFlag  # selectRow would look at the keys held down
            self.selectionModel().setCurrentIndex(self._model.index(place, 0), flags.ClearAndSelect | flags.Rows)
            self.scrollTo(self._model.index(place, 0))

    def choose_all(self, ids: Sequence[MailboxId]) -> None:
        """Look at the first of these, with all of them selected."""
        self.choose(ids[0])
        flags = QItemSelectionModel.SelectionFlag
        for place in filter(lambda place: place is not None, map(self._model.place_of, ids[1:])):
            self.selectionModel().select(self._model.index(place or 0, 0), flags.Select | flags.Rows)

    def current_id(self) -> MailboxId | None:
        row = self._model.row(self.currentIndex().row())
        return row.id if row else None

    def selected_ids(self) -> Sequence[MailboxId]:
        """The marked rows from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [row.id for row in map(self._model.row, places) if row is not None]

    def visible_ids(self) -> Sequence[MailboxId]:
        first, last = self._visible_places()
        return [row.id for row in (self._model.row(place) for place in range(first, last + 1)) if row is not None]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """All rows in one go, each kept as a picture until it changes. Qt's own way asks Python anew for each cell,
        and each time waits for its lock."""
        if self._model.rowCount() > 0:
            self._paint_rows()

    def _paint_rows(self) -> None:
        painter = QPainter(self.viewport())
        first, last = self._visible_places()
        columns = [column for column in Column if not self.isColumnHidden(column)]
        cells = tuple((column, self.columnViewportPosition(column), self.columnWidth(column)) for column in columns)
        hovered = self.rowAt(self._pointer_y)
        marked, is_active = self.selectionModel(), self.isActiveWindow()
        for place in range(first, last + 1):
            row = self._model.row(place)
            if row is not None:
                is_selected = marked.isRowSelected(place, _NOWHERE)
                stands = RowLook(is_selected, place == hovered, is_active, is_selected and self._is_one_marked)
                painter.drawPixmap(0, self.rowViewportPosition(place), self._picture(row, cells, stands))
        painter.end()

    def _picture(self, row: Row, cells: tuple[Cell, ...], stands: RowLook) -> QPixmap:
        texts = tuple(self._model.cell_text(row, column) for column in _TEXT_COLUMNS)
        key = (row, texts, cells, stands, self.devicePixelRatioF())
        known = self._pictures.get(key)
        if known is None:
            if len(self._pictures) >= _MOST_PICTURES:
                self._pictures.clear()
            known = self._pictures[key] = self._painter.picture(
                row, dict(zip(_TEXT_COLUMNS, texts, strict=True)), cells, stands, self.viewport()
            )
        return known

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Keep where the pointer is: the whole row under it is lit."""
        if isinstance(event, QMouseEvent) or event.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            before = self.rowAt(self._pointer_y)
            self._pointer_y = int(event.position().y()) if isinstance(event, QMouseEvent) else -1
            if self.rowAt(self._pointer_y) != before:
                self.viewport().update()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        current = self.current_id()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.acted.emit(current)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        self.columns.fit(self.viewport().width())
        self._settle.start()

    def _note_marked(self) -> None:
        self._is_one_marked = len(self.selectionModel().selectedRows()) == 1
        self.marked.emit()

    def _row_changed(self, current: QModelIndex) -> None:
        row = self._model.row(current.row())
        self.chosen.emit(row.id if row else "")

    def _keep_selection(self) -> None:
        """A search or another chip tells the rows anew: what was selected stays selected where it is still shown."""
        self._kept = tuple(self.selected_ids()), self.current_id()

    def _restore_selection(self) -> None:
        ids, current = self._kept
        self._kept = ((), None)
        chosen = QItemSelection()
        for place in filter(lambda place: place is not None, map(self._model.place_of, ids)):
            index = self._model.index(place or 0, 0)
            chosen.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        place = self._model.place_of(current) if current is not None else None
        if place is not None:
            self.selectionModel().setCurrentIndex(self._model.index(place, 0), flags.NoUpdate)
            self.scrollTo(self._model.index(place, 0))
        self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)
        if place is None and current is not None:
            self.chosen.emit("")

    def _visible_places(self) -> tuple[int, int]:
        height = self.viewport().height()
        first = max(0, self.rowAt(0))
        last = self.rowAt(height - 1)
        return first, (self._model.rowCount() - 1 if last < 0 else last)

    def _forget_pictures(self) -> None:
        self._pictures.clear()
        self.viewport().update()

    def _tick(self) -> None:
        self.aged.emit(self.visible_ids())
        self._model.tell_time(*self._visible_places())
