"""The rehearsal as a person meets it: every status on the screen, and a reconnect practised by mouse and keys."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbox_desk.wording import Wording
from tests.e2e.screen import Person
from tests.servers.secret_service import SecretService

TARGET = "hello@harbor.example"


@pytest.fixture
def person() -> Iterator[Person]:
    """A session without any keyring: nothing may ask for one."""
    with SecretService() as bus, Person(bus.env) as made:
        yield made


@contextmanager
def rehearsal(person: Person, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    env = person.env | {"TMPDIR": str(folder), "LANG": "C.UTF-8"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailbox_desk", "--demo"], env=env, stdout=log, stderr=subprocess.STDOUT
        )
    person.pid = process.pid
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def status_of(person: Person, address: str) -> str:
    """The word in the first column of this mailbox's row; "" where it is not on the screen."""
    cells = [each for each in person.look() if each.role == "table cell"]
    own = next((each for each in cells if address in each.words), None)
    row = [each for each in cells if own is not None and abs(each.centre[1] - own.centre[1]) < 8]
    return min(row, key=lambda each: each.box[0]).words if row else ""


def until_status(person: Person, address: str, status: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while status not in (shown := status_of(person, address)):
        assert time.monotonic() < end, f"{address} is {shown!r}\n{person.said()}"
        time.sleep(0.2)


def choose(person: Person, address: str) -> None:
    """Click its row; the list sorts itself anew while statuses come in, so perhaps once more."""
    for _ in range(5):
        person.clicks(address, role="table cell")
        time.sleep(0.5)
        if any(each.words.startswith(f"{address} · ") for each in person.look()):
            return
    raise AssertionError(f"{address} can't be chosen\n{person.said()}")


def test_every_status_is_seen_and_a_reconnect_practised(person: Person, tmp_path: Path) -> None:
    words = Wording.load(["en"], strict=True)
    with rehearsal(person, tmp_path) as process:
        for status in ("Not looking", "Paused", "Checking", "Connected", "Reconnecting", "Needs you"):
            person.sees(status, role="table cell", seconds=60)
        told = person.sees(f"{TARGET} takes").words
        password = re.search(f"{TARGET} takes “([^”]+)”", told)
        assert password is not None, told

        until_status(person, TARGET, "Needs you")
        choose(person, TARGET)
        person.sees("AUTHENTICATIONFAILED")
        person.clicks(words.text("ui.offer.reconnect"))
        person.fills(words.text("ui.reconnect.password"), "not the right one")
        person.presses("Return")
        person.sees(words.plural("ui.reconnect.refused", 1))
        person.fills(words.text("ui.reconnect.password"), password[1])
        person.presses("Return")
        person.sees_no(words.text("ui.reconnect.password"))
        person.sees_no(words.text("ui.reconnect.title", address=TARGET))  # its dialog closes once all is proved
        until_status(person, TARGET, "Connected")

        person.clicks(words.text("demo.bar.all"))
        person.sees(words.plural("ui.footer.mailboxes", 30))
        person.sees("office@ledger.example takes")
        person.picture(tmp_path / "rehearsal.png")

        person.presses("ctrl+q")
        assert process.wait(10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
