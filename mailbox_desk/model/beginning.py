"""How a start found its home: what the run before left undone, and what had to be restored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Restored:
    """A damaged store was put aside and a copy took its place. `at`: when the copy was made, in seconds since 1970
    UTC; `aside`: where the damaged one lies."""

    at: float
    aside: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """`broke_off`: when the run before gave its last sign, where it did not end properly (seconds since 1970 UTC)."""

    broke_off: float | None = None
    restored: Restored | None = None
