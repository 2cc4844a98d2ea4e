"""A store that takes nothing for a while loses nothing that could be kept."""

from __future__ import annotations

import logging

import pytest

from mailbox_desk.engine.ledger import TRY_EVERY, Ledger
from mailbox_desk.model.history import ArchiveFailed, Record, Refusal, StoreTrouble
from mailbox_desk.model.mailbox import MailboxId
from tests.engine.fakes import EPOCH, Lab, Shelf, refuse


async def test_a_full_disk_costs_no_incident_no_refusal_and_is_said_once(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mailbox_desk")
    for name in ("a", "b", "c"):
        lab.mailbox(name, sending=False, host=f"{name}.example")
    engine = await lab.start()
    await lab.clock.pass_by(10)
    lab.shelf.full = True
    lab.servers.set("a", refuse)
    await lab.clock.pass_by(1200)
    assert lab.shown("a") == "NEEDS_YOU", "it goes on"
    assert "store_failed" in lab.snapshot("b").warnings
    assert len(lab.shelf.refusals) == 0
    assert len([each for each in caplog.records if "can't be written" in each.message]) == 1
    lab.shelf.full = False
    await lab.clock.pass_by(600)
    assert len(lab.shelf.refusals) == 2
    assert [each.cause.value for each in lab.shelf.kept.values() if each.is_open] == ["credentials_rejected"]
    assert lab.shelf.standings[MailboxId("a")].shown.value == "NEEDS_YOU"
    assert len([each for each in lab.shelf.beats if each.at < EPOCH + 1200 and each.mailbox_id == "b"]) >= 3
    assert len([each for each in caplog.records if "written again" in each.message]) == 1
    assert lab.snapshot("b").warnings == ()
    assert engine.ids


async def test_an_older_standing_is_never_written_over_a_newer_one(lab: Lab) -> None:
    lab.mailbox("a", sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(5)
    lab.shelf.full = True
    await engine.pause([MailboxId("a")], None)
    await lab.clock.pass_by(1)
    lab.shelf.full = False
    await engine.resume([MailboxId("a")])
    await lab.clock.pass_by(60)
    assert lab.shelf.standings[MailboxId("a")].shown.value == lab.shown("a") == "CONNECTED"


class Picky(Shelf):
    """Takes no refusal of one host: that record has a fault of its own."""

    async def record(self, record: Record) -> None:
        if any(each.host == "bad" for each in record.refusals):
            raise ArchiveFailed("odd")
        await super().record(record)


async def test_a_record_with_a_fault_of_its_own_holds_up_no_other(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mailbox_desk")
    shelf = Picky()
    ledger = Ledger(shelf, lab.clock)
    shelf.full = True
    for host in ("x", "bad", "y"):
        with pytest.raises(ArchiveFailed):
            await ledger.record(Record(refusals=(Refusal(1.0, host, MailboxId("a")),)))
    shelf.full = False
    await ledger.record(Record(refusals=(Refusal(2.0, "z", MailboxId("a")),)))
    assert [each.host for each in shelf.refusals] == ["z", "x", "y"]
    assert "2 owed, 1 given up" in caplog.text


async def test_what_waits_is_told_and_tried_again_without_anybody_asking(lab: Lab) -> None:
    lab.mailbox("a", sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(5)
    lab.shelf.full, since = True, lab.clock.now()
    await engine.pause([MailboxId("a")], None)
    await lab.clock.pass_by(TRY_EVERY * 3)
    told = engine.unwritten
    assert told is not None
    assert told.since == pytest.approx(since, abs=1)
    assert (told.records > 0, told.why) == (True, StoreTrouble.FULL)
    lab.shelf.full = False
    await lab.clock.pass_by(TRY_EVERY + 1)
    assert engine.unwritten is None
    assert lab.shelf.standings[MailboxId("a")].shown.value == "PAUSED", "no check came meanwhile"


async def test_an_end_tries_once_more_and_says_what_is_lost(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    for is_full_still in (False, True):
        shelf = Shelf(full=True)
        ledger = Ledger(shelf, lab.clock)
        with pytest.raises(ArchiveFailed):
            await ledger.record(Record(refusals=(Refusal(1.0, "x", MailboxId("a")),)))
        shelf.full = is_full_still
        caplog.clear()
        await ledger.stop()
        assert len(shelf.refusals) == (not is_full_still)
        assert ("1 records are lost" in caplog.text) is is_full_still
