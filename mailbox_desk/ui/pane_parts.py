"""The pane's own small widgets: badge, the server's words with their copy button, link, lines in columns, steps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.ui.look import MEASURES, Shape, StatusLook, Tone
from mailbox_desk.ui.pane_story import CheckedHalf
from mailbox_desk.ui.parts import breakable, code_label, label
from mailbox_desk.ui.picture import Picture
from mailbox_desk.ui.provider_pages import Link
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

LONGEST_WORD = 26  # characters; longer words of servers and addresses may break, so that none widens the pane
_ROUNDING = 3  # pixels that a text may need beyond its own measure
_TOLD_MS = 1600  # how long a button says that it copied


class Badge(QFrame):
    """Whose move, and how sure: shape, colour and words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("badge")
        self._picture = Picture(theme, Shape.DISC, Tone.GREY, size=MEASURES.icon - 2)
        self._text = label(wraps=False)
        line = QHBoxLayout(self)
        line.setContentsMargins(MEASURES.gap_m, MEASURES.gap_s, MEASURES.gap_m + 1, MEASURES.gap_s)
        line.setSpacing(MEASURES.gap_m - 2)
        line.addWidget(self._picture)
        line.addWidget(self._text)

    def say(self, text: str, look: StatusLook) -> None:
        self._text.setText(text)
        self._picture.show_as(look.shape, look.tone)
        if self.property("tone") != look.tone.value:
            self.setProperty("tone", look.tone.value)
            for each in (self, self._text):
                each.style().unpolish(each)
                each.style().polish(each)


class CopyButton(QPushButton):
    """Puts one text on the clipboard and says so for a moment. The text is asked for at the press."""

    copied = Signal(str)

    def __init__(self, words: Wording, key: str, spoken: str = "") -> None:
        super().__init__(words.text(key))
        self._said, self._done = words.text(key), words.text("pane.copied")
        self._text = ""
        self.setAccessibleName(words.text(spoken) if spoken else self._said)
        self.setAutoDefault(False)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_TOLD_MS)
        self._back.timeout.connect(lambda: self.setText(self._said))
        self.clicked.connect(lambda: self.copy(self._text))

    def hold(self, text: str) -> None:
        self._text = text

    def copy(self, text: str) -> None:
        if text:
            QApplication.clipboard().setText(text)
            self.setText(self._done)
            self._back.start()
            self.copied.emit(text)


