"""How late the loop comes: one gentle look a second, kept for an hour. It measures and decides nothing.

It is begun by wiring and not by the engine, for it measures the real loop, not a clock that tests may turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from mailbox_desk.model.gauges import Latenesses

EVERY: Final = 1.0
_KEPT: Final = 3600
_SLEPT: Final = 60.0
"""Seconds beyond which a look did not come late: the computer slept, or the process was stopped."""


class Lateness:
    """Latenesses in seconds of the last hour."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=_KEPT)

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            self.note(loop.time() - due)

    def note(self, seconds: float) -> None:
        """A look came this late."""
        if seconds < _SLEPT:
            self._seen.append(max(0.0, seconds))

    def summary(self) -> Latenesses:
        """Of the last hour; zeros before the first look."""
        if not self._seen:
            return Latenesses()
        ranked = sorted(self._seen)
        return Latenesses(ranked[(len(ranked) - 1) // 2], ranked[(len(ranked) - 1) * 99 // 100], ranked[-1])
