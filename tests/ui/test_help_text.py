from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextDocument, QTextTable

from mailbox_desk.ui.help_text import dress
from mailbox_desk.ui.style import Theme

MARKDOWN = "# Title\n\nWords [link](x.md).\n\n## Part\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.\n"


def dressed(theme: Theme) -> QTextDocument:
    document = QTextDocument()
    document.setMarkdown(MARKDOWN)
    dress(document, theme)
    return document


def block(document: QTextDocument, text: str) -> QTextBlock:
    each = document.begin()
    while each.text() != text:
        each = each.next()
        assert each.isValid(), text
    return each


def test_headings_have_the_sizes_of_the_house(theme: Theme) -> None:
    document = dressed(theme)
    sizes = {
        text: block(document, text).begin().fragment().charFormat().font().pixelSize() for text in ("Title", "Part")
    }
    assert sizes == {"Title": theme.title_font.pixelSize(), "Part": theme.text_font.pixelSize()}


def test_a_heading_keeps_its_distance_and_the_line_before_it_keeps_its_own(theme: Theme) -> None:
    document = dressed(theme)
    assert block(document, "Part").blockFormat().topMargin() > block(document, "Title").blockFormat().topMargin()
    assert block(document, "two").blockFormat().topMargin() == 0


def test_tables_fill_the_width_with_lines_of_the_theme(theme: Theme) -> None:
    document = dressed(theme)
    tables = [each for each in document.rootFrame().childFrames() if isinstance(each, QTextTable)]
    assert len(tables) == 1
    look = tables[0].format().toTableFormat()
    assert look.borderBrush().color().name() == theme.palette.line
    assert look.width().rawValue() == 100


def test_the_words_stay_as_they_were(theme: Theme) -> None:
    plain = QTextDocument()
    plain.setMarkdown(MARKDOWN)
    assert dressed(theme).toPlainText() == plain.toPlainText()
    assert dressed(theme).toHtml().count('href="x.md"') == 1
