"""Keeps free text of a CSV from being run as a formula by the spreadsheet program that opens it (OWASP, "CSV
Injection", read 2026), and takes the guard off again. Pure.

Only name, tags and note are guarded. Addresses, servers, user names and ports are what the file is for: with a mark
before them the program that reads it would sign in with the wrong ones.
"""

from __future__ import annotations

import re
from typing import Final

_GUARD: Final = "'"
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")  # a mark of the text's own before it takes one too, to come back whole


def guarded(text: str) -> str:
    """The text with a mark before it where a spreadsheet program would run it."""
    return _GUARD + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith(_GUARD) and _FORMULA.match(text) else text
