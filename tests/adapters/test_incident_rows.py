"""Shared incidents in the store: all that is known of them, one moved member at a time, and what went into another."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mailbox_desk.adapters.database import Database
from mailbox_desk.model.history import Record
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from tests.adapters.makings import NOW, incident, mailbox, standing


def shared(*numbers: int) -> Incident:
    place = Place(Circle.PROVIDER, "google")
    return replace(incident("all", numbers), kind=IncidentKind.SHARED, place=place, of=9)


async def stocked(database: Database, count: int) -> None:
    await asyncio.gather(*(database.save_mailbox(mailbox(n), standing(n)) for n in range(1, count + 1)))


async def kept(database: Database) -> tuple[Incident, ...]:
    return (await database.load()).incidents


async def test_a_shared_incident_comes_back_whole(database: Database) -> None:
    await stocked(database, 3)
    one = replace(shared(3, 1, 2), left=frozenset({MailboxId("id-1")}))
    unsteady = replace(incident("u", (2,)), kind=IncidentKind.UNSTEADY)
    await database.record(Record(incidents=(one, unsteady)))
    assert await kept(database) == (one, unsteady)


async def test_members_that_join_and_leave_one_by_one_are_kept(database: Database) -> None:
    await stocked(database, 5)
    one = shared(1, 2, 3)
    await database.record(Record(standing=standing(3), incidents=(one,)))
    one = replace(one, mailboxes=(*one.mailboxes, MailboxId("id-4")))
    await database.record(Record(standing=standing(4), incidents=(one,)))
    one = replace(one, left=frozenset({MailboxId("id-2")}))
    await database.record(Record(standing=standing(2), incidents=(one,)))
    assert await kept(database) == (one,)
    one = replace(one, left=frozenset())
    await database.record(Record(standing=standing(2), incidents=(one,)))
    assert await kept(database) == (one,)


async def test_what_a_failed_write_left_out_is_made_good_by_the_next(database: Database) -> None:
    await stocked(database, 5)
    one = shared(1, 2, 3)
    await database.record(Record(standing=standing(3), incidents=(one,)))
    later = replace(shared(1, 2, 3, 4, 5), left=frozenset({MailboxId("id-1")}))
    await database.record(Record(standing=standing(5), incidents=(later,)))
    assert await kept(database) == (later,)


async def test_what_went_into_another_is_over_and_not_listed(database: Database) -> None:
    await stocked(database, 3)
    await database.record(Record(incidents=(incident("own", (1,)),)))
    gone = replace(incident("own", (1,), closed_at=NOW), part_of="all")
    await database.record(Record(standing=standing(1), incidents=(shared(1, 2, 3), gone)))
    assert [each.id for each in await kept(database)] == ["all"]
    assert [each.id for each in await database.incidents(None, 9)] == ["all"]
    assert [each.id for each in await database.incidents(MailboxId("id-1"), 9)] == ["all"]
