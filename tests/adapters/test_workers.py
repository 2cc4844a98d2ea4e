"""The lanes of threads: work that is there is begun as long as a thread is free or may be started."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator

import pytest

from mailbox_desk.adapters.workers import Lane


@pytest.fixture
def hasty_switches() -> Iterator[None]:
    """Threads take turns as often as can be: what two of them can do to each other happens soon."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


async def test_no_work_waits_behind_a_thread_that_is_just_taking_some(hasty_switches: None) -> None:
    for _ in range(150):
        lane, meeting = Lane("test", 4), threading.Barrier(4, timeout=3)
        await asyncio.gather(*(lane.run(meeting.wait, limit=4) for _ in range(4)))
        lane.close()
