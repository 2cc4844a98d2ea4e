"""The whole program in a real window, with a real keyring and a real mail server, driven by mouse and keys alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.first_rows import read_first_rows
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from tests.e2e.screen import Person
from tests.e2e.secrecy import disguises, files_under, found_in, of_process
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.ports import free_port
from tests.servers.secret_service import SecretService

USER = "person@example.org"
FIRST, WRONG, SECOND = 'Frst "pw" &/%+ 17', "wr0ng <guess> & no", 'Scnd "pw" &/%+ 42'
QUICK = {"second_opinion": "1-1.5", "first_round_spacing": "0.01", "discovery.nameserver": "127.0.0.1:9"}


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot([DovecotUser(USER, FIRST)], ca=ca) as made:
        yield made


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    with SecretService() as service:
        service.start()
        yield service


@pytest.fixture
def person(keyring: SecretService) -> Iterator[Person]:
    with Person(keyring.env) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """A new home in which a second opinion comes within seconds."""
    root = tmp_path / "home"
    database = Database(Home(root))
    await database.open()
    for name, value in QUICK.items():
        await database.save_setting(name, value)
    await database.close()
    return root


@contextmanager
def desk(person: Person, home: Path, server: Dovecot, log: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program as a process of its own; killed where the test leaves it running."""
    env = person.env | {"SSL_CERT_FILE": str(server.ca_file), "LANG": "C.UTF-8"}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailbox_desk", "--home", str(home), *more],
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    person.pid = process.pid
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Exit code and the seconds it took."""
    start = time.monotonic()
    return process.wait(10), time.monotonic() - start


def add(person: Person, words: Wording, server: Dovecot, receiving_port: int | None = None) -> None:
    def named(half: str, field: str) -> str:
        return words.text(
            "ui.server.spoken", half=words.text(f"ui.half.{half}"), field=words.text(f"ui.server.{field}")
        )

    person.clicks(words.text("ui.header.add"))
    person.fills(words.text("ui.add.address"), USER)
    person.fills(words.text("ui.add.password"), FIRST)
    person.sees(words.text("adding.offline"))  # and the server fields have opened
    for half, port in (("receiving", receiving_port or server.imaps_port), ("sending", server.submissions_port)):
        person.fills(named(half, "host"), "localhost")
        person.fills(named(half, "port"), str(port))
    person.clicks(words.text("ui.add.go"))


def reconnect(person: Person, words: Wording) -> None:
    """First with a wrong password, which is explained; then with the right one."""
    person.clicks(words.text("ui.offer.reconnect"))
    person.fills(words.text("ui.reconnect.password"), WRONG)
    person.clicks(words.text("ui.reconnect.go"))
    person.sees(words.plural("ui.reconnect.refused", 1))
    person.fills(words.text("ui.reconnect.password"), SECOND)
    person.presses("Return")
    person.sees_no(words.text("ui.reconnect.password"))
    person.sees_no(words.text("ui.reconnect.title", address=USER))


async def test_add_drop_reconnect_restart(
    person: Person, home: Path, server: Dovecot, keyring: SecretService, tmp_path: Path
) -> None:
    words, log = Wording.load(["en"], strict=True), tmp_path / "log"
    secrets = {FIRST: USER, WRONG: USER, SECOND: USER}
    with desk(person, home, server, log) as process:
        person.sees(words.text("ui.empty.title"))
        add(person, words, server)
        person.clicks(words.text("adding.done"))
        person.sees("Connected", role="table cell")

        server.set_password(USER, SECOND)
        person.clicks(words.text("ui.offer.check_now"))
        person.sees("Needs you", role="table cell", seconds=30)
        person.sees("AUTHENTICATIONFAILED")
        (stored,) = read_first_rows(Home(home))
        assert stored.cause == "credentials_rejected"

        reconnect(person, words)
        person.sees("Connected", role="table cell")
        leaks = found_in([*files_under(home), *files_under(keyring.home), *of_process(process.pid)], secrets)
        person.presses("ctrl+q")
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, log.read_text())

    with desk(person, home, server, log) as process:
        person.sees("Connected", role="table cell")
        person.sees(USER)
        person.sees("Needs you: ")  # the history of the drop
        person.clicks(words.text("ui.offer.check_now"))
        person.sees("Connected", role="table cell")
        leaks += found_in(of_process(process.pid), secrets)
        process.send_signal(signal.SIGTERM)
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, log.read_text())

    leaks += found_in([*files_under(home), ("log", log.read_bytes())], secrets)
    assert leaks == []
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("form", list(disguises(FIRST, USER)))
def test_the_search_for_secrets_finds_each_form(form: str) -> None:
    hidden = b"before " + disguises(FIRST, USER)[form] + b" behind"
    assert any(where.endswith(form) for where in found_in([("file", hidden)], {FIRST: USER}))
    assert found_in([("file", b"nothing here")], {FIRST: USER}) == []


def test_wrong_servers_are_corrected_with_the_password_that_is_kept(
    person: Person, home: Path, server: Dovecot, tmp_path: Path
) -> None:
    """Saved with a port where nothing answers; mended in the reconnect dialog, without typing the password again."""
    words, log = Wording.load(["en"], strict=True), tmp_path / "log"
    port = words.text("ui.server.spoken", half=words.text("ui.half.receiving"), field=words.text("ui.server.port"))
    with desk(person, home, server, log) as process:
        person.sees(words.text("ui.empty.title"))
        add(person, words, server, receiving_port=free_port())
        person.clicks(words.text("ui.add.anyway"))
        person.clicks(words.text("adding.done"))
        person.sees("Reconnecting", role="table cell", seconds=30)
        person.clicks(words.text("ui.offer.reconnect"))
        person.clicks(words.text("reconnect.other.servers"))
        person.fills(port, str(server.imaps_port))
        person.clicks(words.text("reconnect.servers_go"))
        person.sees("Connected", role="table cell", seconds=30)
        person.sees_no(words.text("ui.reconnect.title", address=USER))
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()
