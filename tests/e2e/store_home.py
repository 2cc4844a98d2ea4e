"""A home with three mailboxes at a real server, a vault under a passphrase, and sign-ins each second or two."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.paths import Home
from tests.e2e.test_one_home import PASSPHRASE, Desk
from tests.servers.dovecot import Dovecot, DovecotUser

USERS: Final = ("ann@example.org", "bob@example.org", "cid@example.org")
GOOD: Final = DovecotUser("x").password
_QUICK: Final = {
    "second_opinion": "0.5-0.8",
    "first_round_spacing": "0.01",
    "interval": "1.5",
    "idle_lines": "none",
    "closing_explained": "on",
}


async def settle(home: Home, server: Dovecot) -> None:
    """Put the mailboxes in, each with its right password. Needs a bus address that leads nowhere."""
    (home.root.parent / "passphrase").write_text(f"{PASSPHRASE}\n")
    database, vault = Database(home), SealedVault(home)
    await database.open()
    await vault.open(passphrase=Secret(PASSPHRASE))
    for name, value in _QUICK.items():
        await database.save_setting(name, value)
    for user in USERS:
        mailbox = Mailbox(MailboxId(user[:3]), user, Endpoint("localhost", server.imaps_port, Security.TLS, user), None)
        await vault.write(mailbox.id, Password(Secret(GOOD)))
        await database.save_mailbox(mailbox, first_standing(mailbox, None, time.time()))
    await vault.close()
    await database.close()


@contextmanager
def small_disk(folder: Path, megabytes: int = 8) -> Iterator[None]:
    """A file system of its own in this folder; skips where we may not mount one."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """To the last byte; the answer is the file to delete."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def statuses(desk: Desk) -> dict[str, str]:
    """What a watch told last of each mailbox, by address."""
    told = [json.loads(line) for line in desk.said.splitlines() if line.startswith("{")]
    return {each["address"]: each["status"] for each in told}


def incidents_in(home: Home) -> list[tuple[str, bool]]:
    """Cause of each incident, and whether it is open."""
    with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [(cause, closed is None) for cause, closed in store.execute("SELECT cause, closed_at FROM incidents")]


def count_in(home: Home, table: str) -> int:
    with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True)) as store:
        return int(store.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