class LinkButton(QPushButton):
    """Looks like a link, and is reached by keys like a button. It is cut short where there is no room for it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self._whole = text
        self.setAccessibleName(text)
        self.setProperty("link", True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        self._whole = text
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        width = self.fontMetrics().horizontalAdvance(self._whole) + self._frame + _ROUNDING
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(60, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        room = self.width() - self._frame
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room))

    @property
    def _frame(self) -> int:
        """What the style puts around the text, in pixels."""
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())


class PageLink(LinkButton):
    """A page of the provider; it opens in the browser, and only where a person clicked it."""

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._link: Link | None = None
        self.clicked.connect(self._open)
        self.hide()

    def lead_to(self, link: Link | None) -> None:
        self._link = link
        if link is not None:
            self.say(self._words.text(f"pane.link.{link.page.value}", provider=link.provider))
            self.setToolTip(link.url)
        self.setVisible(link is not None)

    def _open(self) -> None:
        if self._link is not None:
            open_outside(QUrl(self._link.url))


class ServerWords(QWidget):
    """What was said, word for word, under a heading that tells by whom, and a button that copies just that."""

    copied = Signal(str)

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._line = code_label(theme)
        self._copy = CopyButton(words, "pane.copy", "pane.copy_line")
        self._copy.setProperty("link", True)
        self._copy.copied.connect(self.copied)
        heading = QHBoxLayout()
        self._heading = label(words.text("ui.pane.server"), "section")
        heading.addWidget(self._heading, 1)
        heading.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addLayout(heading)
        column.addWidget(self._line)

    def say(self, line: str, heading: str) -> None:
        self._heading.setText(heading)
        self._line.setText(breakable(line, LONGEST_WORD))
        self._copy.hold(line)
        self.setVisible(bool(line))


class Lines(QWidget):
    """Two columns, a narrow quiet one and a wide one. Lines are kept and reused: news change one or two of them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._said: tuple[tuple[str, str], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(MEASURES.gap_l)
        self._grid.setVerticalSpacing(MEASURES.gap_s)
        self._grid.setColumnStretch(1, 1)

    def say(self, lines: Sequence[tuple[str, str]]) -> None:
        if tuple(lines) == self._said:
            return
        self._said = tuple(lines)
        while len(self._rows) < len(lines):
            made = (label(role="muted", wraps=False), label())
            self._grid.addWidget(made[0], len(self._rows), 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(made[1], len(self._rows), 1)
            self._rows.append(made)
        for place, row in enumerate(self._rows):
            for side, each in enumerate(row):
                if place < len(lines):
                    each.setText(lines[place][side])
                each.setVisible(place < len(lines))


class StepTable(QWidget):
    """The steps of the last check of both halves: a sign, the step, milliseconds, and what was noted."""

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._halves: tuple[CheckedHalf, ...] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(MEASURES.gap_xl, 0, 0, 0)
        self._grid.setHorizontalSpacing(MEASURES.gap_m)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def say(self, halves: tuple[CheckedHalf, ...]) -> None:
        if halves == self._halves:
            return
        self._halves = halves
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        line = 0
        for half in halves:
            line = self._add_half(half, line)
        if line == 0:
            self._grid.addWidget(label(self._words.text("ui.pane.steps_none"), "muted"), 0, 0, 1, 3)

    def _add_half(self, half: CheckedHalf, line: int) -> int:
        words = self._words
        name = words.text(f"ui.half.{half.result.half.value}")
        when = words.text("pane.steps.at", clock=half.when) if half.when else ""
        heading = label(f"{name} · {when}" if when else name, "section")
        heading.setContentsMargins(0, MEASURES.gap_m if line else 0, 0, 0)
        self._grid.addWidget(heading, line, 0, 1, 3)
        for step in half.result.steps:
            line += 1
            shape, tone = (Shape.TICK, Tone.GREEN) if step.passed else (Shape.CROSS, Tone.RED)
            says = words.text("try.step.passed" if step.passed else "try.step.failed", step=words.step_name(step.step))
            took = words.text("ui.milliseconds", count=f"{step.milliseconds:.0f}")
            self._grid.addWidget(Picture(self._theme, shape, tone, says, 12), line, 0)
            self._grid.addWidget(label(words.step_name(step.step), wraps=False), line, 1)
            self._grid.addWidget(label(took, "muted", wraps=False), line, 2, Qt.AlignmentFlag.AlignRight)
            if step.note:
                line += 1
                self._grid.addWidget(label(breakable(step.note[:200]), "muted"), line, 1, 1, 2)
        return line + 1


def open_outside(url: QUrl) -> None:
    """A link opens in the browser, and only where a person clicked it."""
    if url.scheme() in ("https", "http", "mailto"):
        QDesktopServices.openUrl(url)


def set_small(document: QTextDocument) -> None:
    """A help page for a narrow column: headings little larger than the text, some air between paragraphs."""
    document.setIndentWidth(MEASURES.gap_l)
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        cursor.setPosition(block.position())
        room = QTextBlockFormat()
        room.setTopMargin(MEASURES.gap_l if level > 1 else MEASURES.gap_s)
        cursor.mergeBlockFormat(room)
        if level:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            bold = QTextCharFormat()
            bold.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 1 if level == 1 else 0)
            bold.setFontWeight(QFont.Weight.DemiBold)
            cursor.mergeCharFormat(bold)
        block = block.next()
