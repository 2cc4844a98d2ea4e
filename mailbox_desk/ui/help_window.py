"""The help: a search and the pages at the left, the page at the right. A window of its own beside the desk's."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.help_page import HelpLibrary, HelpPage
from mailbox_desk.ui.help_browser import HelpBrowser
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, carded, label, row_of
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from mailbox_desk.wording.help_search import HelpSearch

_PAGE: Final = Qt.ItemDataRole.UserRole
_LONGEST_QUESTION: Final = 500
_SIDE_BY_SIDE: Final = 640
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class HelpWindow(QWidget):
    """Give it no parent: a dialog that blocks the desk's window would block its children too.
    `paste_wanted`: the person has an error at hand and would rather paste it."""

    paste_wanted = Signal()

    def __init__(self, theme: Theme, words: Wording, pages: HelpLibrary, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._words, self._library = words, pages
        self._search_in = HelpSearch(pages)
        self._small_font = theme.small_font
        self._search, self._list = _SearchField(), QListWidget()
        self._browser = HelpBrowser(pages, theme)
        self._nothing = label(words.text("help.nothing_found"), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setMargin(MEASURES.gap_m)
        self._back = button(words.text("help.back"), self._browser.backward)
        self._forward = button(words.text("help.forward"), self._browser.forward)
        self.setWindowTitle(words.text("help.title"))
        self.setWindowIcon(theme.icons.program())
        self._build()
        self._connect()
        self._list_pages("")
        self._browser.open_page(pages.pages[0].id if pages.pages else "")

    def show_page(self, page_id: str) -> None:
        """Come forward with this page; without it where there is none."""
        self._search.clear()
        self._browser.open_page(page_id)
        self.show()
        self.raise_()
        self.activateWindow()
        self._browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_cause(self, cause: Cause) -> None:
        """Come forward with the page of this cause."""
        page = self._library.of_cause(cause)
        self.show_page(page.id if page is not None else "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        beside = self.width() >= _SIDE_BY_SIDE
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._splitter.orientation() is not wanted:
            self._splitter.setOrientation(wanted)
            self._splitter.setSizes([MEASURES.help_list, MEASURES.help_text])
        if self._list.currentItem() is not None:
            self._list.scrollToItem(self._list.currentItem())

    def minimumSizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(480, 360)

    # -- how it is built

    def _build(self) -> None:
        words = self._words
        self._search.setPlaceholderText(words.text("help.search_hint"))
        self._search.setAccessibleName(words.text("help.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setMaxLength(_LONGEST_QUESTION)
        self._list.setAccessibleName(words.text("help.pages"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumHeight(3 * MEASURES.line_row)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._browser.setAccessibleName(words.text("help.page"))
        self._paste: QPushButton = button(words.text("help.paste"), self.paste_wanted.emit)
        self._splitter = splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(_column(self._search, carded(self._list, self._nothing), self._paste))
        splitter.addWidget(_column(_strip(self._back, self._forward), carded(self._browser)))
        splitter.setSizes([MEASURES.help_list, MEASURES.help_text])
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setHandleWidth(MEASURES.gap_l)
        splitter.setChildrenCollapsible(False)
        line = QHBoxLayout(self)
        line.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        line.addWidget(splitter)
        self.resize(MEASURES.help_list + MEASURES.help_text + 4 * MEASURES.gap_xl, 720)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._list_pages)
        self._search.stepped.connect(self._step)
        self._search.returnPressed.connect(self._open_best)
        self._list.currentItemChanged.connect(lambda item, _before: self._open(item))
        self._browser.page_shown.connect(self._mark)
        for told, way in (
            (self._browser.backwardAvailable, self._back),
            (self._browser.forwardAvailable, self._forward),
        ):
            way.setEnabled(False)
            told.connect(way.setEnabled)
        shortcuts = {
            "Ctrl+F": self._begin_search,
            "Esc": self.close,
            "Alt+Left": self._browser.backward,
            "Alt+Right": self._browser.forward,
        }
        for keys, act in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # -- what it does

    def _list_pages(self, asked: str) -> None:
        found = self._search_in.found(asked)
        self._list.blockSignals(True)
        self._list.clear()
        if asked.strip():
            self._add_pages(found)
        else:
            for section, pages in groupby(found, key=lambda page: page.section):
                self._add_heading(self._words.text(f"help.section.{section}"))
                self._add_pages(pages)
        self._list.blockSignals(False)
        self._nothing.setVisible(not found)
        self._list.setVisible(bool(found))
        self._mark(self._browser.page_id)

    def _add_pages(self, pages: Iterable[HelpPage]) -> None:
        for page in pages:
            item = QListWidgetItem(page.title)
            item.setToolTip(page.title)
            item.setData(_PAGE, page.id)
            self._list.addItem(item)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(self._small_font)
        self._list.addItem(item)

    def _open(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._browser.open_page(item.data(_PAGE))

    def _open_best(self) -> None:
        """Enter in the search: the page that is marked, else the first that was found."""
        if self._list.currentItem() is None:
            self._step(1)
        self._browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, way: int) -> None:
        row = self._list.currentRow() + way
        while 0 <= row < self._list.count() and self._list.item(row).data(_PAGE) is None:
            row += way  # over a heading
        if 0 <= row < self._list.count():
            self._list.setCurrentRow(row)

    def _mark(self, page_id: str) -> None:
        """Show in the list which page is read; none where the search has not found it."""
        items = (self._list.item(row) for row in range(self._list.count()))
        item = next((each for each in items if each.data(_PAGE) == page_id), None)
        self._list.blockSignals(True)
        if item is None:
            self._list.setCurrentRow(-1)
        else:
            self._list.setCurrentItem(item)
        self._list.blockSignals(False)

    def _begin_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()


class _SearchField(QLineEdit):
    """`stepped` is +1 or -1: the arrow keys move in the list while one goes on typing."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


def _column(*parts: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(MEASURES.gap_m)
    for part in parts:
        column.addWidget(part)
    return holder


def _strip(*parts: QWidget) -> QWidget:
    strip = QWidget()
    line = row_of(*parts)
    line.setContentsMargins(0, 0, 0, 0)
    strip.setLayout(line)
    return strip
