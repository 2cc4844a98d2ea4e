"""Reads the list as it was last stored, to paint the window before anything heavy is imported.

Read-only, without lock or migration, standard library and bare nouns only. What can't be read now is simply not there
yet: the real opening of the store, moments later, says what is wrong.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from mailbox_desk.adapters.store_formats import DESK_FORMAT
from mailbox_desk.adapters.store_header import NotAStore, StoreHeader, read_header, read_only_address
from mailbox_desk.model.first_row import FirstRow, FirstSight
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home

_WAIT_IF_LOCKED = 0.05


def read_first_sight(home: Home) -> FirstSight:
    """The stored mailboxes in the order they were added, and the shape of the window; nothing of either where the
    store is missing, of another format, damaged or locked."""
    try:
        if read_header(home.database) != StoreHeader(DESK_FORMAT.version, DESK_FORMAT.application_id):
            return FirstSight()
        address = read_only_address(home.database)
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_IF_LOCKED)) as connection:
            rows = connection.execute(
                """SELECT b.id, b.address, b.name, s.shown, s.cause, s.since, s.last_checked
                   FROM mailboxes b JOIN standings s ON s.mailbox = b.key ORDER BY b.key"""
            ).fetchall()
            layout = dict(connection.execute("SELECT name, value FROM settings WHERE name GLOB 'ui.*'"))
        found = tuple(
            FirstRow(identity, address, name, Shown(shown), cause, since, last_checked)
            for identity, address, name, shown, cause, since, last_checked in rows
        )
        return FirstSight(found, layout)
    except (OSError, sqlite3.Error, NotAStore, ValueError):
        return FirstSight()


def read_first_rows(home: Home) -> tuple[FirstRow, ...]:
    """The stored mailboxes alone."""
    return read_first_sight(home).rows
