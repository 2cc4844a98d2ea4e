"""`demo` in the terminal: a table where there is one, lines elsewhere, and an end that leaves nothing."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest


def environment(folder: Path) -> dict[str, str]:
    away = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "DBUS_SESSION_BUS_ADDRESS", "MAILBOX_DESK_HOME"}
    kept = {name: value for name, value in os.environ.items() if name not in away}
    return kept | {"TMPDIR": str(folder), "HOME": str(folder), "COLUMNS": "160", "LINES": "50", "TERM": "xterm"}


def started(folder: Path, words: Sequence[str], out: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mailbox_desk", *words]
    return subprocess.Popen(command, env=environment(folder), stdout=out, stderr=subprocess.PIPE)


@pytest.mark.parametrize("words", [("demo",), ("--demo",)])
def test_a_live_table_on_a_terminal(tmp_path: Path, words: Sequence[str]) -> None:
    """Without a display, `--demo` comes to the same."""
    ours, theirs = pty.openpty()
    process = started(tmp_path, words, theirs)
    os.close(theirs)
    shown, end = "", time.monotonic() + 40
    while not re.search("Connected.*anna@orchard.example", shown) and time.monotonic() < end:
        shown += os.read(ours, 65536).decode("utf-8", "replace")
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # Linux says EIO once the other side is closed
        while os.read(ours, 65536):
            continue
    _, complaints = process.communicate(timeout=10)
    os.close(ours)
    assert "No network" in shown
    assert "hello@harbor.example" in shown
    assert process.returncode == 0, complaints.decode()
    assert b"rehearsal" in complaints
    assert b"Traceback" not in complaints
    assert list(tmp_path.iterdir()) == []


def test_lines_in_words_where_there_is_no_terminal(tmp_path: Path) -> None:
    process = started(tmp_path, ("demo",), subprocess.PIPE)
    assert process.stdout is not None
    assert any(b"Connected" in line for line in process.stdout)
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_into_a_closed_pipe_it_ends_quietly(tmp_path: Path) -> None:
    words = f"{sys.executable} -m mailbox_desk demo --json | head -n 1"
    run = subprocess.run(["bash", "-c", words], env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    assert len(run.stdout.splitlines()) == 1
    assert b"Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_where_no_home_can_be_made_it_says_so(tmp_path: Path) -> None:
    hold = tmp_path / "hold"
    hold.mkdir()
    code = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]; import mailbox_desk.__main__ as desk; "
        "sys.exit(desk.main(['demo']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(hold / "nowhere")],
        env=environment(tmp_path),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert b"No such file" in run.stderr
    assert b"Traceback" not in run.stderr


def test_servers_that_do_not_start_are_told(tmp_path: Path) -> None:
    code = "import sys, mailbox_desk.__main__ as desk; sys.executable = '/bin/false'; sys.exit(desk.main(['demo']))"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert b"servers did not start" in run.stderr
    assert b"Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("--demo", "check"), ("demo", "--csv", "x"), ("demo", "--home", "x"), ("--home", "x", "--demo")]
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, words: Sequence[str]) -> None:
    process = started(tmp_path, words, subprocess.PIPE)
    process.communicate(timeout=20)
    assert process.returncode == 2
