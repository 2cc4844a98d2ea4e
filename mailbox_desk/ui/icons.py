"""Draws the shapes of resources/icons in a theme's colours, sharp at every scale. Reads those files, nothing else."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mailbox_desk.ui.look import Palette, Shape, Tone


class Icons:
    """Pictures of one theme, kept once drawn: some dozens at most."""

    def __init__(self, folder: Path, palette: Palette) -> None:
        self.folder = folder
        self._palette = palette
        self._drawings: dict[Shape, str] = {}
        self._pixmaps: dict[tuple[Shape, str, int, float], QPixmap] = {}

    def use(self, palette: Palette) -> None:
        """Draw in the colours of another theme from now on."""
        self._palette = palette
        self._pixmaps.clear()

    def pixmap(self, shape: Shape, tone: Tone, size: int, ratio: float) -> QPixmap:
        """The shape `size` device-independent pixels wide, drawn for a screen of `ratio` pixels each."""
        return self.tinted(shape, self._palette.tone(tone), size, ratio)

    def tinted(self, shape: Shape, colour: str, size: int, ratio: float) -> QPixmap:
        """The shape in a colour given as #rrggbb."""
        key = (shape, colour, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = self._draw(shape, colour, size, ratio)
        return self._pixmaps[key]

    def icon(self, shape: Shape, tone: Tone, size: int) -> QIcon:
        """The shape for a button or label, at one and two pixels each."""
        icon = QIcon()
        for ratio in (1.0, 2.0):
            icon.addPixmap(self.pixmap(shape, tone, size, ratio))
        return icon

    def program(self) -> QIcon:
        """The picture of the program itself."""
        drawing = QSvgRenderer(str(self.folder / "mailbox_desk.svg"))
        icon = QIcon()
        for edge in (16, 24, 32, 48, 64, 128):
            icon.addPixmap(_rendered(drawing, edge, 1.0))
        return icon

    def _draw(self, shape: Shape, colour: str, size: int, ratio: float) -> QPixmap:
        if shape not in self._drawings:
            self._drawings[shape] = _text_of(self.folder / f"{shape.value}.svg")
        svg = self._drawings[shape].replace("currentColor", colour)
        return _rendered(QSvgRenderer(QByteArray(svg.encode())), size, ratio)


def _text_of(file: Path) -> str:
    """A drawing as it ships with the program. Raises FileNotFoundError: a program without its icons is broken."""
    opened = QFile(str(file))
    if not opened.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(str(file))
    try:
        return bytes(opened.readAll().data()).decode("utf-8")
    finally:
        opened.close()


def _rendered(drawing: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    edge = round(size * ratio)
    pixmap = QPixmap(QSize(edge, edge))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
