"""Opens an SQLite file at the format this program knows: looks first, backs up, migrates, and only then writes.

A file that is newer, damaged or another program's is left as it was, byte for byte.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from mailbox_desk.adapters.private_files import make_private_file, make_private_folder
from mailbox_desk.adapters.store_formats import Migration, StoreFormat
from mailbox_desk.adapters.store_header import NotAStore, has_open_wal, read_header, read_only_address
from mailbox_desk.model.history import StoreIsNewer

_BACKUPS_KEPT = 5
_WAIT_FOR_READERS = 5.0


def open_store(path: Path, store_format: StoreFormat, backups: Path) -> sqlite3.Connection:
    """A connection in WAL mode that begins no transaction by itself; the file is made where it is missing.

    Raises StoreIsNewer, NotAStore, sqlite3.Error or OSError.
    """
    found = _version_of(path, store_format)
    make_private_folder(path.parent)
    make_private_file(path)
    connection = sqlite3.connect(path, timeout=_WAIT_FOR_READERS, isolation_level=None)
    try:
        if found < store_format.version:
            _migrate(connection, path, found, store_format, backups)
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL: a commit survives kill -9, since the system holds what was written; no file is ever torn, but a
        # power cut may take the last second of checks. What a person did is committed with FULL (see group_commit).
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA fullfsync=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=4194304")
    except BaseException:
        connection.close()
        raise
    return connection


def _version_of(path: Path, store_format: StoreFormat) -> int:
    """Migrations the file has seen, 0 for none. Raises for a file that is not to be touched."""
    header = read_header(path)
    if header is None:
        return 0
    if header.application_id == store_format.application_id and header.version > store_format.version:
        raise StoreIsNewer(header.version, store_format.version)
    with closing(sqlite3.connect(read_only_address(path), uri=True, isolation_level=None)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if header.application_id != store_format.application_id:
            if tables or header.application_id or header.version:
                raise NotAStore(f"{path.name} belongs to another program")
            return 0  # made, but the first migration never ended
        if not has_open_wal(path):
            for (table,) in tables:
                connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchall()
    return header.version


def _migrate(connection: sqlite3.Connection, path: Path, found: int, store_format: StoreFormat, backups: Path) -> None:
    # Not in the WAL: so the version in the file's header is always true for a program that only looks at it.
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    for migration in store_format.migrations[found:]:
        if found:
            _back_up(connection, path, migration.number - 1, backups)
        _apply(connection, migration, store_format.application_id)


def _apply(connection: sqlite3.Connection, migration: Migration, application_id: int) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in migration.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={application_id}")
        connection.execute(f"PRAGMA user_version={migration.number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, path: Path, version: int, backups: Path) -> None:
    """A whole copy, put in place only when it is complete; the last five of this file are kept."""
    make_private_folder(backups)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    draft = backups / f"{path.stem}.unfinished"
    draft.unlink(missing_ok=True)
    make_private_file(draft)
    with closing(sqlite3.connect(draft)) as copy:
        connection.backup(copy)
    draft.replace(backups / f"{path.stem}-{moment}-v{version}.sqlite")
    for old in sorted(backups.glob(f"{path.stem}-*.sqlite"))[:-_BACKUPS_KEPT]:
        old.unlink()
