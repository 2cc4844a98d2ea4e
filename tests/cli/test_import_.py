"""`import` and `export` as a person or a script meets them: the whole program in a process, against a real Dovecot."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import PASSWORD, desk, environment, lines_of, row, write_csv
from tests.servers.dovecot import Dovecot

PASSPHRASE = "correct horse battery"


@pytest.fixture
def env(dovecot: Dovecot, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return environment(dovecot, tmp_path)


def take_in(
    env: Mapping[str, str], tmp_path: Path, file: Path, *words: str, passphrase: bool = True
) -> subprocess.CompletedProcess[bytes]:
    opener = ["--passphrase-file", str(tmp_path / "passphrase")] if passphrase else []
    return desk(env, "import", str(file), *opener, *words)


def two_good_one_bad(dovecot: Dovecot, tmp_path: Path) -> Path:
    rows: list[dict[str, object]] = [
        row(dovecot, "user0700@example.org"),
        row(dovecot, "user0701@example.org", imap_port="none"),
        row(dovecot, "user0702@example.org", password="hidden-horse"),
    ]
    return write_csv(tmp_path / "m.csv", rows)


def test_a_dry_run_tells_each_row_and_stores_nothing(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    run = take_in(env, tmp_path, two_good_one_bad(dovecot, tmp_path), "--dry-run", "--json", passphrase=False)
    first, *rows, last = lines_of(run)
    assert run.returncode == 1
    assert first["file"]["layout"] == "ours"
    assert [(each["line"], each["verdict"], each["reason"]) for each in rows] == [
        (2, "new", None),
        (3, "bad", "bad_port"),
        (4, "new", None),
    ]
    assert last["summary"]["new"] == 2
    assert last["dry_run"] is True
    assert b"hidden-horse" not in run.stdout + run.stderr
    exported = desk(env, "export", "-")
    assert exported.returncode == 0
    assert len(exported.stdout.decode().splitlines()) == 1, "the header alone"


def test_imported_mailboxes_stay_and_sign_in(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "m.csv", [row(dovecot, "user0705@example.org")])
    run = take_in(env, tmp_path, file)
    assert run.returncode == 0, run.stderr
    assert b"user0705@example.org: added" in run.stdout
    again = take_in(env, tmp_path, file)
    assert again.returncode == 0
    assert b"is here already" in again.stdout
    told = lines_of(desk(env, "check", "--json", "--passphrase-file", str(tmp_path / "passphrase")))
    assert [(each["address"], each["status"]) for each in told] == [("user0705@example.org", "CONNECTED")]
    home = tmp_path / "home"
    assert [each.name for each in home.rglob("*") if each.is_file() and PASSWORD.encode() in each.read_bytes()] == []


def test_new_passwords_are_an_explicit_choice(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    wrong = write_csv(tmp_path / "wrong.csv", [row(dovecot, "user0706@example.org", password="wrong")])
    right = write_csv(tmp_path / "right.csv", [row(dovecot, "user0706@example.org")])
    assert take_in(env, tmp_path, wrong).returncode == 0
    assert b"stays as it is" in take_in(env, tmp_path, right).stdout
    assert b"has taken the new password" in take_in(env, tmp_path, right, "--new-passwords").stdout
    told = lines_of(desk(env, "check", "--json", "--passphrase-file", str(tmp_path / "passphrase")))
    assert [each["status"] for each in told] == ["CONNECTED"]


def test_what_can_not_be_done_is_said(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    file = two_good_one_bad(dovecot, tmp_path)
    without_key = take_in(env, tmp_path, file, passphrase=False)
    assert without_key.returncode == 2
    assert b"--passphrase-file" in without_key.stderr
    assert without_key.stdout == b""
    other = tmp_path / "other.txt"
    other.write_bytes(b"no header here\n\x00\xff")
    for path in (tmp_path / "none.csv", other, tmp_path):
        run = take_in(env, tmp_path, path)
        assert run.returncode == 2
        assert run.stderr.strip()
        assert b"Traceback" not in run.stderr


def test_an_export_in_each_layout_holds_no_password(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    take_in(env, tmp_path, write_csv(tmp_path / "m.csv", [row(dovecot, "user0707@example.org", name="Ann Lee")]))
    for layout in ("ours", "instantly", "smartlead"):
        target = tmp_path / f"{layout}.csv"
        target.write_text("of yesterday")
        run = desk(env, "export", str(target), "--format", layout)
        assert run.returncode == 0, run.stderr
        text = target.read_text(encoding="utf-8-sig")
        (cells,) = csv.DictReader(text.splitlines())
        assert "user0707@example.org" in cells.values()
        assert PASSWORD not in text
        back = take_in(env, tmp_path, target, "--dry-run")
        assert b"is here already" in back.stdout
    failed = desk(env, "export", str(tmp_path / "no" / "folder.csv"))
    assert failed.returncode == 2
    assert b"could not be written" in failed.stderr


@pytest.fixture
def open_desk(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A desk that holds the home: `watch` in a terminal."""
    take_in(env, tmp_path, write_csv(tmp_path / "first.csv", [row(dovecot, "user0710@example.org")]))
    words = ["watch", "--json", "--passphrase-file", str(tmp_path / "passphrase")]
    process = subprocess.Popen(
        [sys.executable, "-m", "mailbox_desk", *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(process, "user0710@example.org", "CONNECTED")
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def until(process: subprocess.Popen[str], address: str, status: str) -> None:
    assert process.stdout is not None
    end = time.monotonic() + 40
    for line in process.stdout:
        told: dict[str, Any] = json.loads(line)
        if (told["address"], told["status"]) == (address, status):
            return
        assert time.monotonic() < end, f"{address} did not become {status}"
    raise AssertionError("the watch ended early")


def test_an_open_desk_takes_them_in_itself_and_checks_them(
    dovecot: Dovecot, env: dict[str, str], tmp_path: Path, open_desk: subprocess.Popen[str]
) -> None:
    run = take_in(env, tmp_path, write_csv(tmp_path / "more.csv", [row(dovecot, "user0711@example.org")]))
    assert run.returncode == 0, run.stderr
    assert b"user0711@example.org: added" in run.stdout
    until(open_desk, "user0711@example.org", "CONNECTED")
    exported = desk(env, "export", "-")
    addresses = [each["address"] for each in csv.DictReader(exported.stdout.decode().splitlines())]
    assert addresses == ["user0710@example.org", "user0711@example.org"]
