from __future__ import annotations

import asyncio
import sqlite3
import stat
import time
from dataclasses import replace

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.model.history import ArchiveFailed, Record, Refusal, Stored
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Half, Shown
from mailbox_desk.paths import Home
from tests.adapters.makings import (
    NOW,
    change,
    full_record,
    good_half,
    heartbeat,
    incident,
    mailbox,
    refused_half,
    standing,
)

HOUR = 3600.0


async def stocked(database: Database, count: int) -> None:
    await asyncio.gather(*(database.save_mailbox(mailbox(n), standing(n)) for n in range(1, count + 1)))


async def reopened(home: Home) -> Stored:
    database = Database(home)
    await database.open()
    try:
        return await database.load()
    finally:
        await database.close()


async def test_everything_written_is_read_back_after_a_restart(desk_home: Home) -> None:
    database = Database(desk_home)
    await database.open()
    await database.save_mailbox(mailbox(7, "Seven"), standing(7, refused=True))
    await database.save_mailbox(mailbox(2), standing(2))
    await database.save_setting("interval", "60")
    refusal = Refusal(NOW, "imap.example.org", MailboxId("never stored"))
    still_open, closed = incident("a", (7, 2)), incident("b", (2,), closed_at=NOW + 5, told_at=NOW + 1)
    await database.record(Record(standing=standing(2, refused=True), refusals=(refusal,)))
    await database.record(Record(incidents=(still_open, closed)))
    await database.close()

    stored = await reopened(desk_home)
    assert stored.mailboxes == (mailbox(7, "Seven"), mailbox(2))
    assert stored.standings == (standing(7, refused=True), standing(2, refused=True))
    assert stored.settings == {"interval": "60"}
    assert stored.refusals == (refusal,)
    assert stored.incidents == (still_open,)


async def test_history_is_read_newest_first_and_heartbeats_oldest_first(database: Database) -> None:
    await stocked(database, 2)
    for at in (NOW, NOW + 1, NOW + 2):
        await database.record(Record(heartbeat=heartbeat(1, at), change=change(1, at)))
    await database.record(Record(incidents=(incident("a", (1, 2), NOW), incident("b", (1,), NOW + 1))))
    assert await database.heartbeats(MailboxId("id-1"), NOW + 1) == (heartbeat(1, NOW + 1), heartbeat(1, NOW + 2))
    assert await database.changes(MailboxId("id-1"), 2) == (change(1, NOW + 2), change(1, NOW + 1))
    assert [each.id for each in await database.incidents(None, 10)] == ["b", "a"]
    assert [each.id for each in await database.incidents(MailboxId("id-2"), 10)] == ["a"]
    assert [each.id for each in await database.incidents(None, 1)] == ["b"]
    assert await database.heartbeats(MailboxId("id-2"), 0) == ()


async def test_saving_again_changes_the_mailbox_and_keeps_its_history_and_place(database: Database) -> None:
    await stocked(database, 2)
    await database.record(Record(heartbeat=heartbeat(1, NOW), change=change(1, NOW)))
    renamed = replace(mailbox(1), name="other", sending=None)
    await database.save_mailbox(renamed, standing(1, refused=True))
    stored = await database.load()
    assert stored.mailboxes == (renamed, mailbox(2))
    assert stored.standings[0] == standing(1, refused=True)
    assert await database.heartbeats(MailboxId("id-1"), 0) == (heartbeat(1, NOW),)
    assert await database.changes(MailboxId("id-1"), 5) == (change(1, NOW),)


async def test_a_deleted_mailbox_leaves_only_its_refusals_and_shared_incidents(database: Database) -> None:
    await stocked(database, 2)
    await database.record(full_record(1, NOW))
    await database.record(Record(incidents=(incident("shared", (1, 2)),)))
    await database.delete_mailbox(MailboxId("id-1"))
    stored = await database.load()
    assert [each.id for each in stored.mailboxes] == ["id-2"]
    assert [each.mailbox_id for each in stored.standings] == ["id-2"]
    assert len(stored.refusals) == 1
    assert stored.incidents == (incident("shared", (2,)),)
    assert await database.changes(MailboxId("id-1"), 5) == ()


async def test_a_record_of_an_unknown_mailbox_fails_whole_and_alone(database: Database) -> None:
    await stocked(database, 5)
    stray = Record(refusals=(Refusal(NOW, "h", MailboxId("id-9")),), heartbeat=heartbeat(9, NOW))
    records = [Record(heartbeat=heartbeat(n, NOW)) for n in range(1, 6)]
    answers = await asyncio.gather(*(database.record(each) for each in (*records, stray)), return_exceptions=True)
    assert [type(each) for each in answers] == [type(None)] * 5 + [ArchiveFailed]
    assert (await database.load()).refusals == ()
    for n in range(1, 6):
        assert len(await database.heartbeats(MailboxId(f"id-{n}"), 0)) == 1


async def test_odd_bytes_of_a_server_do_not_lose_the_record(database: Database) -> None:
    text = b"NO \xff\x00 caf\xe9".decode("utf-8", "surrogateescape")
    half = refused_half(text)
    await database.save_mailbox(mailbox(1), Standing(MailboxId("id-1"), half, good_half(Half.SENDING)))
    (kept,) = (await database.load()).standings
    assert kept.receiving.last is not None
    assert kept.receiving.last.failure is not None
    assert kept.receiving.last.failure.text == "NO \\udcff\x00 caf\\udce9"


