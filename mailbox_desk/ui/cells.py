"""Paints the cells of the list: status with its shape, two-line mailbox, the signs of both halves, the next step.

Checks keep many threads busy, and each call that lets go of Python's lock may wait long to get it back: so nothing
here draws by drawText (it lets go; measured 5 ms a call beside four busy threads), but by prepared QStaticText.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPen, QPixmap, QStaticText
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, MEASURES, Mark, Tone
from mailbox_desk.ui.mailbox_model import Role
from mailbox_desk.ui.rows import BUTTONS, Column, Row, has_button
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

_PAD: Final = 10
_MOST_TEXTS: Final = 4000
_BAR: Final = 16
_BAR_HEIGHTS: Final[Mapping[Shown, int]] = {
    Shown.CONNECTED: _BAR,
    Shown.SUSPECT: 11,
    Shown.RECONNECTING: 9,
    Shown.NEEDS_YOU: 6,
    Shown.CHECKING: _BAR,
    Shown.BLIND: _BAR,
    Shown.PAUSED: _BAR,
}
_HOLLOW: Final = frozenset({Shown.CHECKING, Shown.BLIND, Shown.PAUSED})


Cell = tuple[Column, int, int]
"""A column, where it begins and how wide it is, in the viewport's pixels."""


@dataclass(frozen=True, slots=True)
class RowLook:
    """How a row stands in the list just now; `is_alone`: it is the one row selected."""

    is_selected: bool = False
    is_hovered: bool = False
    is_active: bool = False
    is_alone: bool = False


