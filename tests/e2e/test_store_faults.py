"""A store that takes nothing, or is damaged, under the whole program: said in plain words, watched on, nothing lost
that could be kept, nothing half-written; over when it is over."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbox_desk.adapters.store_backups import back_up
from mailbox_desk.model.history import StoreTrouble
from mailbox_desk.paths import Home
from tests.adapters.test_store_backups import harm
from tests.e2e.flow_desk import WORDS, until_status
from tests.e2e.screen import Person
from tests.e2e.store_home import GOOD, USERS, count_in, fill, incidents_in, settle, small_disk, statuses
from tests.e2e.test_one_home import Desk, running
from tests.e2e.test_window import desk
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.secret_service import SecretService
from tests.ui.waiting import until

ANN, BOB, CID = USERS
REFUSED = ("credentials_rejected", True)
_HOLDER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
store.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
store.execute("ROLLBACK")
"""


@pytest.fixture
def server(ca: object) -> Iterator[Dovecot]:
    with Dovecot([DovecotUser(user) for user in USERS], ca=ca) as made:  # type: ignore[arg-type]
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    return Home(tmp_path / "home")


@pytest.fixture
def disk(home: Home) -> Iterator[Path]:
    with small_disk(home.root):
        yield home.root


@contextmanager
def held_by_another(home: Home) -> Iterator[None]:
    """Another process holds the store by a transaction of its own."""
    words = [sys.executable, "-c", _HOLDER, str(home.database)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate(timeout=10)


def sentence(why: StoreTrouble) -> str:
    """What is said of it, up to the time in it."""
    return WORDS.text(f"service.unwritten.{why.value}", at="|").partition("|")[0]


async def all_well(watch: Desk) -> None:
    await until(lambda: list(statuses(watch).values()) == ["CONNECTED"] * 3, seconds=40)


async def is_told(watch: Desk, user: str, status: str) -> None:
    await until(lambda: statuses(watch).get(user) == status, seconds=40)


def clean(watch: Desk) -> bool:
    return "Traceback" not in watch.said and "Logging error" not in watch.said


async def said_again_after_a_kill(home: Home, server: Dovecot, *refused: str) -> None:
    """What was stored by then is the truth of the next start, which tells of the end before."""
    wanted = [REFUSED] * len(refused), 2 * len(refused)
    assert (incidents_in(home), count_in(home, "refusals")) == wanted
    with running(home, server, "watch", "--json") as watch:
        await watch.says("did not end properly")
        for user in refused:
            await is_told(watch, user, "NEEDS_YOU")
        await is_told(watch, BOB, "CONNECTED")
        assert await watch.ends() == 0
    assert (incidents_in(home), count_in(home, "refusals")) == wanted, "a secret rests over the restart"


async def test_a_full_disk_under_a_watch(home: Home, disk: Path, server: Dovecot) -> None:
    await settle(home, server)
    with running(home, server, "watch", "--json") as watch:
        await all_well(watch)
        filler = fill(disk)
        server.set_password(ANN, "another one")
        await is_told(watch, ANN, "NEEDS_YOU")
        await watch.says(sentence(StoreTrouble.FULL))
        assert incidents_in(home) == []
        server.set_password(CID, "another one")
        await is_told(watch, CID, "NEEDS_YOU")  # it goes on
        assert statuses(watch)[BOB] == "CONNECTED"
        assert watch.said.count(sentence(StoreTrouble.FULL)) == 1, "said once"
        filler.unlink()
        await watch.says(WORDS.text("service.written_again"))
        assert clean(watch), watch.said
        await watch.ends(signal.SIGKILL)
    await said_again_after_a_kill(home, server, ANN, CID)


async def test_a_watch_ends_well_on_a_full_disk_and_starts_once_there_is_room(
    home: Home, disk: Path, server: Dovecot
) -> None:
    await settle(home, server)
    with running(home, server, "watch", "--json") as watch:
        await all_well(watch)
        filler = fill(disk)
        await watch.says(sentence(StoreTrouble.FULL))
        began = time.monotonic()
        assert await watch.ends() == 0
        assert time.monotonic() - began < 2
        assert clean(watch), watch.said
    fill(disk)  # what the end gave back, too
    with running(home, server, "watch", "--json") as watch:
        assert await asyncio.to_thread(watch.process.wait, 30) == 2
        assert "No space left" in watch.said
        assert clean(watch), watch.said
    filler.unlink()
    with running(home, server, "check", "--json") as check:
        assert await asyncio.to_thread(check.process.wait, 30) == 0, check.said
        assert "did not end properly" not in check.said
    assert incidents_in(home) == []


@pytest.mark.long
async def test_a_store_that_another_process_holds(home: Home, server: Dovecot) -> None:
    await settle(home, server)
    with running(home, server, "watch", "--json") as watch:
        await all_well(watch)
        with held_by_another(home):
            server.set_password(ANN, "another one")
            await is_told(watch, ANN, "NEEDS_YOU")
            await watch.says(sentence(StoreTrouble.LOCKED))
            await asyncio.sleep(8)
            assert incidents_in(home) == []
            assert watch.said.count(sentence(StoreTrouble.LOCKED)) == 1, "said once"
        await watch.says(WORDS.text("service.written_again"))
        assert clean(watch), watch.said
        await watch.ends(signal.SIGKILL)
    await said_again_after_a_kill(home, server, ANN)


async def test_a_short_hold_is_not_worth_a_word(home: Home, server: Dovecot) -> None:
    await settle(home, server)
    with running(home, server, "watch", "--json") as watch:
        await all_well(watch)
        with held_by_another(home):
            server.set_password(ANN, "another one")
            await asyncio.sleep(2)
        await is_told(watch, ANN, "NEEDS_YOU")
        await until(lambda: incidents_in(home) == [REFUSED], seconds=20)
        assert "store" not in watch.said
        assert await watch.ends() == 0


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as bus, Person(bus.env) as made:
        yield made


@pytest.mark.long
async def test_a_full_disk_under_the_window(
    home: Home, disk: Path, server: Dovecot, person: Person, tmp_path: Path
) -> None:
    await settle(home, server)
    log = tmp_path / "log"
    with desk(person, home.root, server, log, "--passphrase-file", str(tmp_path / "passphrase")) as window:
        for user in USERS:
            until_status(person, user, "Connected")
        filler = fill(disk)
        server.set_password(ANN, "another one")
        until_status(person, ANN, "Needs you")
        person.sees(sentence(StoreTrouble.FULL))
        until_status(person, BOB, "Connected")
        filler.unlink()
        person.sees_no(sentence(StoreTrouble.FULL), seconds=30)
        assert REFUSED in incidents_in(home)
        window.kill()
        window.wait()
    assert "Logging error" not in log.read_text()
    assert "Traceback" not in log.read_text()
    assert count_in(home, "refusals") == 2
    with desk(person, home.root, server, log, "--passphrase-file", str(tmp_path / "passphrase")) as window:
        until_status(person, ANN, "Needs you")
        person.sees("did not end properly")
        person.presses("ctrl+q")
        assert await asyncio.to_thread(window.wait, 10) == 0


async def test_a_damaged_store_is_told_by_watch_and_window_with_what_was_lost(
    home: Home, server: Dovecot, person: Person, tmp_path: Path
) -> None:
    await settle(home, server)
    with running(home, server, "watch", "--json") as watch:
        await all_well(watch)
        assert await watch.ends() == 0
    back_up(home.database, home.backups)
    told = WORDS.text("service.restored", at="|", aside="|").split("|")
    harm(home.database, "page")
    with running(home, server, "watch", "--json") as watch:
        await watch.says(told[0])
        await all_well(watch)
        assert all(part in watch.said for part in told)
        assert str(home.backups) in watch.said
        assert await watch.ends() == 0
        assert clean(watch), watch.said
    harm(home.database, "head")
    log = tmp_path / "log"
    with desk(person, home.root, server, log, "--passphrase-file", str(tmp_path / "passphrase")) as window:
        person.sees(told[1])
        for user in USERS:
            until_status(person, user, "Connected")
        person.presses("ctrl+q")
        assert await asyncio.to_thread(window.wait, 10) == 0
    assert len(list(home.backups.glob("damaged-*-desk.sqlite"))) == 2
    assert count_in(home, "mailboxes") == 3
    assert GOOD not in log.read_text()
