"""Who is due when: one heap, one task, one timer for all mailboxes. It calls back; it decides nothing.

It counts on the clock that never goes back, so a clock set wrong neither hurries nor forgets a mailbox.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.engine.ports import Clock

LONGEST_NAP = 30.0
"""Seconds. Short naps bound how long the Qt loop keeps a cancelled timer, and how late a wake from sleep is seen."""


@dataclass(order=True, slots=True)
class Appointment:
    """One entry: `at` in seconds of the monotonic clock."""

    at: float
    number: int
    call: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        self.call = None


class Agenda:
    """Calls each appointment on the loop's thread when its time has come, in the order of their times. `each_turn` is
    called before that, at least once each LONGEST_NAP seconds."""

    def __init__(self, clock: Clock, each_turn: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._each_turn = each_turn
        self._heap: list[Appointment] = []
        self._wake = asyncio.Event()
        self._count = 0

    def after(self, seconds: float, call: Callable[[], None]) -> Appointment:
        """Call `call` in `seconds` (at once where that is zero or less)."""
        self._count += 1
        entry = Appointment(self._clock.monotonic() + max(0.0, seconds), self._count, call)
        heapq.heappush(self._heap, entry)
        if self._heap[0] is entry:
            self._wake.set()
        return entry

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._each_turn()
            self._call_all_due()
            self._wake.clear()
            nap = min(self._heap[0].at - self._clock.monotonic(), LONGEST_NAP) if self._heap else LONGEST_NAP
            await self._nap(max(0.0, nap))

    def _call_all_due(self) -> None:
        while self._heap and (self._heap[0].call is None or self._heap[0].at <= self._clock.monotonic()):
            entry = heapq.heappop(self._heap)
            if entry.call is not None:
                entry.call()

    async def _nap(self, seconds: float) -> None:
        nap = asyncio.ensure_future(self._clock.sleep(seconds))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({nap, wake}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            wake.cancel()
