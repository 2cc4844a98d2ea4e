"""The program's icon as pictures, drawn by Qt from the one SVG: PNG for desktops, ICO for Windows. Needs PySide6."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG: Final = Path(__file__).resolve().parents[1] / "icons" / "mailbox_desk.svg"
SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256)  # those of the hicolor theme
_WINDOWS_SIZES: Final = (16, 24, 32, 48, 64, 256)
_HEADER, _ENTRY = struct.Struct("<HHH"), struct.Struct("<BBBBHHII")


def png(size: int) -> bytes:
    """The icon, `size` pixels each way. Raises ValueError where the SVG cannot be read."""
    renderer = QSvgRenderer(str(SVG))
    if not renderer.isValid():
        raise ValueError(f"{SVG} is no picture")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know bytes alone, Qt wants str
    return bytes(held.data())


def ico(pictures: Mapping[int, bytes]) -> bytes:
    """One ICO of PNG pictures by size, which Windows reads since Vista. 256 is written as 0, as the format has it."""
    entries, offset = [], _HEADER.size + _ENTRY.size * len(pictures)
    for size, picture in sorted(pictures.items()):
        entries.append(_ENTRY.pack(size % 256, size % 256, 0, 0, 1, 32, len(picture), offset))
        offset += len(picture)
    return b"".join([_HEADER.pack(0, 1, len(pictures)), *entries, *(pictures[size] for size in sorted(pictures))])


def write_windows_icon(folder: Path) -> Path:
    """What Windows shows for the program, written into `folder`."""
    file = folder / "mailbox-desk.ico"
    file.write_bytes(ico({size: png(size) for size in _WINDOWS_SIZES}))
    return file
