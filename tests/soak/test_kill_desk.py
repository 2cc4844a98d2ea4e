"""kill -9 of a whole desk, while fifty mailboxes come and go and five secrets a second rotate: after each death store
and vault are whole, and no incident is lost or doubled."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import new_standing
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from tests.adapters.kill_child import PASSPHRASE
from tests.adapters.test_kill import intact, make_it_quick_to_open
from tests.soak.kill_desk import MAILBOXES, count_of

ROOT = Path(__file__).resolve().parents[2]
IDS = [MailboxId(f"m{number}") for number in range(MAILBOXES)]

_log = logging.getLogger(__name__)


@dataclass
class Acknowledged:
    """What the desk said was written: incidents open or closed, and the count of each secret."""

    incidents: dict[str, str] = field(default_factory=dict)
    secrets: dict[MailboxId, int] = field(default_factory=lambda: dict.fromkeys(IDS, 0))


class Nest:
    def __init__(self, home: Home) -> None:
        self._home = home
        env = os.environ | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={home.root}/no-bus"}
        command = [sys.executable, "-m", "tests.soak.kill_desk"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def hatch(self, heard: Acknowledged, ends_by: str, number: int, *, delay: float = 0.0) -> int:
        """Let a desk live until it dies. Returns the signal that ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._home.root} {ends_by} {number}\n")
        self._process.stdin.flush()
        pid = 0
        for words, line in enumerate(self._process.stdout, start=1):
            match line.split():
                case ["pid", text]:
                    pid = int(text)
                case ["end", ended_by]:
                    return int(ended_by)
                case ["i", identity, state]:
                    heard.incidents[identity] = state
                case ["v", mailbox, count]:
                    heard.secrets[MailboxId(mailbox)] = int(count)
            if ends_by == "time" and words == number:
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
        raise AssertionError("the nest died")

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Fifty mailboxes at ten hosts of this computer, so that nobody takes their outages for that of the network."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    made = Home(tmp_path / "home")
    database, vault = Database(made), SealedVault(made)
    await database.open()
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for number, each in enumerate(IDS):
        receives = Endpoint(f"127.0.1.{number % 10}", 993, Security.TLS, each)
        mailbox = Mailbox(each, f"{each}@site{number % 10}.test", receives, None)
        await database.save_mailbox(mailbox, new_standing(mailbox, 1_800_000_000.0))
        await vault.write(each, Password(Secret(f"{each} 0")))
    await make_it_quick_to_open(vault)
    await database.close()
    await vault.close()
    return made


@pytest.fixture
def nest(home: Home) -> Iterator[Nest]:
    opened = Nest(home)
    yield opened
    opened.close()


async def verify(home: Home, heard: Acknowledged) -> Counter[str]:
    """Raises AssertionError for whatever is broken, lost or doubled. Returns how many are shown as what."""
    assert intact(home.database)
    assert intact(home.vault)
    database, vault = Database(home), SealedVault(home)
    await database.open()
    standings = (await database.load()).standings
    await database.close()
    assert {each.mailbox_id for each in standings} == set(IDS)
    verify_incidents(home, heard, standings)
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for each, acknowledged in heard.secrets.items():
        heard.secrets[each] = await count_of(vault, each)
        assert heard.secrets[each] - acknowledged in (0, 1)
    await vault.close()
    return Counter(each.shown.value for each in standings)


def verify_incidents(home: Home, heard: Acknowledged, standings: Sequence[Standing]) -> None:
    """A veil ends no incident and begins none: what was down before it is not back, and what falls under it unseen is
    told once it lifts. Who is not down is in none, veiled or not."""
    with closing(sqlite3.connect(home.database)) as store:
        closed = {name: at is not None for name, at in store.execute("SELECT id, closed_at FROM incidents")}
        rows = store.execute(
            """SELECT m.id, i.kind FROM incidents i JOIN incident_mailboxes p ON p.incident = i.key
               JOIN mailboxes m ON m.key = p.mailbox WHERE i.closed_at IS NULL AND NOT p.has_left"""
        ).fetchall()
    for identity, state in heard.incidents.items():
        assert identity in closed, f"lost: {identity}"
        assert closed[identity] or state == "open", f"open again: {identity}"
    places = Counter(mailbox for mailbox, _ in rows)
    assert [each for each, count in places.items() if count > 1] == [], "in two incidents at once"
    kinds = dict(rows)
    for standing in standings:
        each, how, verdict = standing.mailbox_id, standing.shown, standing.state.verdict
        if how in (Shown.RECONNECTING, Shown.NEEDS_YOU):
            assert each in kinds, f"{each} is {how.value} and nothing tells of it"
        elif not verdict.is_down:
            assert kinds.get(each) in (None, "unsteady"), f"{each} is {how.value}, and an incident is open"


async def kill(nest: Nest, home: Home, times: dict[str, int], seed: int) -> Counter[str]:
    """So many of each sort. Returns how many mailboxes were found shown as what."""
    heard, dice, ended = Acknowledged(), random.Random(seed), Counter[tuple[str, int]]()
    numbers = {"time": (1, 120), "statement": (20, 1500), "size": (40_000, 250_000)}
    seen: Counter[str] = Counter()
    for ends_by in dice.sample(list(times), counts=list(times.values()), k=sum(times.values())):
        number = dice.randint(*numbers[ends_by])
        ended[ends_by, nest.hatch(heard, ends_by, number, delay=dice.uniform(0, 0.01))] += 1
        seen += await verify(home, heard)
    assert ended == {(how, signal.SIGXFSZ if how == "size" else signal.SIGKILL): count for how, count in times.items()}
    assert len(heard.incidents) > sum(times.values())
    assert sum(heard.secrets.values()) > sum(times.values()) / 2
    assert len(seen) >= 3, "mailboxes change state"
    incidents, secrets = len(heard.incidents), sum(heard.secrets.values())
    _log.info("%s, %d incidents, %d secrets, seen %s", dict(ended), incidents, secrets, dict(seen))
    return seen


@pytest.mark.timeout(240)
async def test_killed_a_few_times(nest: Nest, home: Home) -> None:
    await kill(nest, home, {"time": 2, "statement": 2, "size": 3}, 5)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_killed_two_hundred_times(nest: Nest, home: Home) -> None:
    seen = await kill(nest, home, {"time": 80, "statement": 60, "size": 60}, 6)
    assert seen[Shown.BLIND.value], "some died under a veil"
