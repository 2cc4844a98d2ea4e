"""Copies of the store, and the way back from one."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.store_backups import back_up, is_due
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.paths import Home
from tests.adapters.makings import mailbox, standing

Damage = str


async def lived_in(home: Home, *numbers: int) -> None:
    database = Database(home)
    await database.open()
    for number in numbers:
        await database.save_mailbox(mailbox(number), standing(number))
    await database.tidy(time.time())
    await database.close()


def harm(path: Path, damage: Damage) -> bytes:
    content = path.read_bytes()
    match damage:
        case "head":
            content = os.urandom(100) + content[100:]
        case "cut":
            content = content[: len(content) // 2]
        case "page":
            content = content[:4096] + os.urandom(len(content) - 4096)
        case _:
            content = b""
    path.write_bytes(content)
    return content


def content_of(file: str) -> bytes:
    return Path(file).read_bytes()


async def ids(home: Home) -> tuple[list[MailboxId], Database]:
    database = Database(home)
    await database.open()
    found = [each.id for each in (await database.load()).mailboxes]
    await database.close()
    return found, database


@pytest.mark.parametrize("damage", ["head", "cut", "page"])
async def test_a_damaged_store_is_put_aside_and_its_copy_restored(desk_home: Home, damage: Damage) -> None:
    await lived_in(desk_home, 1, 2)
    harmed = harm(desk_home.database, damage)
    found, database = await ids(desk_home)
    assert found == ["id-1", "id-2"]
    assert database.restored is not None
    assert abs(database.restored.at - time.time()) < 60
    assert content_of(database.restored.aside) == harmed, "the damaged one is kept whole"
    found, database = await ids(desk_home)
    assert (found, database.restored) == (["id-1", "id-2"], None)


async def test_a_copy_that_is_damaged_too_is_passed_over(desk_home: Home) -> None:
    await lived_in(desk_home, 1)
    newer = back_up(desk_home.database, desk_home.backups)
    os.utime(newer, (time.time() + 5, time.time() + 5))
    harm(newer, "page")
    harm(desk_home.database, "head")
    found, database = await ids(desk_home)
    assert found == ["id-1"]
    assert database.restored is not None


async def test_without_a_copy_nothing_is_touched(desk_home: Home) -> None:
    await lived_in(desk_home)
    harmed = harm(desk_home.database, "head")
    assert list(desk_home.backups.glob("*")) == [], "an empty store is not worth a copy"
    with pytest.raises(ArchiveFailed):
        await ids(desk_home)
    assert desk_home.database.read_bytes() == harmed


async def test_another_program_s_file_is_never_replaced(desk_home: Home) -> None:
    await lived_in(desk_home, 1)
    desk_home.database.unlink()
    with closing(sqlite3.connect(desk_home.database)) as other:
        other.execute("PRAGMA application_id=77")
        other.execute("CREATE TABLE bookmarks (x)")
    before = desk_home.database.read_bytes()
    with pytest.raises(ArchiveFailed):
        await ids(desk_home)
    assert desk_home.database.read_bytes() == before


async def test_a_damaged_store_is_never_copied_over_a_good_copy(desk_home: Home) -> None:
    await lived_in(desk_home, 1)
    kept = {path.name for path in desk_home.backups.iterdir()}
    harm(desk_home.database, "page")
    with pytest.raises(sqlite3.DatabaseError):
        back_up(desk_home.database, desk_home.backups)
    assert {path.name for path in desk_home.backups.glob("*.sqlite")} == kept


async def test_three_are_kept_and_one_a_day_is_due(desk_home: Home) -> None:
    assert is_due(desk_home.database, desk_home.backups, time.time())
    await lived_in(desk_home, 1)
    for _ in range(4):
        newest = back_up(desk_home.database, desk_home.backups)
    assert len(list(desk_home.backups.glob("daily-*.sqlite"))) == 3
    assert newest.stat().st_mode & 0o077 == 0
    now = newest.stat().st_mtime
    assert not is_due(desk_home.database, desk_home.backups, now + 3600)
    assert is_due(desk_home.database, desk_home.backups, now + 90_000)
    assert is_due(desk_home.database, desk_home.backups, now - 90_000), "a clock set back must not end the copies"


async def test_a_store_in_use_is_copied_amid_writes(desk_home: Home) -> None:
    database = Database(desk_home)
    await database.open()
    for number in range(30):
        await database.save_mailbox(mailbox(number), standing(number))
    await database.tidy(time.time())
    await database.save_setting("after", "the copy")
    await database.close()
    harm(desk_home.database, "head")
    found, _ = await ids(desk_home)
    assert len(found) == 30
