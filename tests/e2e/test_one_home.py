"""Two processes on one home, for every pair: never two desks on it, never a dead end, whoever is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from tests.e2e.screen import Person
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.secret_service import SecretService
from tests.ui.waiting import until

PASSPHRASE = "a passphrase for tests"
USER = "user0500@example.org"


class Desk:
    """A process on the home. `said`: what it wrote on stderr."""

    def __init__(self, home: Home, ca_file: Path, *words: str, **environment: str) -> None:
        self.words, self.log = words, home.root.parent / f"log-{time.monotonic_ns()}"
        nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "QT_QPA_PLATFORM": "offscreen"}
        passphrase = str(home.root.parent / "passphrase")
        common = ["--home", str(home.root)]
        if "CREDENTIALS_DIRECTORY" not in environment:
            common += ["--passphrase-file", passphrase]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailbox_desk", *words, *common],
                env=os.environ | nowhere | {"SSL_CERT_FILE": str(ca_file)} | environment,
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    async def says(self, text: str, seconds: float = 30) -> None:
        await until(lambda: text in self.said, seconds=seconds)

    async def ends(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, seconds)


@pytest.fixture
async def home(tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with one mailbox at a real server."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    made = Home(tmp_path / "home")
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    database, vault = Database(made), SealedVault(made)
    await database.open()
    await vault.open(passphrase=Secret(PASSPHRASE))
    mailbox = Mailbox(MailboxId("a"), USER, Endpoint(dovecot.host, dovecot.imaps_port, Security.TLS, USER), None)
    await database.save_mailbox(mailbox, first_standing(mailbox, None, time.time()))
    await vault.write(mailbox.id, Password(Secret(DovecotUser("x").password)))
    await vault.close()
    await database.close()
    return made


@contextmanager
def running(home: Home, dovecot: Dovecot, *words: str, **environment: str) -> Iterator[Desk]:
    desk = Desk(home, Path(dovecot.ca_file), *words, **environment)
    try:
        yield desk
    finally:
        if desk.process.poll() is None:
            desk.process.kill()
        desk.process.wait()


def is_held(home: Home) -> bool:
    lock = HomeLock(home)
    try:
        lock.acquire()
    except HomeTaken:
        return True
    lock.release()
    return False


def holder(home: Home) -> int:
    """The process whose door it is; 0 for none."""
    try:
        return int(home.door.read_text().split('"pid": ')[1].rstrip("}"))
    except (OSError, IndexError):
        return 0


async def test_watch_and_check(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch", "--json") as watch:
        await watch.says('"CONNECTED"')
        with running(home, dovecot, "check", "--json") as check:
            assert await asyncio.to_thread(check.process.wait, 30) == 0, check.said
            assert '"CONNECTED"' in check.said
        assert watch.process.poll() is None
        began = time.monotonic()
        assert await watch.ends() == 0
        assert time.monotonic() - began < 2
    assert not home.running.exists()


async def test_watch_and_watch(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch") as first:
        await until(home.door.exists, seconds=30)
        with running(home, dovecot, "watch") as second:
            assert await asyncio.to_thread(second.process.wait, 30) == 2
            assert "home" in second.said
        with running(home, dovecot, "watch", "--standby") as third:
            await asyncio.sleep(2.5)
            assert third.process.poll() is None, third.said
            assert holder(home) == first.process.pid
            await first.ends(signal.SIGKILL)
            await until(lambda: holder(home) == third.process.pid, seconds=30)
            await third.says("did not end properly")
            assert await third.ends() == 0


async def test_the_window_takes_over_from_a_service_which_comes_back(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch", "--standby", "--json") as watch:
        await watch.says('"CONNECTED"')
        with running(home, dovecot) as window:
            await until(lambda: holder(home) == window.process.pid, seconds=30)
            await watch.says("The window has taken over")
            with running(home, dovecot) as another:
                assert await asyncio.to_thread(another.process.wait, 30) == 0, another.said
            assert window.process.poll() is None
            assert await window.ends() == 0, window.said
        await until(lambda: holder(home) == watch.process.pid, seconds=40)
        with running(home, dovecot) as window:
            await until(lambda: holder(home) == window.process.pid, seconds=30)
            await window.ends(signal.SIGKILL)
        await until(lambda: holder(home) == watch.process.pid, seconds=40)
        await watch.says("did not end properly")
        assert "Traceback" not in watch.said + window.said
        assert await watch.ends() == 0


async def test_a_kill_leaves_the_home_usable_and_is_said_once(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch", "--json") as watch:
        await watch.says('"CONNECTED"')
        await watch.ends(signal.SIGKILL)
    assert not is_held(home)
    for is_told in (True, False):
        with running(home, dovecot, "check", "--json") as check:
            assert await asyncio.to_thread(check.process.wait, 30) == 0, check.said
            assert ("did not end properly" in check.said) is is_told


async def test_a_service_says_that_it_is_ready_and_alive(home: Home, dovecot: Dovecot, tmp_path: Path) -> None:
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(tmp_path / "notify"))
    ear.setblocking(False)
    loop = asyncio.get_running_loop()
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "mailbox-desk-passphrase").write_text(PASSPHRASE)
    environment = {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "400000",
        "CREDENTIALS_DIRECTORY": str(credentials),
    }
    told: list[bytes] = []
    with ear, running(home, dovecot, "watch", "--standby", "--json", **environment) as watch:
        while told.count(b"WATCHDOG=1") < 4 or not any(each.startswith(b"READY=1") for each in told):
            told.append(await asyncio.wait_for(loop.sock_recv(ear, 1000), 30))
        await watch.says('"CONNECTED"')
        assert b"READY=1\nSTATUS=Watches 1 mailbox" in told
        assert await watch.ends() == 0
        while told[-1] != b"STOPPING=1":
            told.append(await asyncio.wait_for(loop.sock_recv(ear, 1000), 5))


async def test_metrics_are_scraped_from_a_running_watch(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch", "--json", "--metrics", "0") as watch:
        await watch.says('"CONNECTED"')
        address = watch.said.split("Metrics: ")[1].split()[0]
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read().decode())
        read = {
            (s.name, s.labels.get("status")): s.value for f in text_string_to_metric_families(page) for s in f.samples
        }
        assert read["mailbox_desk_mailboxes", "CONNECTED"] == 1
        with running(home, dovecot, "check") as check:
            await asyncio.to_thread(check.process.wait, 30)
        assert await watch.ends() == 0
        assert USER not in page


async def test_a_server_that_is_stopped_amid_a_check_holds_up_no_end(home: Home, dovecot: Dovecot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # it takes the connection and never says a word
        database = Database(home)
        await database.open()
        silent = Endpoint("127.0.0.1", listener.getsockname()[1], Security.TLS, USER)
        mailbox = Mailbox(MailboxId("a"), USER, silent, None)
        await database.save_mailbox(mailbox, first_standing(mailbox, None, time.time()))
        await database.close()
        listener.settimeout(30)
        with running(home, dovecot, "watch", "--standby") as watch:
            line, _ = await asyncio.to_thread(listener.accept)
            began = time.monotonic()
            assert await watch.ends() == 0
            assert time.monotonic() - began < 2
            line.close()
    assert "Traceback" not in watch.said


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            yield made


async def test_a_person_takes_over_from_a_watch_in_a_terminal(home: Home, dovecot: Dovecot, person: Person) -> None:
    words = Wording.load(["en"], strict=True)
    with running(home, dovecot, "watch", "--json") as watch:
        await watch.says('"CONNECTED"')
        environment = person.env | {"LANG": "C.UTF-8", "SSL_CERT_FILE": str(dovecot.ca_file)}
        with running(home, dovecot, **environment) as window:
            person.pid = window.process.pid
            person.sees(words.text("ui.start.watched.title"))
            assert watch.process.poll() is None, "it goes on until the person wants it"
            person.clicks(words.text("ui.start.watched.take_over"))
            person.sees("Connected", role="table cell", seconds=30)
            assert await asyncio.to_thread(watch.process.wait, 10) == 0
            assert words.text("service.left") in watch.said
            assert holder(home) == window.process.pid
            assert await window.ends() == 0, window.said


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_watch_that_was_held_takes_it_for_a_sleep_and_blames_nobody(home: Home, dovecot: Dovecot) -> None:
    with running(home, dovecot, "watch", "--json") as watch:
        await watch.says('"CONNECTED"')
        watch.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(95)  # more than the longest nap and the gap that is called a sleep
        watch.process.send_signal(signal.SIGCONT)
        await watch.says('"BLIND"', seconds=40)
        await until(lambda: watch.said.rindex('"CONNECTED"') > watch.said.rindex('"BLIND"'), seconds=40)
        assert await watch.ends() == 0
        assert '"NEEDS_YOU"' not in watch.said
        assert '"RECONNECTING"' not in watch.said
    database = Database(home)
    await database.open()
    assert not await database.incidents(None, 10)
    await database.close()