async def test_writes_that_queue_up_share_a_commit(database: Database, desk_home: Home) -> None:
    await stocked(database, 100)
    before = _commits(desk_home)
    await asyncio.gather(*(database.record(full_record(n, NOW)) for n in range(1, 101)))
    assert _commits(desk_home) - before <= 3


def _commits(home: Home) -> int:
    """Frames of the write-ahead log that end a commit (file format, section 4.1: they hold the size in pages)."""
    log = home.database.with_name(home.database.name + "-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    return sum(1 for at in range(32, len(log), 24 + page) if log[at + 4 : at + 8] != bytes(4))


async def test_a_record_costs_little(database: Database) -> None:
    await stocked(database, 500)
    records = [
        Record(standing=standing(n, last_checked=NOW + turn), heartbeat=heartbeat(n, NOW + turn))
        for turn in range(4)
        for n in range(1, 501)
    ]
    began = time.process_time()
    for first in range(0, len(records), 50):
        await asyncio.gather(*(database.record(each) for each in records[first : first + 50]))
    spent = (time.process_time() - began) / len(records)
    assert spent < 0.000_5, f"{spent * 1000:.3f} ms a record"  # 0.13 ms on the machine it was written on


async def test_a_caller_that_gives_up_harms_nobody(database: Database) -> None:
    await stocked(database, 2)
    given_up = asyncio.ensure_future(database.record(Record(heartbeat=heartbeat(1, NOW))))
    other = asyncio.ensure_future(database.record(Record(heartbeat=heartbeat(2, NOW))))
    await asyncio.sleep(0)
    given_up.cancel()
    await other
    assert len(await database.heartbeats(MailboxId("id-2"), 0)) == 1


async def test_close_waits_for_what_was_asked(desk_home: Home) -> None:
    database = Database(desk_home)
    await database.open()
    await stocked(database, 1)
    writing = asyncio.ensure_future(database.save_setting("a", "b"))
    await asyncio.sleep(0)
    await database.close()
    await writing
    await database.close()
    with pytest.raises(ArchiveFailed):
        await database.load()
    assert (await reopened(desk_home)).settings == {"a": "b"}
    assert sorted(each.name for each in desk_home.root.iterdir()) == ["desk.sqlite"]


async def test_the_files_are_for_their_owner_alone(database: Database, desk_home: Home) -> None:
    await stocked(database, 1)
    assert stat.S_IMODE(desk_home.root.stat().st_mode) == 0o700
    files = list(desk_home.root.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


async def test_old_heartbeats_are_thinned_to_one_an_hour_and_status(database: Database) -> None:
    await stocked(database, 1)
    old = (NOW - 72 * HOUR) // HOUR * HOUR
    for minute in range(0, 180, 5):
        shown = Shown.SUSPECT if minute in (65, 70) else Shown.CONNECTED
        await database.record(Record(heartbeat=heartbeat(1, old + minute * 60, shown), change=change(1, old)))
    recent = [NOW - 47 * HOUR + minute * 60 for minute in range(0, 60, 5)]
    for at in (*recent, NOW - 181 * 24 * HOUR):
        await database.record(Record(heartbeat=heartbeat(1, at)))
    await database.tidy(NOW)
    kept = [(each.at, each.shown) for each in await database.heartbeats(MailboxId("id-1"), 0)]
    assert kept == [
        (old, Shown.CONNECTED),
        (old + HOUR, Shown.CONNECTED),
        (old + HOUR + 300, Shown.SUSPECT),
        (old + 2 * HOUR, Shown.CONNECTED),
        *((at, Shown.CONNECTED) for at in recent),
    ]
    assert len(await database.changes(MailboxId("id-1"), 100)) == 36
    await database.tidy(NOW + 3 * HOUR)
    assert len(await database.heartbeats(MailboxId("id-1"), 0)) == 4 + 1


async def test_refusals_are_forgotten_after_a_day(database: Database) -> None:
    ages = (0.0, 23 * HOUR, 25 * HOUR)
    await database.record(Record(refusals=tuple(Refusal(NOW - age, "h", MailboxId("x")) for age in ages)))
    await database.tidy(NOW)
    assert [each.at for each in (await database.load()).refusals] == [NOW - 23 * HOUR, NOW]


async def test_a_full_disk_fails_the_write_and_nothing_else(desk_home: Home) -> None:
    database = Database(desk_home)
    await database.open()
    await stocked(database, 3)
    before = await database.load()
    assert database._commits is not None
    pages = (await database._commits.read(lambda store: store.execute("PRAGMA page_count").fetchone()))[0]
    await database._commits.read(lambda store: limit_pages(store, pages))
    with pytest.raises(ArchiveFailed, match="full") as failed:
        await database.save_setting("big", "x" * 100_000)
    assert isinstance(failed.value.__cause__, sqlite3.OperationalError)
    with pytest.raises(ArchiveFailed):
        await asyncio.gather(*(database.save_mailbox(mailbox(n), standing(n)) for n in range(10, 200)))
    assert await database.load() == before
    await database._commits.read(lambda store: limit_pages(store, 1_000_000))
    await database.save_setting("big", "x" * 100_000)
    await database.close()
    assert (await reopened(desk_home)).settings == {"big": "x" * 100_000}


def limit_pages(store: sqlite3.Connection, pages: int) -> None:
    store.execute(f"PRAGMA max_page_count={pages}")
