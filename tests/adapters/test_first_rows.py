from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from statistics import median

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.first_rows import read_first_rows
from mailbox_desk.adapters.migrations import open_store
from mailbox_desk.model.first_row import FirstRow
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from tests.adapters.makings import NOW, mailbox, standing
from tests.adapters.test_migrations import fingerprint, newer_desk


async def test_rows_come_in_the_order_of_adding_also_while_the_store_is_open(
    database: Database, desk_home: Home
) -> None:
    await database.save_mailbox(mailbox(2, "Two"), standing(2, refused=True, last_checked=None))
    await database.save_mailbox(mailbox(7), standing(7))
    rows = read_first_rows(desk_home)
    assert rows == (
        FirstRow(MailboxId("id-2"), "box2@example.org", "Two", Shown.NEEDS_YOU, "credentials_rejected", NOW, None),
        FirstRow(MailboxId("id-7"), "box7@example.org", "", Shown.PAUSED, None, NOW, NOW),
    )
    await database.close()
    before = fingerprint(desk_home.root)
    assert read_first_rows(desk_home) == rows
    assert fingerprint(desk_home.root) == before


def test_nothing_there_is_no_rows_and_makes_nothing(desk_home: Home) -> None:
    assert read_first_rows(desk_home) == ()
    assert not desk_home.root.exists()


@pytest.mark.parametrize("trouble", ["newer", "damaged", "empty", "half", "body"])
def test_what_cannot_be_read_is_no_rows_and_left_as_it_was(desk_home: Home, trouble: str) -> None:
    desk_home.root.mkdir()
    match trouble:
        case "newer":
            open_store(desk_home.database, newer_desk(), desk_home.backups).close()
        case "damaged":
            desk_home.database.write_text("no database" * 50)
        case "half":
            desk_home.database.write_bytes(b"SQLite format 3\0")
        case "empty":
            desk_home.database.touch()
        case _:
            open_store(desk_home.database, newer_desk(), desk_home.backups).close()
            content = desk_home.database.read_bytes()
            desk_home.database.write_bytes(content[:63] + b"\x01" + content[64:4096] + b"\xff" * (len(content) - 4096))
    before = fingerprint(desk_home.root)
    assert read_first_rows(desk_home) == ()
    assert fingerprint(desk_home.root) == before


async def test_a_locked_store_is_no_rows_at_once(database: Database, desk_home: Home) -> None:
    await database.save_mailbox(mailbox(1), standing(1))
    await database.close()
    with closing(sqlite3.connect(desk_home.database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("INSERT INTO settings VALUES ('a', 'b')")
        began = time.monotonic()
        read_first_rows(desk_home)
        assert time.monotonic() - began < 0.5


async def test_a_thousand_rows_take_a_few_milliseconds(database: Database, desk_home: Home) -> None:
    await asyncio.gather(*(database.save_mailbox(mailbox(n), standing(n)) for n in range(1, 1001)))
    await database.close()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        rows = read_first_rows(desk_home)
        took.append(time.perf_counter() - began)
        assert len(rows) == 1000
    assert median(took) < 0.03, took  # 4 ms on the machine it was written on


def test_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, mailbox_desk.adapters.first_rows\n"
        "heavy = {'msgspec', 'cryptography', 'keyring', 'imapclient', 'asyncio', 'PySide6', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
