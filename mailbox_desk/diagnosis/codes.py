"""The numbers and code words that a text carries: response codes, SMTP and enhanced codes. Pure."""

from __future__ import annotations

import re
from typing import Final

_RESPONSE_CODE: Final = re.compile(r"\[([A-Z][A-Z/-]{3,30})(?:[ \]])", re.IGNORECASE)
_DEBUGGED_CODE: Final = re.compile(r"(?:textcode|responsecode|code): '?(?:some\()?([A-Za-z]{4,30})\b", re.IGNORECASE)
_SMTP_CODE: Final = re.compile(r"(?:^|[^\w.:/=-]|code[:=\" ]{1,3})([2-5][0-5]\d)(?=[ \-,:'\"\]})]|$)")
_ENHANCED_CODE: Final = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w.]|\.\d)")
_ENTRA_CODE: Final = re.compile(r"\bAADSTS(\d{4,8})\b", re.IGNORECASE)
_LISTED_CODES: Final = re.compile(r"error_codes\W{1,6}(\d{4,8})", re.IGNORECASE)


def codes_in(text: str) -> frozenset[str]:
    """Every code the text carries, in upper case: "LIMIT", "535", "5.7.8", "535 5.7.8", "AADSTS50076"."""
    words = [found.upper() for pattern in (_RESPONSE_CODE, _DEBUGGED_CODE) for found in pattern.findall(text)]
    numbers = _SMTP_CODE.findall(text[:400])[:2]
    enhanced = _ENHANCED_CODE.findall(text)[:6]
    pairs = [f"{number} {status}" for number in numbers[:1] for status in enhanced[:1]]
    entra = [f"AADSTS{number}" for pattern in (_ENTRA_CODE, _LISTED_CODES) for number in pattern.findall(text)]
    return frozenset([*words, *numbers, *enhanced, *pairs, *entra])


def spelt(code: str) -> frozenset[str]:
    """A code as the adapter read it, whole and in its parts."""
    return frozenset({code.upper(), *code.upper().split()} - {""})
