"""How history grows old: what is thinned, what is dropped. Statements only; when and in what portions is not here."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

HOUR = 3600.0
KEPT_WHOLE = 48 * HOUR
KEPT_AT_ALL = 180 * 24 * HOUR
REFUSALS_KEPT = 24 * HOUR

_THINNED_UNTIL = "thinned_until"


@dataclass(frozen=True, slots=True)
class Age:
    """Bounds in seconds since 1970 UTC: whole hours in [`thin_from`, `thin_until`) are thinned, older than
    `drop_before` is dropped."""

    thin_from: float
    thin_until: float
    drop_before: float


def age_at(connection: sqlite3.Connection, now: float) -> Age:
    """Only what has grown old since the last time is looked at again."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (_THINNED_UNTIL,)).fetchone()
    return Age(float(row[0]) if row else 0.0, (now - KEPT_WHOLE) // HOUR * HOUR, now - KEPT_AT_ALL)


def mailbox_keys(connection: sqlite3.Connection) -> Sequence[int]:
    return [key for (key,) in connection.execute("SELECT key FROM mailboxes ORDER BY key")]


def thin(connection: sqlite3.Connection, keys: Sequence[int], age: Age) -> None:
    """Of each hour and status keep the first heartbeat."""
    for key in keys:
        stretch = {"key": key, "from": age.thin_from, "until": age.thin_until, "drop": age.drop_before}
        connection.execute("DELETE FROM heartbeats WHERE mailbox = :key AND at < :drop", stretch)
        connection.execute(
            """DELETE FROM heartbeats WHERE mailbox = :key AND at >= :from AND at < :until AND at NOT IN
               (SELECT min(at) FROM heartbeats WHERE mailbox = :key AND at >= :from AND at < :until
                GROUP BY CAST(at / 3600 AS INTEGER), shown)""",
            stretch,
        )


def note_thinned(connection: sqlite3.Connection, age: Age, now: float) -> None:
    """Remember how far we are, and drop refusals that no limit counts any more."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_THINNED_UNTIL, str(age.thin_until)))
    connection.execute("DELETE FROM refusals WHERE at < ?", (now - REFUSALS_KEPT,))
