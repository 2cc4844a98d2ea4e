"""Reconnect all, by mouse and keys: eight mailboxes with wrong passwords; one is brought back by hand, one is skipped,
the others by passwords pasted at once. All by a real server's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.database import Database
from mailbox_desk.paths import Home
from tests.e2e.flow_desk import QUICK, WORDS, until_status
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.secret_service import SecretService

ADDRESSES = tuple(f"{name}@north.example" for name in ("ada", "ben", "cleo", "dora", "emil", "fay", "gus", "hal"))
CHANGED = "the new one of "


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot([DovecotUser(each, CHANGED + each) for each in ADDRESSES], ca=ca) as made:
        yield made


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            yield made


async def home_of(root: Path) -> Path:
    """An empty desk that lets one host refuse more than usual: its mailboxes live on one."""
    database = Database(Home(root))
    await database.open()
    for name, value in {**QUICK, "refusals_per_host": "100"}.items():
        await database.save_setting(name, value)
    await database.close()
    return root


def write_list(file: Path, server: Dovecot) -> Path:
    rows = [f"{each},the old one,localhost,{server.imaps_port},tls" for each in ADDRESSES]
    file.write_text("\n".join(["address,password,imap_host,imap_port,imap_security", *rows]) + "\n", encoding="utf-8")
    return file


async def test_all_come_back(person: Person, server: Dovecot, tmp_path: Path) -> None:
    home, log = await home_of(tmp_path / "home"), tmp_path / "log"
    with desk(person, home, server, log) as process:
        person.clicks(WORDS.text("ui.header.import"))
        person.sees(WORDS.text("import.columns_wanted"))
        person.types(str(write_list(tmp_path / "list.csv", server)))
        person.presses("Return")
        person.clicks(WORDS.plural("import.go", len(ADDRESSES)))
        person.sees(WORDS.plural("import.now_checked", len(ADDRESSES)))
        person.presses("Return")
        for address in ADDRESSES:
            until_status(person, address, "Needs you")
        person.presses("ctrl+shift+r")
        by_hand(person)
        person.clicks(WORDS.text("queue.skip"))
        pasted(person)
        person.sees(WORDS.text("queue.all_back"))
        person.presses("Escape")
        for address in ADDRESSES:
            until_status(person, address, "Connected")
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()
    assert CHANGED not in log.read_text()


def by_hand(person: Person) -> None:
    """The first one: typed, tried with Enter, proved; then the next one's turn comes by itself."""
    person.sees(WORDS.text("queue.how_far", done=0, count=len(ADDRESSES)))
    person.sees(ADDRESSES[0])
    person.types(CHANGED + ADDRESSES[0])
    person.presses("Return")
    person.sees(WORDS.text("queue.how_far", done=1, count=len(ADDRESSES)), seconds=30)


def pasted(person: Person) -> None:
    person.clicks(WORDS.text("queue.paste"))
    for address in ADDRESSES[1:]:
        person.types(f"{address},{CHANGED}{address}")
        person.presses("Return")
    person.sees(WORDS.plural("queue.paste.match", len(ADDRESSES) - 1))
    person.clicks(WORDS.text("queue.paste.go"))