class CellPainter(QStyledItemDelegate):
    """`pressed` carries the id of the mailbox whose button in the last column was clicked."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, words: Wording, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._texts: dict[tuple[str, int, int], QStaticText] = {}
        self._fonts: dict[int, QFontMetrics] = {}
        self._colours: dict[str, QColor] = {}

    def sizeHint(  # noqa: N802  Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(self.width_of(Column(index.column())), MEASURES.row)

    def width_of(self, column: Column) -> int:
        """Wide enough for the longest status and button; the others as the table of measures says."""
        metrics, width = QFontMetrics(self._theme.status_font), MEASURES.column_widths[column]
        match column:
            case Column.STATUS:
                longest = max(metrics.horizontalAdvance(f"{self._words.status(shown)} …") for shown in LOOKS)
                return max(width, longest + MEASURES.icon + MEASURES.gap_m + 2 * _PAD)
            case Column.NEXT:
                texts = (self._words.text(f"ui.list.offer.{offer.value}") for offer in BUTTONS)
                return max(width, max(map(metrics.horizontalAdvance, texts)) + 24 + 2 * _PAD)
            case _:
                return width

    def picture(
        self, row: Row, texts: Mapping[Column, str], cells: Sequence[Cell], look: RowLook, widget: QWidget
    ) -> QPixmap:
        """One row of the list as it is to be seen on `widget`; `texts` is what its plain columns say."""
        ratio, width = widget.devicePixelRatioF(), max(left + across for _, left, across in cells)
        pixmap = QPixmap(round(width * ratio), round(MEASURES.row * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._colour(self._theme.palette.surface))
        painter = QPainter(pixmap)
        for column, left, across in cells:
            self._cell(painter, QRect(left, 0, across, MEASURES.row), row, column, look, texts.get(column, ""))
        painter.end()
        return pixmap

    def _cell(self, painter: QPainter, rect: QRect, row: Row, column: Column, look: RowLook, text: str) -> None:
        self._ground(painter, rect, column, look)
        box = rect.adjusted(_PAD, 0, -_PAD // 2, -1)
        match column:
            case Column.STATUS:
                self._status(painter, box, row)
            case Column.MAILBOX:
                self._mailbox(painter, box, row)
            case Column.MARKS:
                self._marks(painter, box, row)
            case Column.DAY:
                self._day(painter, box, row)
            case Column.NEXT if has_button(row):
                self._button(painter, self._button_box(rect, row), row, is_bright=look.is_alone)
            case Column.CAUSE:
                self._line(painter, box, text or "–", self._theme.palette.text if text else self._theme.palette.muted)
            case Column.PROVIDER | Column.SINCE | Column.CHECKED | Column.NEXT:
                self._line(painter, box, text, self._theme.palette.muted)

    def editorEvent(  # noqa: N802  Qt's name
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        row = index.data(Role.ROW)
        is_release = isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonRelease
        if is_release and index.column() == Column.NEXT and isinstance(row, Row) and has_button(row):
            assert isinstance(event, QMouseEvent)
            if self._button_box(option.rect, row).contains(event.position().toPoint()):
                self.pressed.emit(row.id)
                return True
        return super().editorEvent(event, model, option, index)

    def _ground(self, painter: QPainter, rect: QRect, column: Column, look: RowLook) -> None:
        palette = self._theme.palette
        if look.is_selected:
            painter.fillRect(rect, self._colour(palette.selected))
        elif look.is_hovered:
            painter.fillRect(rect, self._colour(palette.hover))
        if look.is_selected and column is Column.STATUS and look.is_active:
            bar = MEASURES.bar * (2 if palette.is_contrast else 1)
            painter.fillRect(QRect(rect.left(), rect.top(), bar, rect.height()), self._colour(palette.accent))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), self._colour(palette.line))

    def _status(self, painter: QPainter, box: QRect, row: Row) -> None:
        look = LOOKS[row.shown]
        self._shape(painter, box.left(), box, Mark(look.shape, look.tone), MEASURES.icon)
        words = box.adjusted(MEASURES.icon + MEASURES.gap_m, 0, 0, 0)
        said = f"{row.status} …" if row.checking_now else row.status
        tone = Tone.MUTED if row.acknowledged else look.tone
        self._line(painter, words, said, self._theme.palette.tone(tone), self._theme.status_font)

    def _mailbox(self, painter: QPainter, box: QRect, row: Row) -> None:
        look = self._theme.palette
        if not row.provider:
            self._line(painter, box, row.address, look.text)
            return
        upper, lower = self._metrics(self._theme.text_font).height(), self._metrics(self._theme.small_font).height()
        top = box.top() + (box.height() - upper - lower) // 2
        self._line(painter, QRect(box.left(), top, box.width(), upper), row.address, look.text)
        small = QRect(box.left(), top + upper, box.width(), lower)
        self._line(painter, small, row.provider, look.muted, self._theme.small_font)

    def _marks(self, painter: QPainter, box: QRect, row: Row) -> None:
        size = MEASURES.icon - 2
        self._shape(painter, box.left(), box, row.receiving, size)
        self._line(painter, box.adjusted(size + 4, 0, 0, 0), "·", self._theme.palette.muted)
        self._shape(painter, box.left() + size + 12, box, row.sending, size)

    def _day(self, painter: QPainter, box: QRect, row: Row) -> None:
        """A bar an hour: tall where it was up, shorter where it was not, hollow where nobody looked."""
        if not any(row.day):
            if row.is_live:
                self._line(painter, box, self._words.text("ui.list.no_history"), self._theme.palette.muted)
            return
        step, bottom = MEASURES.day_cell + MEASURES.day_gap, box.top() + (box.height() + _BAR) // 2
        for place, shown in enumerate(row.day):
            left = box.left() + place * step
            if shown is None:
                painter.fillRect(QRect(left, bottom - 2, MEASURES.day_cell, 2), self._colour(self._theme.palette.line))
                continue
            colour = self._colour(self._theme.palette.tone(LOOKS[shown].tone))
            bar = QRect(left, bottom - _BAR_HEIGHTS[shown], MEASURES.day_cell, _BAR_HEIGHTS[shown])
            if shown in _HOLLOW:
                painter.setPen(colour)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(bar.adjusted(0, 0, -1, -1))
            else:
                painter.fillRect(bar, colour)

    def _button(self, painter: QPainter, box: QRect, row: Row, *, is_bright: bool) -> None:
        look = self._theme.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = look.accent if is_bright else look.muted if look.is_dark else look.line
        painter.setPen(QPen(self._colour(edge), 1))
        painter.setBrush(self._colour(look.accent if is_bright else look.surface))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), MEASURES.radius, MEASURES.radius)
        said, metrics = self._words.text(f"ui.list.offer.{row.offer.value}"), self._metrics(self._theme.text_font)
        indent = max(0, (box.width() - metrics.horizontalAdvance(said)) // 2)
        self._line(painter, box.adjusted(indent, 0, 0, 0), said, look.accent_text if is_bright else look.text)

    def _button_box(self, cell: QRect, row: Row) -> QRect:
        metrics = self._metrics(self._theme.text_font)
        wanted = metrics.horizontalAdvance(self._words.text(f"ui.list.offer.{row.offer.value}")) + 24
        width = min(wanted, cell.width() - _PAD - _PAD // 2)
        return QRect(cell.left() + _PAD, cell.top() + 5, width, cell.height() - 11)

    def _shape(self, painter: QPainter, left: int, box: QRect, mark: Mark, size: int) -> None:
        pixmap = self._theme.icons.pixmap(mark.shape, mark.tone, size, painter.device().devicePixelRatioF())
        painter.drawPixmap(QPointF(left, box.top() + (box.height() - size) / 2), pixmap)

    def _line(self, painter: QPainter, box: QRect, text: str, colour: str, font: QFont | None = None) -> None:
        font = font or self._theme.text_font
        painter.setFont(font)
        painter.setPen(self._colour(colour))
        top = box.top() + (box.height() - self._metrics(font).height()) // 2
        painter.drawStaticText(box.left(), top, self._prepared(text, font, box.width()))

    def _prepared(self, text: str, font: QFont, width: int) -> QStaticText:
        key = (text, id(font), width)
        known = self._texts.get(key)
        if known is None:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            known = QStaticText(self._metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width))
            known.setTextFormat(Qt.TextFormat.PlainText)
            self._texts[key] = known
        return known

    def _metrics(self, font: QFont) -> QFontMetrics:
        known = self._fonts.get(id(font))  # the theme's fonts live as long as the theme: its own is the dearest key
        if known is None:
            known = self._fonts[id(font)] = QFontMetrics(font)
        return known

    def _colour(self, name: str) -> QColor:
        known = self._colours.get(name)
        if known is None:
            known = self._colours[name] = QColor(name)
        return known
