"""A screen of our own: Xvfb on a random display, ready when a client can connect."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from tests.servers.processes import stop

_TRIES = 5
_START_SECONDS = 10.0


class Display:
    """`name` is what DISPLAY wants. Random numbers, so that two runs side by side do not meet."""

    def __init__(self, width: int = 1500, height: int = 950, *, dpi: int = 96) -> None:
        self._screen = f"{width}x{height}x24"
        self._dpi = dpi
        self._process: subprocess.Popen[bytes] | None = None
        self.name = ""

    def __enter__(self) -> Display:
        for _ in range(_TRIES):
            if self._started(random.randint(100, 9999)):
                return self
        raise RuntimeError("Xvfb does not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            stop(self._process)

    def _started(self, number: int) -> bool:
        if Path(f"/tmp/.X{number}-lock").exists():
            return False
        words = ["Xvfb", f":{number}", "-screen", "0", self._screen, "-dpi", str(self._dpi), "-nolisten", "tcp"]
        process = subprocess.Popen([*words, "-noreset"], stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < end:
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(f"/tmp/.X11-unix/X{number}")
            except OSError:
                time.sleep(0.01)
                continue
            self._process, self.name = process, f":{number}"
            return True
        stop(process)
        return False
