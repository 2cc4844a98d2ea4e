"""The rehearsal for tests: its servers in this process, and the whole program in one of its own."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from mailbox_desk.demo.certificates import Certificates
from mailbox_desk.demo.doors import Doors, Network, doors_of
from mailbox_desk.demo.fleet import Fleet, Role
from mailbox_desk.model.verdict import Half


class Stage:
    """Doors that are kept, and whom to trust there."""

    def __init__(self, doors: Doors, network: Network) -> None:
        self.doors, self.network = doors, network

    def port(self, address: str, half: Half) -> int:
        return self.doors.ports()[address][half.value]

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.doors.certificates.authority)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110  what is waited for is no event of ours
                await asyncio.sleep(0.02)

    async def opened(self) -> None:
        """The network comes, and every door that is to be open is."""
        self.network.come()
        await self.until(lambda: all(door.server is not None for door in self.doors.doors if door.is_wanted))


@asynccontextmanager
async def staged(*roles: Role) -> AsyncIterator[Stage]:
    network = Network()
    stage = Stage(doors_of(Fleet(roles, {}, {}), network, Certificates()), network)
    keeping = asyncio.ensure_future(stage.doors.keep())
    try:
        yield stage
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await stage.doors.close()


class Demo:
    """`mailbox-desk demo --json` under way. `folder`: where its home is made."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        away = {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "MAILBOX_DESK_HOME"}
        env = {name: value for name, value in os.environ.items() if name not in away}
        self.began = time.monotonic()
        self._log = folder / f"said-{uuid4().hex}"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailbox_desk", "demo", "--json", *words],
                env=env | {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONWARNINGS": "error"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def lines(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What it tells, for so long after its start at most; a desk with this interval is never silent for long."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)
            if time.monotonic() - self.began > seconds:
                return

    def until(self, status: str, *, seconds: float = 60) -> dict[str, Any]:
        return next(told for told in self.lines(seconds) if told["status"] == status)

    @property
    def servers(self) -> psutil.Process:
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def said(self) -> str:
        return self._log.read_text()

    def homes(self) -> list[Path]:
        return sorted(self.folder.glob("mailbox-desk-rehearsal-*"))


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Demo]:
    made = Demo(folder, *words)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()
