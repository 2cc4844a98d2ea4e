"""The store: one SQLite file, one thread, one connection. It decides nothing; errors become ArchiveFailed here."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from mailbox_desk.adapters import incident_rows, rows, thinning
from mailbox_desk.adapters.group_commit import GroupCommit, Work
from mailbox_desk.adapters.store_backups import back_up, is_due, open_sound
from mailbox_desk.adapters.store_formats import DESK_FORMAT, StoreFormat
from mailbox_desk.adapters.store_header import NotAStore
from mailbox_desk.adapters.workers import Lane, LaneClosed
from mailbox_desk.model.beginning import Restored
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, StatusChange, Stored, StoreTrouble
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.paths import Home

T = TypeVar("T")
_FOREIGN = (sqlite3.Error, OSError, NotAStore, LaneClosed, rows.NoSuchMailbox, msgspec.MsgspecError, ValueError)
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: StoreTrouble.FULL,
    sqlite3.SQLITE_BUSY: StoreTrouble.LOCKED,
    sqlite3.SQLITE_LOCKED: StoreTrouble.LOCKED,
}
_MAILBOXES_A_PORTION = 50


class Database:
    """Open it before anything else; close it last. Every method but `open` raises ArchiveFailed alone."""

    def __init__(self, home: Home, *, store_format: StoreFormat = DESK_FORMAT) -> None:
        self._home = home
        self._format = store_format
        self._lane = Lane("database", 1)
        self._copies = Lane("copies", 1)
        self._commits: GroupCommit | None = None
        self._grown = False
        self.restored: Restored | None = None

    async def open(self) -> None:
        """Make or migrate the file and open it; a damaged one is put aside and its newest copy restored. Raises
        StoreIsNewer or ArchiveFailed, and has then touched nothing of a file that is newer, another program's, or
        damaged without a copy."""
        home = self._home
        connection, self.restored = await _ours(
            self._lane.run(lambda: open_sound(home.database, self._format, home.backups))
        )
        self._commits = GroupCommit(self._lane, connection)

    async def close(self) -> None:
        """Commit what waits and close the file. Nothing more can be asked; closing twice is one closing."""
        commits, self._commits = self._commits, None
        if commits is not None:
            await commits.settle()
            await _ours(commits.read(sqlite3.Connection.close))
        self._lane.close()
        self._copies.close()

    async def load(self) -> Stored:
        return await self._read(rows.read_all)

    async def save_mailbox(self, mailbox: Mailbox, standing: Standing) -> None:
        await self._write(lambda store: rows.write_mailbox(store, mailbox, standing), durable=True)
        self._grown = True

    async def delete_mailbox(self, mailbox_id: MailboxId) -> None:
        await self._write(lambda store: rows.delete_mailbox(store, mailbox_id), durable=True)

    async def record(self, record: Record) -> None:
        """Returns after the commit. A standing, heartbeat or change of a mailbox that is not stored fails."""
        await self._write(lambda store: rows.write_record(store, record))

    async def save_setting(self, name: str, value: str) -> None:
        await self._write(lambda store: rows.write_setting(store, name, value), durable=True)

    async def tidy(self, now: float) -> None:
        """In portions, so that checks never wait long for their turn."""
        age = await self._read(lambda store: thinning.age_at(store, now))
        keys = await self._read(thinning.mailbox_keys)
        for first in range(0, len(keys), _MAILBOXES_A_PORTION):
            await self._thin(keys[first : first + _MAILBOXES_A_PORTION], age)
        await self._write(lambda store: thinning.note_thinned(store, age, now))
        if keys:
            await self._back_up(now)

    async def _back_up(self, now: float) -> None:
        """A copy a day, and one after mailboxes were added: on a thread of its own, so that no write waits for it."""
        path, backups, grown = self._home.database, self._home.backups, self._grown
        if grown or await _ours(self._copies.run(lambda: is_due(path, backups, now))):
            await _ours(self._copies.run(lambda: back_up(path, backups)))
            self._grown = False

    async def heartbeats(self, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]:
        """From `since` (seconds since 1970 UTC) on, the oldest first."""
        return await self._read(lambda store: rows.read_heartbeats(store, mailbox_id, since))

    async def changes(self, mailbox_id: MailboxId, limit: int) -> Sequence[StatusChange]:
        """The latest `limit`, the newest first."""
        return await self._read(lambda store: rows.read_changes(store, mailbox_id, limit))

    async def changes_since(self, since: float) -> Sequence[StatusChange]:
        """Of all mailboxes from `since` (seconds since 1970 UTC) on, and of each the last before it; oldest first."""
        return await self._read(lambda store: rows.read_changes_since(store, since))

    async def incidents(self, mailbox_id: MailboxId | None, limit: int) -> Sequence[Incident]:
        """The latest `limit`, of one mailbox or of all, the newest first."""
        return await self._read(lambda store: incident_rows.read_incidents(store, mailbox_id, limit))

    async def _thin(self, keys: Sequence[int], age: thinning.Age) -> None:
        await self._write(lambda store: thinning.thin(store, keys, age))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await _ours(self._opened.read(work))

    async def _write(self, work: Work, *, durable: bool = False) -> None:
        await _ours(self._opened.write(work, durable=durable))

    @property
    def _opened(self) -> GroupCommit:
        if self._commits is None:
            raise ArchiveFailed("the store is not open")
        return self._commits


async def _ours(answer: Awaitable[T]) -> T:
    try:
        return await answer
    except asyncio.CancelledError:
        raise
    except _FOREIGN as error:
        raise ArchiveFailed(str(error), _why(error)) from error


def _why(error: Exception) -> StoreTrouble:
    """By SQLite's result code (https://sqlite.org/rescode.html, extended ones hold it in their lowest byte) or the
    system's."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _BY_SQLITE.get(code & 0xFF, StoreTrouble.OTHER)
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StoreTrouble.FULL if is_full else StoreTrouble.OTHER
