"""The computer's clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Wall time in seconds since 1970 UTC, a clock that never goes back, and waiting."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
