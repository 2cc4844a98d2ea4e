from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.migrations import open_store
from mailbox_desk.adapters.store_formats import DESK_FORMAT, Migration, StoreFormat
from mailbox_desk.adapters.store_header import StoreHeader, read_header
from mailbox_desk.model.history import ArchiveFailed, StoreIsNewer
from mailbox_desk.paths import Home
from tests.adapters.makings import mailbox, standing

OLD = StoreFormat(77, (Migration(1, ("CREATE TABLE pets (name TEXT)", "INSERT INTO pets VALUES ('Rex')")),))
NEW = StoreFormat(
    77,
    (
        *OLD.migrations,
        Migration(2, ("ALTER TABLE pets ADD COLUMN age INTEGER NOT NULL DEFAULT 3",)),
        Migration(3, ("CREATE TABLE owners (name TEXT)", "INSERT INTO owners SELECT name || '''s' FROM pets")),
    ),
)
BROKEN = StoreFormat(
    77, (*NEW.migrations[:2], Migration(3, ("CREATE TABLE owners (name TEXT)", "INSERT INTO no VALUES (1)")))
)


def newer_desk() -> StoreFormat:
    extra = Migration(DESK_FORMAT.version + 1, ("CREATE TABLE later (x)",))
    return StoreFormat(DESK_FORMAT.application_id, (*DESK_FORMAT.migrations, extra))


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        each.name: (hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_mtime_ns)
        for each in folder.iterdir()
        if each.is_file()
    }


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_an_older_file_is_backed_up_and_brought_up_step_by_step(desk_home: Home) -> None:
    open_store(desk_home.database, OLD, desk_home.backups).close()
    with closing(open_store(desk_home.database, NEW, desk_home.backups)) as connection:
        assert connection.execute("SELECT name, age FROM pets").fetchall() == [("Rex", 3)]
        assert connection.execute("SELECT name FROM owners").fetchall() == [("Rex's",)]
    assert read_header(desk_home.database) == StoreHeader(3, 77)
    backups = sorted(desk_home.backups.iterdir())
    assert [each.name.rpartition("-")[2] for each in backups] == ["v1.sqlite", "v2.sqlite"]
    assert [len(everything(each)) for each in backups] == [4, 4]
    assert {stat.S_IMODE(each.stat().st_mode) for each in backups} == {0o600}
    assert stat.S_IMODE(desk_home.backups.stat().st_mode) == 0o700


async def test_a_desk_of_the_first_format_keeps_its_incidents(desk_home: Home) -> None:
    first = StoreFormat(DESK_FORMAT.application_id, DESK_FORMAT.migrations[:1])
    with closing(open_store(desk_home.database, first, desk_home.backups)) as connection:
        connection.execute("INSERT INTO mailboxes VALUES (1, 'id-1', 'a@x', '', '{}')")
        connection.execute("INSERT INTO incidents VALUES (1, 'i', 'over_quota', 'NEEDS_YOU', 1.0, 2.0, 3.0, NULL)")
        connection.execute("INSERT INTO incident_mailboxes VALUES (1, 1, 0)")
    database = Database(desk_home)
    await database.open()
    (kept,) = await database.incidents(None, 5)
    await database.close()
    assert (kept.id, kept.is_open, kept.told_at) == ("i", True, None)


def test_a_new_file_needs_no_backup(desk_home: Home) -> None:
    open_store(desk_home.database, NEW, desk_home.backups).close()
    assert not desk_home.backups.exists()


def test_only_the_last_five_backups_are_kept(desk_home: Home) -> None:
    desk_home.backups.mkdir(parents=True)
    for number in range(7):
        (desk_home.backups / f"desk-20200101T00000{number}-v1.sqlite").write_bytes(b"old")
    (desk_home.backups / "vault-20200101T000000-v1.sqlite").write_bytes(b"another's")
    open_store(desk_home.database, OLD, desk_home.backups).close()
    open_store(desk_home.database, NEW, desk_home.backups).close()
    names = sorted(each.name for each in desk_home.backups.iterdir())
    assert len(names) == 6
    assert names[0] == "desk-20200101T000004-v1.sqlite"
    assert names[-1] == "vault-20200101T000000-v1.sqlite"


def test_a_migration_that_fails_leaves_the_format_before_it(desk_home: Home) -> None:
    open_store(desk_home.database, OLD, desk_home.backups).close()
    with pytest.raises(sqlite3.OperationalError):
        open_store(desk_home.database, BROKEN, desk_home.backups)
    assert read_header(desk_home.database) == StoreHeader(2, 77)
    with closing(open_store(desk_home.database, NEW, desk_home.backups)) as connection:
        assert connection.execute("SELECT name FROM owners").fetchall() == [("Rex's",)]


async def test_a_newer_store_is_said_and_left_as_it_was(desk_home: Home) -> None:
    newer = Database(desk_home, store_format=newer_desk())
    await newer.open()
    await newer.save_mailbox(mailbox(), standing())
    await newer.close()
    before = fingerprint(desk_home.root)
    with pytest.raises(StoreIsNewer) as raised:
        await Database(desk_home).open()
    assert (raised.value.found, raised.value.known) == (DESK_FORMAT.version + 1, DESK_FORMAT.version)
    assert fingerprint(desk_home.root) == before
    assert list(before) == ["desk.sqlite"]


def test_a_newer_store_that_was_killed_is_left_with_its_log(desk_home: Home) -> None:
    """Its last commits wait in the -wal file: neither that nor the index beside it is touched."""
    code = """
import os, sys
from pathlib import Path
from mailbox_desk.adapters.migrations import open_store
from tests.adapters.test_migrations import newer_desk
connection = open_store(Path(sys.argv[1]), newer_desk(), Path(sys.argv[2]))
connection.execute("INSERT INTO later VALUES (1)")
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code, desk_home.database, desk_home.backups], check=False)
    before = fingerprint(desk_home.root)
    assert len(before) == 3
    with pytest.raises(StoreIsNewer):
        open_store(desk_home.database, DESK_FORMAT, desk_home.backups)
    assert fingerprint(desk_home.root) == before


@pytest.mark.parametrize("damage", ["text", "short", "body", "foreign"])
async def test_a_damaged_or_foreign_file_is_said_and_left_as_it_was(desk_home: Home, damage: str) -> None:
    path = desk_home.database
    desk_home.root.mkdir()
    match damage:
        case "text":
            path.write_text("this is no database " * 100)
        case "short":
            path.write_bytes(b"SQLite format 3\0")
        case "foreign":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE bookmarks (x)")
        case _:
            open_store(path, DESK_FORMAT, desk_home.backups).close()
            content = path.read_bytes()
            path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    before = fingerprint(desk_home.root)
    with pytest.raises(ArchiveFailed) as failed:
        await Database(desk_home).open()
    assert failed.value.__cause__ is not None
    assert fingerprint(desk_home.root) == before


async def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(ArchiveFailed):
        await Database(Home(tmp_path / "home")).open()


async def test_a_file_made_but_never_filled_is_a_new_one(desk_home: Home) -> None:
    desk_home.root.mkdir()
    desk_home.database.touch()
    database = Database(desk_home)
    await database.open()
    assert (await database.load()).mailboxes == ()
    await database.close()
