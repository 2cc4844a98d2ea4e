"""Draws the shapes of resources/icons in a theme's colours, sharp at every scale. Reads those files, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QSize
from PySide6.QtGui import QIcon, QImageReader, QPixmap

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LIGHT, LOOKS, Palette, Shape, Tone

_QUIET: Final = "quiet"


class Icons:
    """Pictures of one theme, kept once drawn: some dozens at most."""

    def __init__(self, folder: Path, palette: Palette) -> None:
        self.folder = folder
        self._palette = palette
        self._drawings: dict[Shape, bytes] = {}
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
        icon, svg = QIcon(), _bytes_of(self.folder / "mailbox_desk.svg")
        for edge in (16, 24, 32, 48, 64, 128):
            icon.addPixmap(_rendered(svg, edge, 1.0))
        return icon

    def tray(self, shown: Shown | None, edge: int) -> QPixmap:
        """The status for a tray, `edge` pixels wide: it stands on light and on dark. None: nothing to say."""
        shape, tone = (LOOKS[shown].shape.value, LOOKS[shown].tone) if shown else (_QUIET, Tone.GREY)
        drawing = _bytes_of(self.folder / f"tray_{shape}.svg")
        return _rendered(drawing.replace(b"currentColor", LIGHT.tone(tone).encode()), edge, 1.0)

    def _draw(self, shape: Shape, colour: str, size: int, ratio: float) -> QPixmap:
        if shape not in self._drawings:
            self._drawings[shape] = _bytes_of(self.folder / f"{shape.value}.svg")
        return _rendered(self._drawings[shape].replace(b"currentColor", colour.encode()), size, ratio)


def _bytes_of(file: Path) -> bytes:
    """A drawing as it ships with the program. Raises FileNotFoundError: a program without its icons is broken."""
    opened = QFile(str(file))
    if not opened.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(str(file))
    try:
        return bytes(opened.readAll().data())
    finally:
        opened.close()


def _rendered(svg: bytes, size: int, ratio: float) -> QPixmap:
    """Drawn by Qt's own SVG plugin: importing QtSvg for it would take a tenth of the whole start."""
    buffer = QBuffer()
    buffer.setData(QByteArray(svg))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"svg"))
    edge = round(size * ratio)
    reader.setScaledSize(QSize(edge, edge))
    pixmap = QPixmap.fromImage(reader.read())
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
