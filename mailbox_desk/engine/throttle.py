"""A provider that throttles one mailbox will throttle the next: all of its rounds slow down for a while.

Pure bookkeeping, empty at every start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EASES_AFTER: Final = 1800.0
"""Seconds without a word of throttling after which the rounds get quicker by one level."""

_ONE_BURST: Final = 60.0  # what is heard within this many seconds is one and the same throttling
_HIGHEST: Final = 3


@dataclass(frozen=True, slots=True)
class _Level:
    level: int
    at: float


class Throttle:
    """Times are seconds of a clock that never goes back; providers are named by any text."""

    def __init__(self) -> None:
        self._levels: dict[str, _Level] = {}

    def throttled(self, provider: str, now: float) -> None:
        """A mailbox of this provider was told to come less often."""
        known = self._levels.get(provider)
        if known is not None and now - known.at < _ONE_BURST:
            return
        self._levels[provider] = _Level(min(_HIGHEST, self._level(provider, now) + 1), now)

    def factor(self, provider: str, now: float) -> float:
        """By how much longer the rounds of this provider's mailboxes take now: 1, 2, 4 or 8."""
        return 2.0 ** self._level(provider, now)

    def _level(self, provider: str, now: float) -> int:
        known = self._levels.get(provider)
        if known is None:
            return 0
        level = known.level - int((now - known.at) // EASES_AFTER)
        if level <= 0:
            del self._levels[provider]
            return 0
        return level
