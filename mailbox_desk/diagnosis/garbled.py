"""Bytes that were read in the wrong character set, read again: UTF-8, GBK, Windows-1251. Pure, and careful.

Only runs of characters that can be such bytes are touched, and only where the other reading is plainly a language.
"""

from __future__ import annotations

import re
from typing import Final

_HIGH_BYTES: Final = re.compile(rb"[\x80-\xff]+")
_TWO_CHARACTERS: Final = 4
_CYRILLIC_WORD: Final = re.compile(r"[А-ЯЁ]?[а-яё]{2,}")
_CYRILLIC: Final = re.compile(r"[А-Яа-яЁё]")
_MISREAD_RUN: Final = re.compile(
    r"[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]{2,}"
)
_MOSTLY: Final = 0.8


def reread(text: str) -> str:
    """The text as it was meant."""
    if text.isascii():
        return text
    octets = _octets(text)
    if octets is None:
        return _MISREAD_RUN.sub(lambda run: _as_utf_8(run.group()), text)
    as_utf_8 = _decoded(octets, "utf-8")
    if as_utf_8 is not None:
        return as_utf_8
    as_russian = _decoded(octets, "cp1251")
    if as_russian is not None and _reads_russian(as_russian):
        return as_russian
    as_chinese = _decoded(octets, "gb18030")
    if as_chinese is not None and _comes_in_runs(octets):
        return as_chinese
    return _MISREAD_RUN.sub(lambda run: _as_utf_8(run.group()), text)


def _octets(text: str) -> bytes | None:
    """The bytes that were misread, where every character stands for one."""
    try:
        return text.encode("cp1252" if any(ord(each) > 0xFF for each in text) else "latin-1")
    except UnicodeEncodeError:
        return None


def _decoded(octets: bytes, charset: str) -> str | None:
    try:
        return octets.decode(charset)
    except UnicodeDecodeError:
        return None


def _as_utf_8(run: str) -> str:
    octets = _octets(run)
    return run if octets is None else _decoded(octets, "utf-8") or run


def _comes_in_runs(octets: bytes) -> bool:
    """Latin accents stand alone among ASCII letters; Chinese comes in runs of two bytes a character."""
    runs = [len(run) for run in _HIGH_BYTES.findall(octets)]
    return 2 * sum(run for run in runs if run >= _TWO_CHARACTERS) > sum(runs)


def _reads_russian(text: str) -> bool:
    """Words in small letters with at most one capital before them; GBK read as Russian mixes them wildly."""
    high = sum(not each.isascii() for each in text)
    if not high or len(_CYRILLIC.findall(text)) < _TWO_CHARACTERS:
        return False
    return sum(map(len, _CYRILLIC_WORD.findall(text))) >= _MOSTLY * high
