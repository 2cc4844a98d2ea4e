"""Free ports on loopback, and waiting until something listens."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack


def free_port() -> int:
    """A TCP port that is free now on 127.0.0.1."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many TCP ports that are free now on 127.0.0.1, no two alike: one asked for after the other may be the same."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def wait_until_listening(port: int, *, seconds: float = 20.0, address: str = "127.0.0.1") -> None:
    """Return as soon as something accepts there; raise TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise TimeoutError(f"nothing listens on port {port}") from None
            time.sleep(0.005)
