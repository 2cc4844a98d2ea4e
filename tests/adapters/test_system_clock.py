from __future__ import annotations

import time

from mailbox_desk.adapters.system_clock import SystemClock


async def test_it_tells_the_time_and_waits() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 1
    began = clock.monotonic()
    await clock.sleep(0.02)
    assert 0.02 <= clock.monotonic() - began < 2
    await clock.sleep(-5)
    assert clock.monotonic() - began < 2
