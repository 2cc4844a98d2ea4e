"""Small pieces that several widgets are made of: labels in their roles, folded sections, buttons. No logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.style import Theme


def label(text: str = "", role: str = "", *, wraps: bool = True) -> QLabel:
    """A label that never reads markup: what servers say is shown as it is."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


def code_label(theme: Theme) -> QLabel:
    """A server's words: monospace, and they can be marked and copied."""
    made = label(role="code")
    made.setFont(theme.mono_font)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


def breakable(text: str, longest: int = 40) -> str:
    """The text with invisible places to break in words longer than `longest`, so that no line widens the window."""
    words = (word if len(word) <= longest else "\u200b".join(_chunks(word, longest)) for word in text.split(" "))
    return " ".join(words)


def _chunks(word: str, size: int) -> list[str]:
    return [word[start : start + size] for start in range(0, len(word), size)]


def tinted(made: QLabel, tone: Tone) -> None:
    """Give a badge or note its colour."""
    if made.property("tone") != tone.value:
        made.setProperty("tone", tone.value)
        made.style().unpolish(made)
        made.style().polish(made)


class EnterButton(QPushButton):
    """Enter presses the button that has the focus, not the dialog's default one; elsewhere Enter stays the default's.
    Qt's own way (autoDefault) would make any first button the default."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


def button(text: str, pressed: Callable[[], object], *, bright: bool = False) -> QPushButton:
    made = EnterButton(text)
    made.setProperty("bright", bright)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: pressed())
    return made


def row_of(*widgets: QWidget, stretch: bool = True, gap: int = MEASURES.gap_m) -> QHBoxLayout:
    """Widgets side by side, the free room at their right."""
    line = QHBoxLayout()
    line.setSpacing(gap)
    for widget in widgets:
        line.addWidget(widget)
    if stretch:
        line.addStretch(1)
    return line


def question_box(parent: QWidget, title: str, question: str, explained: str) -> QMessageBox:
    """A question whose buttons the caller adds. It never reads markup, and its margins are those of a dialog."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(explained)
    if (inside := box.layout()) is not None:
        # Qt keeps a column free before the text, even where there is no icon.
        inside.setContentsMargins(0, MEASURES.gap_xl, MEASURES.gap_xl, MEASURES.gap_xl)
    return box


def footer_of(first: QWidget, *rest: QWidget) -> QWidget:
    """The bar at the foot of a dialog; the first takes the free room."""
    footer = QWidget()
    footer.setObjectName("footer")
    footer.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line = row_of(first, *rest, stretch=False)
    line.setStretch(0, 1)
    line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_l)
    footer.setLayout(line)
    return footer


def scrolled(body: QWidget) -> QScrollArea:
    """The body of a dialog, which may be taller than the screen."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidget(body)
    return scroll


def card(*, name: str = "card") -> QFrame:
    frame = QFrame()
    frame.setObjectName(name)
    return frame


class Section(QWidget):
    """A small heading over one thing; hidden while the thing has nothing to say."""

    def __init__(self, heading: str, content: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addWidget(label(heading, "section"))
        column.addWidget(content)


class Bullets(QWidget):
    """Sentences one below the other, each with a dot before it; a second line stands under the first."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[str, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(MEASURES.gap_m)
        self._grid.setVerticalSpacing(MEASURES.gap_s)
        self._grid.setColumnStretch(1, 1)

    def say(self, sentences: Sequence[str]) -> None:
        if tuple(sentences) == self._said:
            return
        self._said = tuple(sentences)
        clear(self._grid)
        for place, sentence in enumerate(sentences):
            self._grid.addWidget(label("•", "muted", wraps=False), place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(label(breakable(sentence)), place, 1)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and away."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Folded(QWidget):
    """A heading that opens and closes what is under it. `opened` is emitted at each opening."""

    opened = Signal()

    def __init__(self, heading: str, content: QWidget, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._content = content
        self._toggle = QToolButton()
        self._toggle.setText(heading)
        self._toggle.setCheckable(True)
        self._toggle.setProperty("fold", True)
        self._toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toggle.setIconSize(QSize(12, 12))
        self._toggle.setAccessibleName(heading)
        self._toggle.toggled.connect(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(content)
        content.setVisible(False)
        theme.changed.connect(self._draw_chevron)
        self._draw_chevron()

    @property
    def is_open(self) -> bool:
        return self._toggle.isChecked()

    def turn(self, *, is_open: bool) -> None:
        """Open or close it."""
        self._toggle.setChecked(is_open)

    def _turn(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self._draw_chevron()
        if is_open:
            self.opened.emit()

    def _draw_chevron(self) -> None:
        shape = Shape.CHEVRON_DOWN if self._toggle.isChecked() else Shape.CHEVRON_RIGHT
        self._toggle.setIcon(self._theme.icons.icon(shape, Tone.MUTED, 12))


def stacked(whole: QWidget, body: QWidget, footer: QWidget) -> None:
    """A dialog's body above its footer, edge to edge."""
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(body, 1)
    column.addWidget(footer)


def carded(*parts: QWidget) -> QFrame:
    """The parts in a card, close to its rim."""
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(*(MEASURES.gap_s,) * 4)
    for part in parts:
        column.addWidget(part, 1)
    return frame
