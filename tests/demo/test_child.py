"""The servers as a process: what they tell, when they open, and that they never outlive who started them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from mailbox_desk.demo.child import NoServers, RehearsalWindow, ServerProcess
from mailbox_desk.demo.fleet import load_fleet
from tests.servers.processes import stop


@pytest.fixture
def servers() -> Iterator[ServerProcess]:
    made = ServerProcess()
    yield made
    made.stop()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except ConnectionRefusedError:
        return False
    return True


def until_listening(port: int) -> bool:
    end = time.monotonic() + 10
    while not (is_there := listens(port)) and time.monotonic() < end:
        time.sleep(0.05)
    return is_there


def test_it_tells_every_port_and_opens_when_told(servers: ServerProcess) -> None:
    playing = servers.start()
    assert playing.authority.startswith("-----BEGIN CERTIFICATE-----")
    assert list(playing.ports) == [role.address for role in load_fleet().mailbox]
    port = playing.ports["anna@orchard.example"]["receiving"]
    assert not listens(port)
    servers.open_network()
    assert until_listening(port)
    pid = servers.pid
    assert pid is not None
    servers.stop()
    assert not psutil.pid_exists(pid)
    assert not listens(port)
    servers.open_network()
    servers.stop()


def test_ctrl_c_is_its_parents_to_answer(servers: ServerProcess) -> None:
    port = servers.start().ports["anna@orchard.example"]["sending"]
    assert servers.pid is not None
    os.kill(servers.pid, signal.SIGINT)
    servers.open_network()
    assert until_listening(port)


def test_it_runs_this_very_package_wherever_we_stand(
    servers: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor = tmp_path / "mailbox_desk"
    impostor.mkdir()
    (impostor / "__main__.py").write_text("raise SystemExit('an impostor')")
    (tmp_path / "json.py").write_text("raise SystemExit('an impostor')")
    monkeypatch.chdir(tmp_path)
    assert servers.start().ports


def test_what_does_not_start_is_told(servers: ServerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for wrong in ("/bin/true", "/bin/echo", str(tmp_path / "nothing")):
        monkeypatch.setattr(sys, "executable", wrong)
        with pytest.raises(NoServers):
            servers.start()


def test_the_bundle_is_its_own_interpreter(
    servers: ServerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "mailbox-desk"
    bundle.write_text(f'#!/bin/sh\n[ "$*" = rehearsal-servers ] && exec {sys.executable} -m mailbox_desk "$@"\n')
    bundle.chmod(0o700)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(bundle))
    assert servers.start().ports


def test_a_killed_parent_takes_them_along() -> None:
    code = (
        "import time; from mailbox_desk.demo.child import ServerProcess; made = ServerProcess(); "
        "port = made.start().ports['anna@orchard.example']['receiving']; made.open_network(); "
        "print(made.pid, port, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert parent.stdout is not None
    child, port = map(int, parent.stdout.readline().split())
    try:
        assert until_listening(port)
        with socket.create_connection(("127.0.0.1", port), 1):  # a conversation under way holds nothing up
            parent.kill()
            psutil.Process(child).wait(2)
    except psutil.NoSuchProcess:
        pass  # gone already
    finally:
        stop(parent)
        parent.stdout.close()
    assert not listens(port)


def _servers_of(window: psutil.Process) -> list[psutil.Process]:
    """Looking for a keyring starts short-lived children too."""
    found = []
    for child in window.children():
        with suppress(psutil.NoSuchProcess):
            found += [child] if child.cmdline()[-1:] == ["rehearsal-servers"] else []
    return found


def test_a_window_of_its_own_is_opened_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    window = RehearsalWindow()
    window.open()
    (started,) = [each for each in psutil.Process().children() if each.cmdline()[-1:] == ["--demo"]]
    end = time.monotonic() + 20
    while not _servers_of(started) and time.monotonic() < end:  # so it has come up
        time.sleep(0.05)
    assert len(_servers_of(started)) == 1
    assert os.getsid(started.pid) == started.pid
    started.terminate()
    assert window._opened[0].wait(10) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stdin", [subprocess.DEVNULL, subprocess.PIPE])
def test_by_hand_it_is_of_no_use(stdin: int) -> None:
    command = [sys.executable, "-m", "mailbox_desk", "rehearsal-servers"]
    run = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told, complaint = run.communicate(timeout=20)
    if stdin == subprocess.DEVNULL:
        assert (run.returncode, told) == (2, "")
        assert "--demo" in complaint
    else:
        assert (run.returncode, complaint) == (0, "")
        assert '"ports"' in told
