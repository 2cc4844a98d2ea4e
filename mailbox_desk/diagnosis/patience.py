"""How long a server asks us to wait, read out of its own words. Pure; garbage names no time, and no time is believed
that is shorter than a second or longer than a day.

Seen in the field: Exchange "Suggested Backoff Time: 299910 milliseconds" (EWS and IMAP throttling), "[UNAVAILABLE] ...
try again in 5 minutes", "Please try again later in 60 seconds", Retry-After as seconds or as a date (RFC 9110 section
10.2.3). Entra's lock (AADSTS50053) lasts "one minute at first, and longer in subsequent attempts", by how much is not
told (entra-docs, docs/identity/authentication/howto-password-smart-lockout.md, at commit 045eaeb4, read 2026-11-24).
The quarter of an hour is our own choice, long enough that our next try does not lengthen a short lock.
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

SHORTEST: Final = 1.0
LONGEST: Final = 24 * 3600.0

_LOOKED_AT: Final = 4000  # characters: a wait stands in a line, not deep in a page
_UNITS: Final = (
    r"(milliseconds?|millis|msecs?|ms|seconds?|secs?|sekunden?|s|minutes?|mins?|minuten?|hours?|hrs?|stunden?|h)\b"
)
_CUE: Final = (
    r"(?:back-?off(?: time)?|try (?:(?:it|this|logging in|to log ?in|signing in) )?(?:again|later)|retry(?:[- ]after)?"
    r"|wait|unavailable for|locked for|locked out for|blocked for|available again|versuchen sie|warten|bitte)"
)
_NAMED: Final = re.compile(rf"\b{_CUE}\b[^0-9\n]{{0,40}}(?<![\d.,])(\d{{1,9}})(?:\.\d+)?\s{{0,2}}{_UNITS}")
_BEFORE: Final = re.compile(
    rf"(?<![\d.,])(\d{{1,9}})\s{{0,2}}{_UNITS}[^\n.]{{0,30}}\b(?:before (?:trying|retrying|you try)|remaining|left)\b"
)
_IN_WORDS: Final = re.compile(rf"\b{_CUE}\b[^0-9\n]{{0,30}}\b(?:a|an|one|half an|a few) ({_UNITS[1:-3]})\b")
_HEADER: Final = re.compile(r"\bretry-after\s{0,3}[:=]\s{0,3}(?:(\d{1,9})(?![\d:])|([a-z]{3}, [\w :]{10,30}gmt))")
_LOCKED_OUT: Final = re.compile(r"\baadsts50053\b|error_codes\W{1,6}50053\b")
_QUARTER_OF_AN_HOUR: Final = 900.0
_A_FEW: Final = 5.0

_SECONDS: Final = (("mil", 0.001), ("ms", 0.001), ("mi", 60.0), ("h", 3600.0), ("st", 3600.0), ("s", 1.0))


def asked_wait(text: str, now: float | None = None) -> float | None:
    """Seconds that the server asks us to wait, from 1 second to 24 hours; None where it names no time.

    `text`: its words, secrets blotted out. `now`: seconds since 1970 UTC, for a date in Retry-After.
    """
    words = text[:_LOOKED_AT].lower()
    seconds = _by_header(words, now)
    for pattern in (_NAMED, _BEFORE):
        if seconds is None and (found := pattern.search(words)) is not None:
            seconds = int(found[1]) * _unit(found[2])
    if seconds is None and (found := _IN_WORDS.search(words)) is not None:
        seconds = _worded(found[0], _unit(found[1]))
    return None if seconds is None or seconds <= 0 else min(max(seconds, SHORTEST), LONGEST)


def patience(text: str, now: float | None = None) -> float | None:
    """The wait that is due after this answer: what the server asks for, else what its code is known to take."""
    asked = asked_wait(text, now)
    return _QUARTER_OF_AN_HOUR if asked is None and _LOCKED_OUT.search(text[:_LOOKED_AT].lower()) else asked


def _by_header(words: str, now: float | None) -> float | None:
    found = _HEADER.search(words)
    if found is None:
        return None
    if found[1] is not None:
        unit = re.match(rf"\s{{0,2}}{_UNITS}", words[found.end(1) :])
        return int(found[1]) * (_unit(unit[1]) if unit else 1.0)
    if now is None:
        return None
    try:
        moment = parsedate_to_datetime(found[2])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None  # no date after all


def _unit(word: str) -> float:
    return next(seconds for start, seconds in _SECONDS if word.startswith(start))


def _worded(words: str, unit: float) -> float:
    if "half an" in words:
        return unit / 2
    return unit * (_A_FEW if "a few" in words else 1.0)
