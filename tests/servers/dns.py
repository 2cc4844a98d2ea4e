"""Name servers on loopback: a real dnsmasq that knows a few names, and one by script for what a real one won't do.

Needs the Debian package dnsmasq-base; no root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Final

import dns.message
import dns.rcode

from tests.servers.ports import free_port, wait_until_listening
from tests.servers.processes import stop

_DNSMASQ: Final = shutil.which("dnsmasq") or "/usr/sbin/dnsmasq"


class NameServer:
    """A context manager. `addresses`: host to addresses; `exchangers`: domain to (preference, host); `services`:
    "_imaps._tcp.domain" to (host, port, priority, weight), of which host "" says that it is not offered. All other
    names are unknown to it."""

    def __init__(
        self,
        addresses: Mapping[str, Iterable[str]] | None = None,
        exchangers: Mapping[str, Iterable[tuple[int, str]]] | None = None,
        services: Mapping[str, Iterable[tuple[str, int, int, int]]] | None = None,
    ) -> None:
        self.port = free_port()
        self._words = [
            *(f"--host-record={host},{','.join(found)}" for host, found in (addresses or {}).items()),
            *(f"--mx-host={domain},{host},{rank}" for domain, mx in (exchangers or {}).items() for rank, host in mx),
            *(
                f"--srv-host={name},{','.join(str(part) for part in service)}" if service[0] else f"--srv-host={name}"
                for name, found in (services or {}).items()
                for service in found
            ),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> NameServer:
        fixed = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file="]
        bound = ["--listen-address=127.0.0.1", "--bind-interfaces", f"--port={self.port}", "--address=/#/"]
        user = [f"--user={pwd.getpwuid(os.geteuid()).pw_name}"]
        self._process = subprocess.Popen(
            [_DNSMASQ, *fixed, *bound, *user, *self._words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until_listening(self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            stop(self._process)


Answer = Callable[[dns.message.Message], bytes | None]


class ScriptedNameServer:
    """Answers every query over UDP as `answer` says; None is silence. `asked`: the names, in order."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.asked: list[str] = []
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> ScriptedNameServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, whence = self._socket.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            self.asked.append(query.question[0].name.to_text())
            answer = self._answer(query)
            if answer is not None:
                self._socket.sendto(answer, whence)


def silent(query: dns.message.Message) -> None:
    """Never answers."""


def failing(query: dns.message.Message) -> bytes:
    """Can't find out (SERVFAIL)."""
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    return bytes(response.to_wire())


def garbled(query: dns.message.Message) -> bytes:
    """The right number, then nonsense."""
    return bytes(query.to_wire()[:2]) + b"\xff" * 20
