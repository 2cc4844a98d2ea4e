"""A password as a person typed, pasted or exported it, and as it is meant. Pure."""

from __future__ import annotations

import re
from typing import Final

LONGEST_PASSWORD: Final = 4096
_INVISIBLE: Final = re.compile("[\r\n\u2028\u2029\u200b\u200c\u200d\u2060\ufeff]")
_APP_PASSWORD: Final = re.compile(r"[a-z]{4}([\s\u00a0][a-z]{4}){3}")  # as Google shows it, blanks not part of it


def as_meant(typed: str, *, exactly: bool) -> str:
    """The password without what pasting brings along: line breaks, invisible characters, blanks around it and the
    blanks inside an app password's four groups. `exactly` leaves all as typed."""
    if exactly:
        return typed
    text = _INVISIBLE.sub("", typed).strip()
    return re.sub(r"\s", "", text) if _APP_PASSWORD.fullmatch(text) else text
