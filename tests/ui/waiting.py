"""Waiting for something to come true inside a test's coroutine, where qtbot's own waiting may not be used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


async def until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Return once `holds()`; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.005)
