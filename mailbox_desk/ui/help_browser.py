"""The reading part of the help: one page, its links to others, back and forward. It loads nothing from disk or web."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextBrowser

from mailbox_desk.model.help_page import HelpLibrary
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.style import Theme

_SUFFIX = ".md"


class HelpBrowser(QTextBrowser):
    """`page_shown` carries the id of the page that is shown now."""

    page_shown = Signal(str)

    def __init__(self, library: HelpLibrary, theme: Theme) -> None:
        super().__init__()
        self._library, self._theme = library, theme
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.sourceChanged.connect(self._shown)
        theme.changed.connect(self._dress_anew)

    @property
    def page_id(self) -> str:
        """ "" before the first page."""
        return _page_id(self.source())

    def open_page(self, page_id: str) -> None:
        """Show this page; one that is not there, or is shown already, changes nothing."""
        if page_id != self.page_id and self._library.page(page_id) is not None:
            self.setSource(QUrl(f"{page_id}{_SUFFIX}"), QTextDocument.ResourceType.MarkdownResource)

    def loadResource(self, kind: int, url: QUrl | str) -> str:  # noqa: N802  Qt's name
        """Qt asks for a page, or for a picture that a page names: there are none, and no file is opened for it."""
        page = self._library.page(_page_id(QUrl(url)))
        return page.markdown if page is not None else ""

    def _follow(self, url: QUrl) -> None:
        """Another page is opened here, an address outside in the web browser; only where a person clicked it."""
        if url.isRelative():
            self.open_page(_page_id(url))
        elif url.scheme() == "https":
            QDesktopServices.openUrl(url)

    def _shown(self, url: QUrl) -> None:
        self._dress()
        self.page_shown.emit(_page_id(url))  # `source()` is still the page before

    def _dress_anew(self) -> None:
        """Colours lie in the text itself."""
        place = self.verticalScrollBar().value()
        self.reload()
        self.verticalScrollBar().setValue(place)

    # -- how it looks: Markdown brings no style sheet along

    def _dress(self) -> None:
        document = self.document()
        document.setDocumentMargin(MEASURES.gap_xl)
        document.setIndentWidth(MEASURES.gap_xl + MEASURES.gap_m)
        block = document.begin()
        while block.isValid():
            self._dress_block(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)

    def _dress_block(self, block: QTextBlock) -> None:
        level, items = block.blockFormat().headingLevel(), block.textList()
        cursor = QTextCursor(block)
        layout = QTextBlockFormat()
        layout.setLineHeight(MEASURES.help_line, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        above, below = MEASURES.gap_s, MEASURES.gap_m
        if level:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            letters = QTextCharFormat()
            letters.setFont(self._theme.title_font if level == 1 else _bold(self._theme.text_font))
            cursor.setCharFormat(letters)
            above, below = (0, MEASURES.gap_m) if level == 1 else (MEASURES.gap_xl, MEASURES.gap_s)
        elif items is not None:
            above, below = MEASURES.gap_s if items.itemNumber(block) == 0 else 0, MEASURES.gap_s
        elif cursor.currentTable() is not None:
            above, below = 0, 0
        layout.setTopMargin(above)
        layout.setBottomMargin(below)
        cursor.mergeBlockFormat(layout)

    def _dress_table(self, table: QTextTable) -> None:
        look = QTextTableFormat(table.format())
        look.setBorder(1)
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderBrush(QColor(self._theme.palette.line))
        look.setBorderCollapse(True)
        look.setCellPadding(MEASURES.gap_s + 1)
        look.setTopMargin(MEASURES.gap_s)
        look.setBottomMargin(MEASURES.gap_m)
        look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(look)


def _page_id(url: QUrl) -> str:
    return url.path().removesuffix(_SUFFIX)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
