from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from mailbox_desk.ui.collector import Collector
from tests.ui.waiting import until


class Ring:
    """Garbage that only the cycle collector can take away; it writes down on which thread that happened."""

    ended_on: list[str]

    def __init__(self, ended_on: list[str]) -> None:
        self.ended_on = ended_on
        self.itself = self

    def __del__(self) -> None:
        self.ended_on.append(threading.current_thread().name)


def litter(ended_on: list[str], count: int = 5000) -> None:
    """More garbage than the collector's thresholds allow, made on another thread."""

    def work() -> None:
        for _ in range(count):
            Ring(ended_on)

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    was_on = gc.isenabled()
    made = Collector()
    made.start()
    yield made
    made.stop()
    if not was_on:
        gc.disable()


async def test_garbage_of_a_worker_is_taken_away_on_qts_thread(collector: Collector) -> None:
    ended_on: list[str] = []
    litter(ended_on)
    await until(lambda: ended_on)
    assert set(ended_on) == {threading.main_thread().name}


async def test_by_itself_python_takes_it_away_on_the_worker(collector: Collector) -> None:
    collector.stop()
    ended_on: list[str] = []
    litter(ended_on)
    assert "worker" in ended_on


async def test_nothing_is_collected_before_it_is_due(collector: Collector) -> None:
    gc.collect()
    told: list[str] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        told.append(phase)

    gc.callbacks.append(note)
    try:
        collector.look()
    finally:
        gc.callbacks.remove(note)
    await asyncio.sleep(0)
    assert told == []


async def test_while_the_desk_fills_what_stays_is_put_aside_early(collector: Collector) -> None:
    collector._timer.stop()
    before, kept = gc.get_freeze_count(), []
    for _ in range(15):  # more young collections than the middle one waits for, none of them full
        kept.append([[each] for each in range(2000)])
        collector.look()
    assert gc.get_freeze_count() - before > 15_000
    assert kept
