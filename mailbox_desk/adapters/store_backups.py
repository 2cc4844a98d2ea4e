"""Copies of a store that is in use, and the way back from one. Blocking.

A copy is made of a sound store alone, and put in place only when it is complete. A damaged store is never written to:
it is put aside whole, and its copy takes its place. The file of another program, or of a newer one of ours, is let be.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mailbox_desk.adapters.migrations import open_store
from mailbox_desk.adapters.private_files import make_private_file, make_private_folder
from mailbox_desk.adapters.store_formats import StoreFormat
from mailbox_desk.adapters.store_header import NotAStore, read_header
from mailbox_desk.model.beginning import Restored

DAY: Final = 86_400.0
_KEPT: Final = 3
_MOMENT: Final = "%Y%m%dT%H%M%S%f"
_log = logging.getLogger(__name__)


class Unsound(sqlite3.DatabaseError):
    """SQLite's own check found the file damaged; the text is its first finding."""


def open_sound(path: Path, store_format: StoreFormat, backups: Path) -> tuple[sqlite3.Connection, Restored | None]:
    """The store, checked; where it is damaged and there is a sound copy, that copy, and how it was restored. Raises as
    open_store, or Unsound, and has then touched nothing."""
    try:
        return _checked(path, store_format, backups), None
    except (NotAStore, sqlite3.DatabaseError) as damage:
        if isinstance(damage, sqlite3.OperationalError) or _is_anothers(path, store_format):
            raise  # locked, no rights, disk full: not damaged
        copy = newest_copy(path, store_format, backups)
        if copy is None:
            raise
        _log.warning("the store is damaged (%s); its copy of %s takes its place", damage, copy.name)
        aside = put_aside(path, backups)
        return _in_place(copy, path, store_format, backups), Restored(copy.stat().st_mtime, str(aside))


def back_up(path: Path, backups: Path) -> Path:
    """A copy of a store in use, by a connection of its own, so that nobody waits for it; the last three are kept.
    Raises Unsound, sqlite3.Error or OSError."""
    make_private_folder(backups)
    draft = backups / f"daily-{path.stem}.unfinished"
    draft.unlink(missing_ok=True)
    make_private_file(draft)
    with closing(sqlite3.connect(path, isolation_level=None)) as store, closing(sqlite3.connect(draft)) as copy:
        check_sound(store)
        store.backup(copy)
    made = backups / f"daily-{path.stem}-{datetime.now(UTC).strftime(_MOMENT)}.sqlite"
    draft.replace(made)
    for old in _daily(path, backups)[_KEPT:]:
        old.unlink()
    return made


def is_due(path: Path, backups: Path, now: float) -> bool:
    """The newest daily copy is older than a day, lies in the future, or is none."""
    newest = next(iter(_daily(path, backups)), None)
    return newest is None or not 0 <= now - newest.stat().st_mtime < DAY


def newest_copy(path: Path, store_format: StoreFormat, backups: Path) -> Path | None:
    """The newest copy that is sound and of a format we know."""
    return next((copy for copy in _copies(path, backups) if _is_sound(copy, store_format)), None)


def put_aside(path: Path, backups: Path) -> Path:
    """Moves a store's files, whole, into the backups, and says where. Raises OSError."""
    make_private_folder(backups)
    place = backups / f"damaged-{datetime.now(UTC).strftime(_MOMENT)}-{path.name}"
    for ending in ("-wal", "-shm", ""):
        source = path.with_name(path.name + ending)
        if source.exists():
            source.replace(place.with_name(place.name + ending))
    return place


def check_sound(connection: sqlite3.Connection) -> None:
    """SQLite's quick check (https://sqlite.org/pragma.html#pragma_quick_check). Raises Unsound or sqlite3.Error."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise Unsound(found)


def _checked(path: Path, store_format: StoreFormat, backups: Path) -> sqlite3.Connection:
    connection = open_store(path, store_format, backups)
    try:
        check_sound(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _in_place(copy: Path, path: Path, store_format: StoreFormat, backups: Path) -> sqlite3.Connection:
    draft = path.with_name(path.name + ".restoring")
    draft.unlink(missing_ok=True)
    make_private_file(draft)
    draft.write_bytes(copy.read_bytes())
    draft.replace(path)
    return _checked(path, store_format, backups)


def _is_anothers(path: Path, store_format: StoreFormat) -> bool:
    """A readable head that says it is not ours."""
    try:
        header = read_header(path)
    except NotAStore:
        return False  # no head at all: ours by its name and place
    return header is not None and header.application_id not in (0, store_format.application_id)


def _is_sound(copy: Path, store_format: StoreFormat) -> bool:
    try:
        header = read_header(copy)
        if header is None or header.application_id != store_format.application_id:
            return False
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            check_sound(connection)
    except (NotAStore, sqlite3.Error, OSError) as error:
        _log.warning("the copy %s can't be used: %s", copy.name, error)
        return False
    return header.version <= store_format.version


def _copies(path: Path, backups: Path) -> Iterator[Path]:
    """The newest first, those made before a migration among them."""
    found = (*backups.glob(f"daily-{path.stem}-*.sqlite"), *backups.glob(f"{path.stem}-*.sqlite"))
    return iter(sorted(found, key=lambda copy: copy.stat().st_mtime, reverse=True))


def _daily(path: Path, backups: Path) -> list[Path]:
    """The newest first, by the moment in their names."""
    return sorted(backups.glob(f"daily-{path.stem}-*.sqlite"), reverse=True)
