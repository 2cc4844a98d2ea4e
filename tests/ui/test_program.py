"""The window as a process of its own: how it starts, whom it lets in, and how fast it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.paths import Home
from tests.ui.waiting import until

PASSPHRASE = "a passphrase for tests"


@contextmanager
def started(home: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "QT_QPA_PLATFORM": "offscreen"}
    with (home.parent / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailbox_desk", "--home", str(home), *more],
            env=os.environ | nowhere,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def said(home: Path) -> str:
    return (home.parent / "log").read_text()


def asked_to_end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
    """Exit code and how long it took."""
    start = time.monotonic()
    process.send_signal(number)
    return process.wait(20), time.monotonic() - start


async def furnish(home: Path, port: int) -> None:
    """A home with one mailbox at this port of loopback, its vault under a passphrase."""
    database, vault = Database(Home(home)), SealedVault(Home(home))
    await database.open()
    await vault.open(passphrase=Secret(PASSPHRASE))
    endpoint = Endpoint("127.0.0.1", port, Security.TLS, "me@example.org")
    mailbox = Mailbox(MailboxId("a"), "me@example.org", endpoint, None)
    await database.save_mailbox(mailbox, first_standing(mailbox, None, time.time()))
    await vault.write(mailbox.id, Password(Secret("never seen by anyone")))
    await vault.close()
    await database.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(home: Path, number: signal.Signals) -> None:
    with started(home) as process:
        await until(lambda: (home / "desk.door").exists(), seconds=30)
        code, seconds = asked_to_end(process, number)
    assert code == 0, said(home)
    assert seconds < 1
    assert not (home / "desk.door").exists()
    assert "Traceback" not in said(home)


async def test_a_server_that_says_nothing_does_not_hold_up_the_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await furnish(home, listener.getsockname()[1])
        passphrase = home.parent / "passphrase"
        passphrase.write_text(f"{PASSPHRASE}\n")
        listener.settimeout(30)
        with started(home, "--passphrase-file", str(passphrase)) as process:
            line, _ = listener.accept()  # the desk waits for a TLS hello from now on
            code, seconds = asked_to_end(process)
            line.close()
    assert code == 0, said(home)
    assert seconds < 1
    assert "Traceback" not in said(home)


async def test_a_second_start_leaves_it_to_the_first(home: Path) -> None:
    with started(home) as first:
        await until(lambda: (home / "desk.door").exists(), seconds=30)
        with started(home) as second:
            assert second.wait(30) == 0, said(home)
        assert first.poll() is None
        assert asked_to_end(first)[0] == 0


async def test_a_newer_store_is_left_alone_and_said(home: Path) -> None:
    database = Database(Home(home))
    await database.open()
    await database.close()
    store = home / "desk.sqlite"
    content = bytearray(store.read_bytes())
    content[60:64] = (9999).to_bytes(4, "big")  # user_version, https://sqlite.org/fileformat.html section 1.3
    store.write_bytes(content)
    with started(home) as process:
        await until(lambda: "newer" in said(home), seconds=30)
        assert asked_to_end(process)[0] == 2
    assert store.read_bytes() == bytes(content)


async def test_a_wrong_passphrase_file_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    await furnish(home, 9)
    passphrase = home.parent / "passphrase"
    passphrase.write_text("another one\n")
    with started(home, "--passphrase-file", str(passphrase)) as process:
        await until(lambda: "passphrase" in said(home), seconds=30)
        assert asked_to_end(process)[0] == 2
    assert "another one" not in said(home)
