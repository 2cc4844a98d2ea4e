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


async def test_a_thread_that_hangs_is_replaced_and_its_asker_freed() -> None:
    lane, hold, begun = Lane("test", 1, spares=1), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        hold.wait(20)

    hung = asyncio.ensure_future(lane.run(hang, patience=0.05))
    while not begun.is_set():  # noqa: ASYNC110  a thread's begin has no event of this loop
        await asyncio.sleep(0.001)
    behind = asyncio.ensure_future(lane.run(lambda: "served"))
    assert lane.relieve() == 0, "it has some time yet"
    await asyncio.sleep(0.06)
    assert lane.relieve() == 1
    assert lane.relieve() == 0, "it is given up once"
    with pytest.raises(TimeoutError):
        await hung
    assert await asyncio.wait_for(behind, 3) == "served"
    assert lane.alive == 1
    hold.set()
    lane.close()


async def test_without_a_spare_the_asker_is_freed_all_the_same() -> None:
    lane, hold = Lane("test", 1), threading.Event()
    hung = asyncio.ensure_future(lane.run(lambda: hold.wait(20), patience=0.0))
    while not lane.relieve():  # noqa: ASYNC110  until the thread has begun
        await asyncio.sleep(0.001)
    with pytest.raises(TimeoutError):
        await hung
    hold.set()
    assert await asyncio.wait_for(lane.run(lambda: "back"), 3) == "back", "the thread came back to its place"
    lane.close()
