"""Incidents to rows of the store and back. Plain functions on a connection; they begin and commit nothing."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict

_COLUMNS: Final = (
    "id, cause, verdict, started_at, opened_at, seen_at, closed_at, told_at, kind, circle, place, of_all, part_of"
)
_WRITE: Final = f"""INSERT INTO incidents ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, verdict = excluded.verdict,
    started_at = excluded.started_at, opened_at = excluded.opened_at, seen_at = excluded.seen_at,
    closed_at = excluded.closed_at, told_at = excluded.told_at, kind = excluded.kind, circle = excluded.circle,
    place = excluded.place, of_all = excluded.of_all, part_of = excluded.part_of RETURNING key"""
_WRITE_MEMBER: Final = """INSERT INTO incident_mailboxes (incident, mailbox, place, has_left)
    SELECT ?, key, ?, ? FROM mailboxes WHERE id = ?
    ON CONFLICT (incident, mailbox) DO UPDATE SET place = excluded.place, has_left = excluded.has_left"""


def read_open_incidents(connection: sqlite3.Connection) -> tuple[Incident, ...]:
    """Those under way, the oldest first."""
    return _incidents(connection, "WHERE i.closed_at IS NULL ORDER BY i.opened_at, i.key", ())


def read_incidents(connection: sqlite3.Connection, mailbox_id: MailboxId | None, limit: int) -> Sequence[Incident]:
    """The latest `limit` incidents, of one mailbox or of all, the newest first. Those that went into another are left
    out: the other tells of them."""
    order = "ORDER BY i.opened_at DESC, i.key DESC LIMIT ?"
    if mailbox_id is None:
        return _incidents(connection, f"WHERE i.part_of = '' {order}", (limit,))
    return _incidents(
        connection,
        f"""WHERE i.part_of = '' AND i.key IN (SELECT incident FROM incident_mailboxes
            WHERE mailbox = (SELECT key FROM mailboxes WHERE id = ?)) {order}""",
        (mailbox_id, limit),
    )


def write_incident(connection: sqlite3.Connection, incident: Incident, moved: MailboxId | None) -> None:
    """The incident as it is now. `moved` is the mailbox that joined or left it, where one did: of many members only
    that one is written, unless the others are not as they should be. Mailboxes that have gone are left out; with none
    left there is no incident."""
    place = incident.place
    key = connection.execute(
        _WRITE,
        (
            incident.id,
            incident.cause.value,
            incident.verdict.value,
            incident.started_at,
            incident.opened_at,
            incident.seen_at,
            incident.closed_at,
            incident.told_at,
            incident.kind.value,
            place.circle.value if place else None,
            place.name if place else None,
            incident.of,
            incident.part_of,
        ),
    ).fetchone()[0]
    if moved is not None and moved in incident.mailboxes:
        _write_members(connection, key, incident, ((incident.mailboxes.index(moved), moved),))
    if _counted(connection, key) != (len(incident.mailboxes), len(incident.left)):
        connection.execute("DELETE FROM incident_mailboxes WHERE incident = ?", (key,))
        _write_members(connection, key, incident, enumerate(incident.mailboxes))
    connection.execute(
        "DELETE FROM incidents WHERE key = ? AND key NOT IN (SELECT incident FROM incident_mailboxes)", (key,)
    )


def _write_members(
    connection: sqlite3.Connection, key: int, incident: Incident, members: Iterable[tuple[int, MailboxId]]
) -> None:
    left = incident.left
    connection.executemany(_WRITE_MEMBER, [(key, place, each in left, each) for place, each in members])


def _counted(connection: sqlite3.Connection, key: int) -> tuple[int, int]:
    members, left = connection.execute(
        "SELECT count(*), coalesce(sum(has_left), 0) FROM incident_mailboxes WHERE incident = ?", (key,)
    ).fetchone()
    return int(members), int(left)


def _incidents(connection: sqlite3.Connection, which: str, values: Iterable[str | int]) -> tuple[Incident, ...]:
    rows = connection.execute(f"SELECT key, {_COLUMNS} FROM incidents i {which}", tuple(values)).fetchall()
    members: dict[int, list[MailboxId]] = defaultdict(list)
    left: dict[int, set[MailboxId]] = defaultdict(set)
    for first in range(0, len(rows), 500):
        keys = [row[0] for row in rows[first : first + 500]]
        marks = ",".join("?" * len(keys))
        for key, mailbox_id, has_left in connection.execute(
            f"""SELECT m.incident, b.id, m.has_left FROM incident_mailboxes m JOIN mailboxes b ON b.key = m.mailbox
                WHERE m.incident IN ({marks}) ORDER BY m.incident, m.place""",
            keys,
        ):
            members[key].append(MailboxId(mailbox_id))
            if has_left:
                left[key].add(MailboxId(mailbox_id))
    return tuple(_incident(row, tuple(members[row[0]]), frozenset(left[row[0]])) for row in rows)


def _incident(row: tuple[Any, ...], mailboxes: tuple[MailboxId, ...], left: frozenset[MailboxId]) -> Incident:
    _, identity, cause, verdict, started, opened, seen, closed, told, kind, circle, place, of_all, part_of = row
    return Incident(
        id=identity,
        mailboxes=mailboxes,
        cause=Cause(cause),
        verdict=Verdict(verdict),
        started_at=started,
        opened_at=opened,
        seen_at=seen,
        closed_at=closed,
        told_at=told,
        kind=IncidentKind(kind),
        place=Place(Circle(circle), place) if circle else None,
        of=of_all,
        left=left,
        part_of=part_of,
    )
