"""Tells a service manager how we are: ready, stopping, alive. By a datagram to $NOTIFY_SOCKET, as systemd wants it.

Source: sd_notify(3), https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html (read November 2026).
Where nobody listens it does nothing.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

_log = logging.getLogger(__name__)


class ServiceManager:
    """`watchdog`: seconds between two signs of life that are wanted, None where none are."""

    def __init__(self, environment: Mapping[str, str], process: int) -> None:
        self._address = _address_of(environment.get("NOTIFY_SOCKET", ""))
        self.watchdog = _watchdog_of(environment, process) if self._address else None

    def ready(self, status: str) -> None:
        self._tell(f"READY=1\nSTATUS={_one_line(status)}")

    def status(self, status: str) -> None:
        """One line that `systemctl status` shows."""
        self._tell(f"STATUS={_one_line(status)}")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(message.encode(), self._address)
        except OSError as error:
            _log.info("the service manager was not told: %s", error)


def service_manager() -> ServiceManager:
    """Of this process."""
    return ServiceManager(os.environ, os.getpid())


def _address_of(text: str) -> str:
    """A path, or an abstract name, which is written with @ and sent with a NUL; anything else is nobody."""
    if text.startswith("@"):
        return "\0" + text[1:]
    return text if text.startswith("/") and hasattr(socket, "AF_UNIX") else ""


def _watchdog_of(environment: Mapping[str, str], process: int) -> float | None:
    """Half of what the manager waits, as sd_watchdog_enabled(3) advises."""
    meant = environment.get("WATCHDOG_PID") or str(process)
    microseconds = environment.get("WATCHDOG_USEC", "")
    if meant != str(process) or not microseconds.isdigit() or not int(microseconds):
        return None
    return int(microseconds) / 2_000_000


def _one_line(text: str) -> str:
    return " ".join(text.split())
