"""The rehearsal's servers from their parent's side: started, told to open, ended. Every call blocks: for a worker."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMMAND: Final = "rehearsal-servers"
OPEN: Final = "open"
_GOODBYE_SECONDS: Final = 1.0
_PACKAGES: Final = str(Path(__file__).resolve().parents[2])


class NoServers(Exception):
    """The servers did not start; the text says what they said instead."""


@dataclass(frozen=True, slots=True)
class Playing:
    """What the servers told. `authority`: PEM; `ports`: address -> half -> port."""

    authority: str
    ports: Mapping[str, Mapping[str, int]]


class ServerProcess:
    """One child of this very program, bundled or not. It ends when we do, whatever ends us."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> Playing:
        """Returns when every port is known. Raises NoServers."""
        try:
            process = subprocess.Popen(
                _command(COMMAND),
                env=_environment(os.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise NoServers(str(error)) from error
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            told = json.loads(line)
            return Playing(told["authority"], told["ports"])
        except (ValueError, LookupError, TypeError) as error:
            self.stop()
            raise NoServers(line.decode("utf-8", "replace").strip() or "they ended at once") from error

    def open_network(self) -> None:
        """From now on somebody listens. A child that is gone is nothing to open."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(f"{OPEN}\n".encode("ascii"))
            self._process.stdin.flush()
        except (OSError, ValueError):  # ValueError: stopped meanwhile
            return

    def stop(self) -> None:
        """End it, and wait until it has ended; twice is once."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it was gone before us
            process.stdin.close()
        try:
            process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class RehearsalWindow:
    """This program once more, as a rehearsal in a window of its own, which outlives us."""

    def __init__(self) -> None:
        self._opened: list[subprocess.Popen[bytes]] = []

    def open(self) -> None:
        """Raises OSError. Does not wait for the window."""
        self._opened = [each for each in self._opened if each.poll() is None]
        started = subprocess.Popen(
            _command("--demo"),
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._opened.append(started)


def _command(word: str) -> list[str]:
    """PyInstaller's bundle is its own interpreter and takes the words at once."""
    how = [] if getattr(sys, "frozen", False) else ["-m", "mailbox_desk"]
    return [sys.executable, *how, word]


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The child is to run this very package, and nothing that happens to lie in the current folder."""
    if getattr(sys, "frozen", False):
        return dict(environ)
    paths = [_PACKAGES, *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    return dict(environ) | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONSAFEPATH": "1"}
