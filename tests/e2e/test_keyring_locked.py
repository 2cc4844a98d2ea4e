"""The keyring is locked when the desk starts, and unlocked later by the person: seen, said, stored, and over by itself.

A real Secret Service, a real mail server, the whole program: in a terminal and in a window.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.first_rows import read_first_rows
from mailbox_desk.paths import Home
from tests.e2e.flow_desk import FINE, REFUSED, WORDS, quick_home, until_status, users, write_list
from tests.e2e.screen import Person
from tests.e2e.test_one_home import Desk, running
from tests.e2e.test_window import desk
from tests.servers.dovecot import Dovecot
from tests.servers.secret_service import SecretService
from tests.ui.waiting import until

LOOKS_AGAIN = 20.0
"""Seconds; more than the time between two looks at a closed vault."""


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot(users(), ca=ca) as made:
        made.set_password(REFUSED, "no longer right")  # as in the list: all five are well
        yield made


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    with SecretService() as service:
        service.start()
        yield service


@pytest.fixture
async def home(tmp_path: Path, server: Dovecot, keyring: SecretService) -> Home:
    """Five mailboxes, imported while the keyring was open; now it is locked."""
    root, listed = await quick_home(tmp_path / "home"), write_list(tmp_path / "list.csv", server)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "mailbox_desk", "import", str(listed), "--home", str(root)],
        env=keyring.env | {"SSL_CERT_FILE": str(server.ca_file)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    home = Home(root)
    database = Database(home)
    await database.open()
    assert len((await database.load()).mailboxes) == 5, done.stderr
    await database.close()
    await asyncio.to_thread(keyring.lock)
    return home


def sign_ins(server: Dovecot) -> int:
    return sum("imap-login: Login:" in line or "auth failed" in line for line in server.log().splitlines())


async def nothing_is_blamed(home: Home) -> None:
    """No refusal counted, no incident, no verdict."""
    database = Database(home)
    await database.open()
    stored = await database.load()
    assert stored.refusals == ()
    assert not await database.incidents(None, 10)
    assert {each.state.verdict.value for each in stored.standings} <= {"CHECKING", "CONNECTED"}
    await database.close()


def by_bus(keyring: SecretService) -> dict[str, str]:
    mine = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME")
    return {name: keyring.env[name] for name in mine} | {"CREDENTIALS_DIRECTORY": "/nonexistent"}


def lines_of(watch: Desk, status: str) -> int:
    return sum(f'"{status}"' in line for line in watch.said.splitlines())


async def test_a_watch_waits_for_the_keyring_and_goes_on(home: Home, server: Dovecot, keyring: SecretService) -> None:
    before = sign_ins(server)
    with running(home, server, "watch", "--json", **by_bus(keyring)) as watch:
        await watch.says(WORDS.text("service.vault.locked"))
        await until(lambda: lines_of(watch, "BLIND") == 5, seconds=20)
        assert watch.said.count('"cause": "vault_locked"') == 5, watch.said
        await asyncio.sleep(6)  # it has looked again by now
        assert watch.said.count(WORDS.text("service.vault.locked")) == 1, "said once"
        assert sign_ins(server) == before
        assert not lines_of(watch, "CONNECTED")

        await asyncio.to_thread(keyring.unlock)
        await watch.says(WORDS.text("service.vault.open"), LOOKS_AGAIN)
        await until(lambda: lines_of(watch, "CONNECTED") == 5, seconds=20)
        assert watch.process.poll() is None, "without a restart"
        assert await watch.ends() == 0
        assert not {"NEEDS_YOU", "RECONNECTING", "SUSPECT", "Traceback"} & set(watch.said.replace('"', " ").split())
    await nothing_is_blamed(home)


@pytest.mark.long
async def test_a_keyring_that_hangs_at_the_start_holds_up_neither_start_nor_end(
    home: Home, server: Dovecot, keyring: SecretService
) -> None:
    keyring.hang()
    with running(home, server, "watch", "--json", **by_bus(keyring)) as watch:
        await watch.says(WORDS.text("service.vault.locked"), 40)
        assert await watch.ends(seconds=5) == 0
    with running(home, server, "watch", "--json", **by_bus(keyring)) as watch:
        await watch.says(WORDS.text("service.vault.locked"), 40)
        keyring.wake()
        await asyncio.to_thread(keyring.unlock)
        await until(lambda: lines_of(watch, "CONNECTED") == 5, seconds=LOOKS_AGAIN + 20)
        assert await watch.ends() == 0
    await nothing_is_blamed(home)


async def test_a_window_says_whose_move_it_is_and_goes_on(
    home: Home, server: Dovecot, keyring: SecretService, tmp_path: Path
) -> None:
    before, log = sign_ins(server), tmp_path / "log"
    with Person(keyring.env) as person, desk(person, home.root, server, log) as window:
        person.sees(WORDS.text("ui.vault.locked"))
        person.sees(WORDS.text("ui.footer.vault.locked"))
        person.sees(WORDS.text("ui.vault.button.locked"), role="push button")
        person.sees(WORDS.text("veil.vault_locked.next_step"))
        for address in (REFUSED, *FINE):
            until_status(person, address, "Not looking")
        assert sign_ins(server) == before

        await asyncio.to_thread(keyring.unlock)
        person.sees_no(WORDS.text("ui.vault.locked"), seconds=LOOKS_AGAIN)
        person.sees(WORDS.text("ui.footer.vault.open"))
        for address in (REFUSED, *FINE):
            until_status(person, address, "Connected")
        assert window.poll() is None, "without a restart"
        person.presses("ctrl+q")
        assert await asyncio.to_thread(window.wait, 10) == 0
    assert {row.shown.value for row in read_first_rows(home)} == {"CONNECTED"}
    assert "Traceback" not in log.read_text()
    await nothing_is_blamed(home)
