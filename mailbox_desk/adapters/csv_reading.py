"""The bytes of a CSV file as rows of cells: encoding, separator, line numbers. It knows nothing of mailboxes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST_ROW_LINES: Final = 50
_SEPARATOR_LINE: Final = "sep="

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header`: the headings as they stand, [] where there are none; `lines`: all of the file, `below` the number of
    those up to the header's end. `encoding` and `separator` say what was recognised."""

    header: Cells
    lines: tuple[str, ...]
    below: int
    encoding: str
    separator: str

    def rows(self) -> Iterator[tuple[int, Cells | csv.Error]]:
        """The rows below the header."""
        return _each_row(self.lines, self.below, self.separator)


def read_sheet(content: bytes) -> Sheet:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252; commas, semicolons or tabs, as the first line
    shows, or as a line `sep=;` before it says (a spreadsheet program's own way)."""
    text, encoding = _decoded(content)
    lines = tuple(io.StringIO(text, newline=None))
    top = next((place for place, line in enumerate(lines) if line.strip()), 0)
    first_line = lines[top] if lines else ""
    separator = max(SEPARATORS, key=first_line.count)
    said = first_line.strip().lower()
    if said.startswith(_SEPARATOR_LINE) and first_line.strip()[len(_SEPARATOR_LINE) :] in (",", ";", ""):
        separator, top = first_line.strip()[len(_SEPARATOR_LINE) :] or "\t", top + 1
    for line_number, row in _each_row(lines, top, separator):
        header = [] if isinstance(row, csv.Error) else row
        return Sheet(header, lines, line_number - 1 + _height(lines, line_number, separator), encoding, separator)
    return Sheet([], lines, len(lines), encoding, separator)


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf_16"
    try:
        return content.decode("utf-8-sig"), "utf_8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "windows_1252"
    except UnicodeDecodeError:  # five bytes stand for nothing there
        return content.decode("latin-1"), "windows_1252"


def _each_row(lines: tuple[str, ...], start: int, separator: str) -> Iterator[tuple[int, Cells | csv.Error]]:
    """Rows that hold anything, each with the number of its first line. A row that csv can't read is its error, and
    reading goes on at the next line: a quote left open must not swallow the rows below it."""
    at = start
    while at < len(lines):
        row, used = _row_at(lines, at, separator)
        if isinstance(row, csv.Error) or any(cell.strip() for cell in row):
            yield at + 1, row
        at += used


def _height(lines: tuple[str, ...], line_number: int, separator: str) -> int:
    return _row_at(lines, line_number - 1, separator)[1]


def _row_at(lines: tuple[str, ...], at: int, separator: str) -> tuple[Cells | csv.Error, int]:
    part = lines[at : at + _LONGEST_ROW_LINES]
    reader = csv.reader(part, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        return error, 1
