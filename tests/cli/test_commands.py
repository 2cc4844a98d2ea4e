"""The command line as a person or a script meets it: the whole program in a process, against a real Dovecot."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.ports import free_port

PASSWORD = DovecotUser("x").password
KEYS = {"address", "status", "cause", "receiving", "sending", "who", "evidence", "next_step", "seconds"}


def environment(dovecot: Dovecot, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS", "QT_"))}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        kept.pop(name, None)
    return kept | {
        "SSL_CERT_FILE": str(dovecot.ca_file),
        "MAILBOX_DESK_HOME": str(home / "home"),
        "HOME": str(home),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        "PYTHONWARNINGS": "error",
    }


def desk(env: Mapping[str, str], *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailbox_desk", *words],
        env=env,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def lines_of(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert b"Traceback" not in run.stderr, run.stderr.decode()
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def write_csv(file: Path, rows: list[dict[str, object]]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture
def env(dovecot: Dovecot, tmp_path: Path) -> dict[str, str]:
    return environment(dovecot, tmp_path)


def row(dovecot: Dovecot, user: str, **changes: object) -> dict[str, object]:
    return {
        "address": user,
        "password": PASSWORD,
        "imap_host": dovecot.host,
        "imap_port": dovecot.imaps_port,
        "imap_security": "tls",
        "smtp_host": dovecot.host,
        "smtp_port": dovecot.submission_port,
        "smtp_security": "starttls",
    } | changes


def test_check_csv_all_connected(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    users = [f"user{number:04}@example.org" for number in range(300, 305)]
    file = write_csv(tmp_path / "m.csv", [row(dovecot, user) for user in users])
    run = desk(env, "check", "--json", "--csv", str(file))
    told = lines_of(run)
    assert run.returncode == 0, run.stderr
    assert {each["address"] for each in told} == set(users)
    for each in told:
        assert set(each) == KEYS
        assert (each["status"], each["cause"], each["who"]) == ("CONNECTED", None, "nobody")
        assert (each["receiving"], each["sending"]) == ("ok", "ok")
        assert isinstance(each["seconds"], float)
    assert not (tmp_path / "home").exists(), "nothing may be stored"


def test_check_csv_ports_decide_and_odd_ports_are_tried(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    plain = {"smtp_host": "", "smtp_port": "", "smtp_security": ""}
    rows = [
        row(dovecot, "user0310@example.org", imap_security="", **plain),
        row(dovecot, "user0311@example.org", imap_port=dovecot.imap_port, imap_security="", **plain),
        row(dovecot, "user0312@example.org", imap_port=dovecot.imap_port, imap_security="starttls", smtp_security=""),
    ]
    run = desk(env, "check", "--json", "--csv", str(write_csv(tmp_path / "m.csv", rows)))
    told = {each["address"]: each for each in lines_of(run)}
    assert run.returncode == 0, run.stdout
    assert told["user0310@example.org"]["sending"] == "off"
    assert told["user0312@example.org"]["sending"] == "ok"


def test_check_csv_says_what_is_wrong(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    with contextlib.suppress(smtplib.SMTPException):  # another test may have filled it already
        dovecot.deliver("full@example.org", "Subject: big\r\n\r\n" + "x" * 1500 + "\r\n")
    rows: list[dict[str, object]] = [
        row(dovecot, "user0320@example.org"),
        row(dovecot, "user0321@example.org", password="wrong-horse"),
        row(dovecot, "blocked@example.org"),
        row(dovecot, "full@example.org"),
        row(dovecot, "user0322@example.org", imap_port=free_port(), smtp_host="", smtp_port="", smtp_security=""),
        row(dovecot, "user0323@example.org", imap_port="minus one"),
        {"address": "no address at all"},
    ]
    run = desk(env, "check", "--json", "--csv", str(write_csv(tmp_path / "m.csv", rows)))
    told = {each["address"].split("@")[0]: each for each in lines_of(run)}
    assert run.returncode == 1
    assert set(told) == {"user0320", "user0321", "blocked", "full", "user0322"}
    assert told["user0320"]["status"] == "CONNECTED"
    wrong = told["user0321"]
    assert (wrong["status"], wrong["cause"], wrong["who"]) == ("NEEDS_YOU", "credentials_rejected", "you")
    assert (wrong["receiving"], wrong["sending"]) == ("failed", "failed")
    assert "AUTHENTICATIONFAILED" in wrong["evidence"][0]
    assert wrong["next_step"]
    assert told["blocked"]["cause"] == "account_suspended"
    assert (told["full"]["status"], told["full"]["cause"]) == ("NEEDS_YOU", "over_quota")
    assert (told["full"]["receiving"], told["full"]["sending"]) == ("failed", "ok")
    dead = told["user0322"]
    assert (dead["status"], dead["cause"], dead["sending"]) == ("RECONNECTING", "network_unreachable", "off")
    errors = run.stderr.decode()
    assert "7" in errors
    assert "8" in errors
    assert "wrong-horse" not in run.stdout.decode() + errors
    assert dovecot.refusals("user0321@example.org") == 2


def test_all_hosts_out_of_reach_is_blind_and_exits_2(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    receiving = {"smtp_host": "", "smtp_port": "", "smtp_security": ""}
    rows = [
        row(dovecot, f"user{number}@example.org", imap_host=f"imap.p{number}.invalid", imap_port=993, **receiving)
        for number in (2, 3, 4)
    ]
    run = desk(env, "check", "--json", "--csv", str(write_csv(tmp_path / "m.csv", rows)))
    told = lines_of(run)
    assert run.returncode == 2
    assert {(each["status"], each["cause"]) for each in told} == {("BLIND", "local_network")}
    assert b"network" in run.stderr


def test_plain_beyond_this_computer_needs_a_yes(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    rows = [row(dovecot, "user0030@example.org", imap_host="mail.invalid", imap_port=143, imap_security="none")]
    file = write_csv(tmp_path / "m.csv", rows)
    run = desk(env, "check", "--json", "--csv", str(file))
    assert run.returncode == 2
    assert lines_of(run) == []
    assert b"--allow-plain" in run.stderr


def test_login_limits_hold_back_and_say_until_when(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    receiving = {"smtp_host": "", "smtp_port": "", "smtp_security": "", "password": "wrong"}
    users = [f"user{number:04}@example.org" for number in range(340, 360)]
    file = write_csv(tmp_path / "m.csv", [row(dovecot, user, **receiving) for user in users])
    run = desk(env, "check", "--json", "--csv", str(file))
    told = lines_of(run)
    assert run.returncode == 1
    held = [each for each in told if each["status"] == "CHECKING"]
    assert len(told) == 20
    assert {(each["receiving"], each["sending"]) for each in held} == {("not_tried", "off")}
    assert all(any(mark.isdigit() for mark in each["next_step"]) for each in held)
    assert sum(dovecot.refusals(user) for user in users) == 8


def test_check_of_an_empty_home_or_a_missing_file(env: dict[str, str], tmp_path: Path) -> None:
    for words in (("check", "--json"), ("check", "--csv", str(tmp_path / "nothing.csv"))):
        run = desk(env, *words)
        assert run.returncode == 2
        assert run.stderr.strip()
        assert lines_of(run) == []


def test_words_it_does_not_know(env: dict[str, str]) -> None:
    for words in (("dance",), ("check", "--tango"), ("watch", "--interval", "soon")):
        assert desk(env, *words).returncode == 2


def test_version_loads_neither_qt_nor_the_engine(env: dict[str, str]) -> None:
    code = (
        "import sys; sys.argv = ['x', 'check', '--csv', '/nonexistent']; import mailbox_desk.__main__ as m; m.main(); "
    )
    code += "sys.exit(any(name.startswith(('PySide6', 'shiboken', 'qasync')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False).returncode == 0
    assert desk(env, "--version").stdout.startswith(b"mailbox-desk ")


class Watch:
    """`mailbox-desk watch` under way."""

    def __init__(self, env: Mapping[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mailbox_desk", "watch", "--json", *words],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until(self, status: str, cause: str | None = None) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told: dict[str, Any] = json.loads(line)
            if told["status"] == status and cause in (None, told["cause"]):
                return told
        raise AssertionError(f"the watch ended before {status}")


@pytest.fixture
def watch(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> Iterator[Watch]:
    file = write_csv(tmp_path / "m.csv", [row(dovecot, "user0370@example.org")])
    watching = Watch(env, "--csv", str(file), "--interval", "0.5")
    yield watching
    watching.process.kill()
    watching.process.communicate()


def test_watch_tells_each_change_and_ends_on_sigterm(dovecot: Dovecot, watch: Watch) -> None:
    first = watch.until("CONNECTED")
    assert first["at"].endswith("Z")
    assert set(first) == KEYS | {"at"}
    dovecot.set_password("user0370@example.org", "another")
    watch.until("SUSPECT")
    told = watch.until("NEEDS_YOU", "credentials_rejected")
    assert "AUTHENTICATIONFAILED" in told["evidence"][0]
    began = time.monotonic()
    watch.process.send_signal(signal.SIGTERM)
    assert watch.process.wait(10) == 0
    assert time.monotonic() - began < 2.0
    assert watch.process.stderr is not None
    assert watch.process.stderr.read() == ""
    dovecot.set_password("user0370@example.org", PASSWORD)


def test_watch_into_a_closed_pipe_ends_quietly(dovecot: Dovecot, env: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "m.csv", [row(dovecot, f"user{number:04}@example.org") for number in range(380, 390)])
    words = f"{sys.executable} -m mailbox_desk watch --json --csv {file} | head -n 2"
    run = subprocess.run(["bash", "-c", words], env=env, capture_output=True, timeout=60, check=False)
    assert len(run.stdout.splitlines()) == 2
    assert b"Traceback" not in run.stderr
    assert b"Broken" not in run.stderr


def test_explain(env: dict[str, str]) -> None:
    asked = [
        {"id": "a", "raw": "NO [AUTHENTICATIONFAILED] Authentication failed.", "stage": "imap_auth"},
        {"id": "b"},
        "not json",
        {"id": "d", "raw": "552 5.2.2 Mailbox full", "provider": "generic", "stage": "smtp_send", "auth": "password"},
    ]
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in asked)
    run = desk(env, "explain", "--json", stdin=text.encode())
    told = lines_of(run)
    assert run.returncode == 2
    assert [each["id"] for each in told] == ["a", "b", None, "d"]
    assert told[0]["causes"][0]["id"] == "credentials_rejected"
    assert "error" in told[1]
    assert "error" in told[2]
    assert told[3]["causes"][0]["id"] == "over_quota"
    for each in told:
        confidences = [cause["confidence"] for cause in each["causes"]]
        assert 1 <= len(confidences) <= 3
        assert confidences == sorted(confidences, reverse=True)


def test_explain_in_sentences(env: dict[str, str]) -> None:
    run = desk(
        env, "explain", stdin=b"NO [AUTHENTICATIONFAILED] Authentication failed.\n\n554 5.7.1 account suspended\n"
    )
    assert run.returncode == 0
    assert len(run.stdout.decode().strip().split("\n\n")) >= 2
