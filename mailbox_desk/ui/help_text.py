"""Gives a Markdown text the look of the house: Qt's own headings are huge, and Markdown brings no style sheet along."""

from __future__ import annotations

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextTable,
    QTextTableFormat,
)

from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.style import Theme


def dress(document: QTextDocument, theme: Theme) -> None:
    """To be called after each `setMarkdown`: headings, distances, lists and tables."""
    document.setDocumentMargin(MEASURES.gap_xl)
    document.setIndentWidth(MEASURES.gap_xl + MEASURES.gap_m)
    block = document.begin()
    while block.isValid():
        _dress_block(block, theme)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, theme)


def _dress_block(block: QTextBlock, theme: Theme) -> None:
    level, items = block.blockFormat().headingLevel(), _list_of(block)
    cursor = QTextCursor(block)
    layout = QTextBlockFormat()
    layout.setLineHeight(MEASURES.help_line, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    above, below = MEASURES.gap_s, MEASURES.gap_m
    if level:
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        letters = QTextCharFormat()
        letters.setFont(theme.title_font if level == 1 else _bold(theme.text_font))
        cursor.setCharFormat(letters)
        above, below = (0, MEASURES.gap_m) if level == 1 else (MEASURES.gap_xl, MEASURES.gap_s)
    elif items is not None:
        above, below = MEASURES.gap_s if items.itemNumber(block) == 0 else 0, MEASURES.gap_s
    elif cursor.currentTable() is not None:
        above, below = 0, 0
    layout.setTopMargin(above)
    layout.setBottomMargin(below)
    cursor.mergeBlockFormat(layout)


def _dress_table(table: QTextTable, theme: Theme) -> None:
    look = QTextTableFormat(table.format())
    look.setBorder(1)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderBrush(QColor(theme.palette.line))
    look.setBorderCollapse(True)
    look.setCellPadding(MEASURES.gap_s + 1)
    look.setTopMargin(MEASURES.gap_s)
    look.setBottomMargin(MEASURES.gap_m)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(look)


def _list_of(block: QTextBlock) -> QTextList | None:
    """The list that the block is an item of."""
    return block.textList()


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
