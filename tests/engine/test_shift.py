"""Watchers that get stuck or end by a fault of ours are begun anew, and lose nothing that was asked of them."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mailbox_desk.model.check import Limits
from mailbox_desk.model.history import Record
from mailbox_desk.model.mailbox import MailboxId
from tests.engine.fakes import Lab, Shelf, with_settings

LIMITS = Limits(total=10.0)


async def test_a_check_that_never_comes_back_ends_in_a_new_begin(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.settings = with_settings(limits=LIMITS)
    lab.mailbox("a")
    lab.servers.clock, lab.servers.seconds = lab.clock, 1e9
    engine = await lab.start()
    await lab.clock.pass_by(5)
    assert lab.snapshot("a").checking_now
    lab.servers.seconds = 0
    await lab.clock.pass_by(60)
    assert not lab.snapshot("a").checking_now
    assert lab.snapshot("a").warnings == ("watch_restarted",)
    assert (await engine.gauges()).restarts == {"stuck": 1}
    assert "begun anew" in caplog.text
    await lab.clock.pass_by(120)
    assert lab.shown("a") == "CONNECTED"
    assert lab.snapshot("a").warnings == ()


class HungShelf(Shelf):
    hangs = False

    async def record(self, record: Record) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        await super().record(record)


async def test_a_store_that_hangs_holds_no_watcher_for_ever(lab: Lab) -> None:
    lab.settings, lab.shelf = with_settings(limits=LIMITS), HungShelf()
    lab.mailbox("a")
    engine = await lab.start()
    await lab.clock.pass_by(5)
    assert lab.shown("a") == "CONNECTED"
    HungShelf.hangs = True
    await engine.pause([MailboxId("a")], None)
    await engine.acknowledge([MailboxId("a")])
    await lab.clock.pass_by(40)
    HungShelf.hangs = False
    await lab.clock.pass_by(40)
    assert lab.shown("a") == "PAUSED"
    assert lab.snapshot("a").standing.acknowledged, "what waited in the inbox is dealt with"


async def test_a_watcher_that_ends_by_a_fault_comes_back(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    broken = [True]

    class FaultyShelf(Shelf):
        async def record(self, record: Record) -> None:
            if broken:
                raise ZeroDivisionError
            await super().record(record)

    lab.shelf = FaultyShelf()
    lab.mailbox("a")
    engine = await lab.start()
    await lab.clock.pass_by(3)
    assert (await engine.gauges()).restarts["fault"] >= 1
    broken.clear()
    await lab.clock.pass_by(400)
    assert lab.shown("a") == "CONNECTED"
    assert lab.snapshot("a").warnings == ()
    assert "ended by a fault of ours" in caplog.text
    caplog.clear()


async def test_a_removed_mailbox_does_not_come_back(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    class FaultyShelf(Shelf):
        async def record(self, record: Record) -> None:
            raise ZeroDivisionError

    lab.shelf = FaultyShelf()
    lab.mailbox("a")
    engine = await lab.start()
    await engine.remove(MailboxId("a"))
    await lab.clock.pass_by(600)
    assert engine.board.snapshots() == ()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR]
    caplog.clear()
