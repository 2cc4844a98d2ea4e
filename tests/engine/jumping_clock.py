"""A clock that is ours."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

EPOCH = 1_800_000_000.0


class JumpingClock:
    """Stands still until told; then jumps from one sleeper to the next. `busy` keeps it from jumping."""

    def __init__(self, busy: Callable[[], bool] = lambda: False) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._busy = busy
        self.skew = 0.0

    def now(self) -> float:
        return EPOCH + self._now + self.skew

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._count, future))
        await future

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        await self._run_dry()
        while self._busy():
            await asyncio.sleep(0.001)
            await self._run_dry()

    async def _run_dry(self) -> None:
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # no public way to ask a loop for this
        await asyncio.sleep(0)
        while ready:  # noqa: ASYNC110  the loop itself is what we wait for: it has no event
            await asyncio.sleep(0)

    async def pass_by(self, seconds: float) -> None:
        """Let this much time go by, all that is due in it happening in order."""
        end = self._now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self._now = max(self._now, at)
            future.set_result(None)
            await self.settle()
        self._now = end
