"""kill -9 inside commits of store and vault: what was acknowledged is there, once, and both open again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.passphrase_key import PassphraseLock, lock_with_passphrase
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.adapters.vault_file import write_keeping
from mailbox_desk.model.credential import Password
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.paths import Home
from tests.adapters.kill_child import MAILBOXES, PASSPHRASE
from tests.adapters.makings import mailbox, password, standing

ROOT = Path(__file__).resolve().parents[2]
KILLS, CUTS = 50, 16


@dataclass
class Acknowledged:
    """The last count of each mailbox that the store and the vault said was written."""

    store: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, MAILBOXES + 1), 0))
    vault: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, MAILBOXES + 1), 0))


class Nest:
    def __init__(self, tmp_path: Path) -> None:
        env = os.environ | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.kill_child"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hatch(self, home: Home, heard: Acknowledged, *, after: int = 0, delay: float = 0, largest: int = 0) -> int:
        """Let one writer live until it is killed, `delay` seconds after its `after`th word, or cut off by the system.
        Returns the signal that ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{home.root} {largest}\n")
        self._process.stdin.flush()
        pid = words = 0
        for line in self._process.stdout:
            match line.split():
                case ["pid", number]:
                    pid = int(number)
                case ["end", ended_by]:
                    return int(ended_by)
                case [("d" | "v") as which, number, count]:
                    (heard.store if which == "d" else heard.vault)[int(number)] = int(count)
                    words += 1
                    if words == after:
                        time.sleep(delay)
                        os.kill(pid, signal.SIGKILL)
        raise AssertionError("the nest died")

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
def nest(tmp_path: Path) -> Iterator[Nest]:
    opened = Nest(tmp_path)
    yield opened
    opened.close()


async def made(home: Home) -> None:
    database, vault = Database(home), SealedVault(home)
    await database.open()
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for number in range(1, MAILBOXES + 1):
        await database.save_mailbox(mailbox(number), standing(number, last_checked=None))
        await vault.write(MailboxId(f"id-{number}"), password(f"secret {number} 0"))
    await make_it_quick_to_open(vault)
    await database.close()
    await vault.close()


async def make_it_quick_to_open(vault: SealedVault) -> None:
    """Deriving the key slowly is the point of a passphrase, but not of this test, which opens it 130 times."""
    key, contents, commits = vault._opened()
    cheap = PassphraseLock(b"s" * 16, b"", iterations=1, lanes=1, memory=64)
    keeping = replace(contents.keeping, lock=lock_with_passphrase(key, PASSPHRASE, cheap))
    await commits.write(lambda store: write_keeping(store, keeping))


async def verify_store(home: Home, heard: Acknowledged) -> None:
    """Every record whole, none lost, none twice; at most the one in flight more than was acknowledged."""
    database = Database(home)
    await database.open()
    counts = {each.mailbox_id: int(each.last_checked or 0) for each in (await database.load()).standings}
    for number, acknowledged in heard.store.items():
        identity = MailboxId(f"id-{number}")
        count = counts[identity]
        assert count - acknowledged in (0, 1)
        expected = list(range(1, count + 1))
        assert [each.at for each in await database.heartbeats(identity, 0)] == expected
        assert [each.at for each in await database.changes(identity, 1_000_000)] == expected[::-1]
        assert [each.opened_at for each in await database.incidents(identity, 1_000_000)] == expected[::-1]
        heard.store[number] = count
    await database.close()
    assert intact(home.database)


async def verify_vault(home: Home, heard: Acknowledged) -> None:
    vault = SealedVault(home)
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for number, acknowledged in heard.vault.items():
        credential = await vault.read(MailboxId(f"id-{number}"))
        assert isinstance(credential, Password)
        _, whose, count = credential.receiving.reveal().split()
        assert int(whose) == number
        assert int(count) in (acknowledged, heard.store[number])
        heard.vault[number] = int(count)
    await vault.close()
    assert intact(home.vault)


def intact(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")


async def test_kill_9_loses_and_doubles_nothing(desk_home: Home, nest: Nest, no_keyring: None) -> None:
    await made(desk_home)
    heard, dice = Acknowledged(), random.Random(2)
    with_log = 0
    for _ in range(KILLS):
        ended_by = nest.hatch(desk_home, heard, after=dice.randint(1, 80), delay=dice.uniform(0, 0.004))
        assert ended_by == signal.SIGKILL
        with_log += desk_home.database.with_name("desk.sqlite-wal").stat().st_size > 0
        await verify_store(desk_home, heard)
        await verify_vault(desk_home, heard)
    assert with_log == KILLS  # nobody closed: each opening had commits to take over from the log
    assert min(heard.store.values()) > KILLS


async def test_a_write_cut_in_its_middle_loses_and_doubles_nothing(
    desk_home: Home, nest: Nest, no_keyring: None
) -> None:
    """The system ends the writer at an exact byte of a file: a page of the log or of the file itself is torn."""
    await made(desk_home)
    heard, dice = Acknowledged(), random.Random(3)
    for _ in range(CUTS):
        largest = max(desk_home.database.stat().st_size, desk_home.vault.stat().st_size)
        assert nest.hatch(desk_home, heard, largest=largest + dice.randint(1, 40_000)) == signal.SIGXFSZ
        await verify_store(desk_home, heard)
        await verify_vault(desk_home, heard)
    assert sum(heard.store.values()) > CUTS
