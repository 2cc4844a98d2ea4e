"""How long checks take, counted in fixed steps, so that months of them need no more room than one. It only counts."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import Final

from mailbox_desk.model.gauges import CheckSeconds
from mailbox_desk.model.verdict import Half

BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)


class CheckTimes:
    """Since the start of the desk, each half by itself."""

    def __init__(self) -> None:
        self._counts = {half: [0] * (len(BOUNDS) + 1) for half in Half}
        self._totals = dict.fromkeys(Half, 0.0)

    def note(self, half: Half, seconds: float) -> None:
        """A check of this half took so long."""
        self._counts[half][bisect_left(BOUNDS, seconds)] += 1
        self._totals[half] += seconds

    def of(self, half: Half) -> CheckSeconds:
        counts = self._counts[half]
        return CheckSeconds(sum(counts), self._totals[half], tuple(zip(BOUNDS, accumulate(counts), strict=False)))
