from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.bridge import LEAST, MOST, MOST_IN_SIGHT, PASSES, REST_MS, Bridge, fitted
from mailbox_desk.ui.mailbox_model import MailboxModel
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, rows, snapshot
from tests.ui.waiting import until

Batch = tuple[Snapshot | Gone, ...]


async def test_a_burst_becomes_one_pass_with_the_newest_of_each(bridge: Bridge, engine: FakeEngine) -> None:
    batches: list[Batch] = []
    bridge.news.connect(batches.append)
    for version in range(1, 21):
        for name in ("a", "b"):
            engine.board.publish(snapshot(name, version=version, age=version))
    await until(lambda: batches)
    assert len(batches) == 1
    assert [(each.id, each.version) for each in batches[0] if isinstance(each, Snapshot)] == [("a", 20), ("b", 20)]


async def test_what_is_gone_stays_gone(bridge: Bridge, engine: FakeEngine) -> None:
    batches: list[Batch] = []
    bridge.news.connect(batches.append)
    engine.board.publish(snapshot("a"))
    engine.board.withdraw(MailboxId("a"))
    await until(lambda: batches)
    assert batches == [(Gone(MailboxId("a")),)]


async def test_a_flood_is_passed_on_in_bounded_passes(bridge: Bridge, engine: FakeEngine) -> None:
    batches: list[Batch] = []
    bridge.news.connect(batches.append)
    for number in range(3 * MOST + 1):
        engine.board.publish(snapshot(str(number)))
    await until(lambda: sum(map(len, batches)) == 3 * MOST + 1)
    assert max(map(len, batches)) <= LEAST


def test_passes_are_longer_where_very_many_wait_and_never_too_long() -> None:
    assert fitted(1) == fitted(LEAST * PASSES) == LEAST
    assert fitted(32 * PASSES) == 32
    assert fitted(100_000) == MOST


async def test_what_is_in_sight_comes_first(bridge: Bridge, engine: FakeEngine) -> None:
    batches: list[Batch] = []
    bridge.news.connect(batches.append)
    bridge.prefer([MailboxId("90"), MailboxId("91")])
    for number in range(100):
        engine.board.publish(snapshot(str(number)))
    await until(lambda: batches)
    assert [each.id for each in batches[0]][:3] == ["90", "91", "0"]


async def test_an_errors_wish_is_told_and_never_lost(bridge: Bridge) -> None:
    async def fails() -> None:
        raise OSError("disk full")

    async def works() -> None:
        return None

    told: list[BaseException] = []
    own: list[BaseException] = []
    done: list[str] = []
    bridge.failed.connect(told.append)
    bridge.wish(fails())
    bridge.wish(fails(), None, own.append)
    bridge.wish(works(), lambda: done.append("then"))
    await until(lambda: told and own and done)
    assert (len(told), len(own)) == (1, 1)


async def test_stopping_ends_wishes_and_news(bridge: Bridge, engine: FakeEngine) -> None:
    batches: list[Batch] = []
    bridge.news.connect(batches.append)
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("waits")

    bridge.wish(waits())
    await asyncio.sleep(0)
    engine.board.publish(snapshot("a"))
    bridge.stop()
    engine.board.publish(snapshot("b"))
    bridge.wish(waits())
    await until(lambda: ended)
    await asyncio.sleep(0.12)
    assert ended == ["waits"]
    assert batches == []


async def test_five_hundred_changes_a_second_come_in_few_bounded_passes(
    bridge: Bridge, engine: FakeEngine, words: Wording
) -> None:
    model = MailboxModel(words, lambda: NOW)
    for number in range(1000):
        engine.board.publish(snapshot(f"{number:04}"))
    model.show_all(rows(engine.board.snapshots(), words))
    sizes: list[int] = []

    def pass_on(batch: Batch) -> None:
        model.take(rows((each for each in batch if isinstance(each, Snapshot)), words))
        sizes.append(len(batch))

    bridge.news.connect(pass_on)
    verdicts = (Verdict.SUSPECT, Verdict.RECONNECTING, Verdict.CONNECTED)
    began = time.monotonic()
    for tick in range(20):
        for number in range(25):
            place = (tick * 25 + number) % 1000
            engine.board.publish(snapshot(f"{place:04}", verdicts[tick % 3], version=tick + 2))
        await asyncio.sleep(0.05)
    await until(lambda: sum(sizes) >= 500, seconds=20.0)
    assert max(sizes) <= MOST + MOST_IN_SIGHT
    seconds = time.monotonic() - began
    assert len(sizes) <= seconds * 1000 / REST_MS + 1, "between two passes the thread is free"
    last = Counter(row.shown.value for row in model.rows())
    assert last["SUSPECT"] + last["RECONNECTING"] + last["CONNECTED"] == 1000


async def test_what_must_not_be_lost_is_waited_for_and_nothing_else(bridge: Bridge, engine: FakeEngine) -> None:
    done: list[str] = []

    async def keeps() -> None:
        await asyncio.sleep(0.05)
        done.append("kept")

    async def tries() -> None:
        await asyncio.sleep(30)

    bridge.wish(tries())
    await bridge.finish(5)
    bridge.wish(keeps(), to_the_end=True)
    await bridge.finish(5)
    assert done == ["kept"]


async def test_the_end_does_not_wait_for_ever(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    bridge.wish(asyncio.sleep(30), to_the_end=True)
    await bridge.finish(0.05)
    bridge.stop()
    assert "did not come to their end" in caplog.text
