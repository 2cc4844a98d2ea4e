"""How late the loop comes."""

from __future__ import annotations

import asyncio
import time

from mailbox_desk.engine.lateness import Lateness
from mailbox_desk.model.gauges import Latenesses


def test_the_last_hour_is_summed_up() -> None:
    lateness = Lateness()
    assert lateness.summary() == Latenesses()
    for number in range(1, 101):
        lateness.note(number / 1000)
    lateness.note(7200.0)  # it slept
    assert lateness.summary() == Latenesses(0.05, 0.099, 0.1)
    for _ in range(3600):
        lateness.note(0.0)
    assert lateness.summary() == Latenesses(0.0, 0.0, 0.0)


async def test_a_loop_that_was_held_up_is_seen() -> None:
    lateness = Lateness()
    looking = asyncio.ensure_future(lateness.run())
    await asyncio.sleep(0.9)
    time.sleep(0.4)  # noqa: ASYNC251  this is the fault
    await asyncio.sleep(0.05)
    looking.cancel()
    assert 0.2 < lateness.summary().worst < 0.6
