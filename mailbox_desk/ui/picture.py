"""One shape as a widget, drawn again when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.style import Theme


class Picture(QLabel):
    """One shape in one tone; it follows the theme. `says` is read aloud."""

    def __init__(self, theme: Theme, shape: Shape, tone: Tone, says: str = "", size: int = MEASURES.icon) -> None:
        super().__init__()
        self._theme, self._drawn, self._size = theme, (shape, tone), size
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName(says)
        theme.changed.connect(self._draw)
        self._draw()

    def show_as(self, shape: Shape, tone: Tone, says: str = "") -> None:
        if self._drawn != (shape, tone):
            self._drawn = (shape, tone)
            self._draw()
        self.setAccessibleName(says)

    def _draw(self) -> None:
        self.setPixmap(self._theme.icons.pixmap(*self._drawn, self._size, self.devicePixelRatioF()))
