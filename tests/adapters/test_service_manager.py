"""What a service manager is told, heard on a real socket of its kind."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbox_desk.adapters.service_manager import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def ear(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    name = f"mailbox-desk-test-{os.getpid()}"
    spoken, address = (f"@{name}", f"\0{name}") if request.param == "abstract" else (str(tmp_path / "n"),) * 2
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        yield listener, spoken


def test_it_is_told_of_each_turn(ear: tuple[socket.socket, str]) -> None:
    listener, spoken = ear
    manager = ServiceManager({"NOTIFY_SOCKET": spoken, "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"}, 7)
    assert manager.watchdog == 1.5
    manager.ready("Watches\nmany")
    manager.status("Watches fewer")
    manager.alive()
    manager.stopping()
    told = [listener.recv(1000) for _ in range(4)]
    assert told == [b"READY=1\nSTATUS=Watches many", b"STATUS=Watches fewer", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("usec", ["", "0", "soon"])
def test_without_a_watchdog_nobody_waits_for_signs_of_life(usec: str, tmp_path: Path) -> None:
    assert ServiceManager({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": usec}, 7).watchdog is None
    assert ServiceManager({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"}, 7).watchdog is None
    assert ServiceManager({"WATCHDOG_USEC": "3000000"}, 7).watchdog is None


def test_nobody_who_listens_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 7).ready("x")
    ServiceManager({"NOTIFY_SOCKET": "vsock:2:1"}, 7).ready("x")
    ServiceManager({}, 7).stopping()
    assert not [each for each in caplog.records if each.levelname in ("WARNING", "ERROR")]
