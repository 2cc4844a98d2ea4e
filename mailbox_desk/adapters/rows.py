"""Values to rows of the store and back. Plain functions on a connection; they begin and commit nothing.

Whole values lie as JSON in `body` columns; the plain columns beside them serve lists, searches and thinning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from mailbox_desk.adapters.incident_rows import read_open_incidents, write_incident
from mailbox_desk.model.history import Heartbeat, Record, Refusal, StatusChange, Stored
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown

_MAILBOX = msgspec.json.Decoder(Mailbox)
_STANDING = msgspec.json.Decoder(Standing)


class NoSuchMailbox(Exception):
    """The store holds no mailbox of that id: what belongs to it can't be written."""


def to_json(value: Mailbox | Standing) -> bytes:
    """JSON of the value. Half characters, which a server's odd bytes may decode to, are written as \\udcXX."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_with_whole_characters(msgspec.to_builtins(value)))


def _with_whole_characters(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {key: _with_whole_characters(each) for key, each in value.items()}
        case list() | tuple():
            return [_with_whole_characters(each) for each in value]
        case _:
            return value


def read_all(connection: sqlite3.Connection) -> Stored:
    """Everything an engine starts from: of the incidents the open ones."""
    mailboxes = connection.execute("SELECT body FROM mailboxes ORDER BY key")
    standings = connection.execute("SELECT body FROM standings ORDER BY mailbox")
    refusals = connection.execute("SELECT at, host, mailbox_id FROM refusals ORDER BY at, key")
    return Stored(
        mailboxes=tuple(_MAILBOX.decode(body) for (body,) in mailboxes),
        standings=tuple(_STANDING.decode(body) for (body,) in standings),
        refusals=tuple(Refusal(at, host, MailboxId(mailbox_id)) for at, host, mailbox_id in refusals),
        incidents=read_open_incidents(connection),
        settings=dict(connection.execute("SELECT name, value FROM settings")),
    )


def write_mailbox(connection: sqlite3.Connection, mailbox: Mailbox, standing: Standing) -> None:
    connection.execute(
        """INSERT INTO mailboxes (id, address, name, body) VALUES (?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET address = excluded.address, name = excluded.name, body = excluded.body""",
        (mailbox.id, mailbox.address, mailbox.name, to_json(mailbox)),
    )
    write_standing(connection, _key(connection, mailbox.id), standing)


def delete_mailbox(connection: sqlite3.Connection, mailbox_id: MailboxId) -> None:
    """The mailbox and all that is its own; incidents that it shared stay with the others."""
    connection.execute("DELETE FROM mailboxes WHERE id = ?", (mailbox_id,))
    connection.execute("DELETE FROM incidents WHERE key NOT IN (SELECT incident FROM incident_mailboxes)")


def write_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def write_record(connection: sqlite3.Connection, record: Record) -> None:
    """Raises NoSuchMailbox for a standing, heartbeat or change of a mailbox that is not stored."""
    if record.standing is not None:
        write_standing(connection, _key(connection, record.standing.mailbox_id), record.standing)
    if record.heartbeat is not None:
        _write_heartbeat(connection, record.heartbeat)
    if record.change is not None:
        change = record.change
        connection.execute(
            "INSERT INTO changes (mailbox, at, shown, cause) VALUES (?, ?, ?, ?)",
            (_key(connection, change.mailbox_id), change.at, change.shown.value, change.cause),
        )
    for refusal in record.refusals:
        connection.execute(
            "INSERT INTO refusals (at, host, mailbox_id) VALUES (?, ?, ?)",
            (refusal.at, refusal.host, refusal.mailbox_id),
        )
    moved = record.standing.mailbox_id if record.standing is not None else None
    for incident in record.incidents:
        write_incident(connection, incident, moved)


def write_standing(connection: sqlite3.Connection, key: int, standing: Standing) -> None:
    diagnosis = standing.diagnosis
    connection.execute(
        "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?, ?)",
        (
            key,
            standing.shown.value,
            diagnosis.cause.value if diagnosis else None,
            standing.since,
            standing.last_checked,
            to_json(standing),
        ),
    )


def read_heartbeats(connection: sqlite3.Connection, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]:
    """The heartbeats from `since` on, the oldest first."""
    rows = connection.execute(
        """SELECT at, shown, receiving, sending, seconds, cause FROM heartbeats
           WHERE mailbox = (SELECT key FROM mailboxes WHERE id = ?) AND at >= ? ORDER BY at""",
        (mailbox_id, since),
    )
    return tuple(
        Heartbeat(mailbox_id, at, Shown(shown), receiving, sending, seconds, cause)
        for at, shown, receiving, sending, seconds, cause in rows
    )


def read_changes(connection: sqlite3.Connection, mailbox_id: MailboxId, limit: int) -> Sequence[StatusChange]:
    """The latest `limit` changes, the newest first."""
    rows = connection.execute(
        """SELECT at, shown, cause FROM changes WHERE mailbox = (SELECT key FROM mailboxes WHERE id = ?)
           ORDER BY at DESC, key DESC LIMIT ?""",
        (mailbox_id, limit),
    )
    return tuple(StatusChange(mailbox_id, at, Shown(shown), cause) for at, shown, cause in rows)


def read_changes_since(connection: sqlite3.Connection, since: float) -> Sequence[StatusChange]:
    """The changes of all mailboxes from `since` on, and of each the last before it; the oldest first."""
    rows = connection.execute(
        """SELECT b.id, c.at, c.shown, c.cause FROM mailboxes b JOIN changes c ON c.mailbox = b.key
               AND c.at >= ifnull((SELECT max(at) FROM changes WHERE mailbox = b.key AND at < ?1), ?1)
           ORDER BY c.at, c.key""",
        (since,),
    )
    return tuple(StatusChange(MailboxId(owner), at, Shown(shown), cause) for owner, at, shown, cause in rows)


def _key(connection: sqlite3.Connection, mailbox_id: MailboxId) -> int:
    row = connection.execute("SELECT key FROM mailboxes WHERE id = ?", (mailbox_id,)).fetchone()
    if row is None:
        raise NoSuchMailbox(mailbox_id)
    return int(row[0])


def _write_heartbeat(connection: sqlite3.Connection, heartbeat: Heartbeat) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO heartbeats VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            _key(connection, heartbeat.mailbox_id),
            heartbeat.at,
            heartbeat.shown.value,
            heartbeat.receiving,
            heartbeat.sending,
            heartbeat.seconds,
            heartbeat.cause,
        ),
    )
