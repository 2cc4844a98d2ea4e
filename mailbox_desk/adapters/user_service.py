"""The systemd service of this user that runs `watch`: its unit file, and systemctl. Blocking; it decides nothing.

Source: systemd.service(5), systemd.exec(5), https://www.freedesktop.org/software/systemd/man/latest/ (November 2026).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from mailbox_desk.paths import resources_dir

NAME: Final = "mailbox-desk.service"
_SECONDS: Final = 20.0
_TEMPLATE: Final = "mailbox-desk.service"


class ServiceFailed(Exception):
    """systemctl would not; the text is its own."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """`unit`: where the file is or would be. `lines`: what a person runs where systemctl can't be reached from here.
    `says`: systemctl's own words on how it stands, "" where it can't be asked."""

    unit: Path
    is_installed: bool
    says: str = ""
    lines: tuple[str, ...] = ()


class UserService:
    """Of the user that we run as."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        config = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        self.unit = Path(config) / "systemd" / "user" / NAME

    def install(self, words: Sequence[str]) -> ServiceState:
        """Write the unit for `watch` with these words and begin it, now and at each sign-in. Raises OSError or
        ServiceFailed."""
        self.unit.parent.mkdir(parents=True, exist_ok=True)
        draft = self.unit.with_suffix(".new")
        draft.write_text(unit_of([*program(), "watch", "--standby", *words]), encoding="utf-8")
        draft.replace(self.unit)
        return self._run(("daemon-reload",), ("enable", "--now", NAME), ("restart", NAME))

    def remove(self) -> ServiceState:
        """End it and take the unit away; none there is nothing to do. Raises OSError or ServiceFailed."""
        if not self.unit.exists():
            return self.state()
        state = self._run(("disable", "--now", NAME))
        self.unit.unlink(missing_ok=True)
        if not state.lines:
            return self._run(("daemon-reload",))
        return ServiceState(self.unit, False, lines=state.lines)

    def state(self) -> ServiceState:
        """How it stands. Raises ServiceFailed."""
        says = _systemctl("is-active", NAME) if _can_reach() else ""
        return ServiceState(self.unit, self.unit.exists(), says)

    def _run(self, *commands: Sequence[str]) -> ServiceState:
        if not _can_reach():
            lines = tuple(" ".join(("systemctl", "--user", *words)) for words in commands)
            return ServiceState(self.unit, self.unit.exists(), lines=lines)
        for words in commands:
            _systemctl(*words, must=True)
        return self.state()


def unit_of(command: Sequence[str]) -> str:
    """The unit file that runs this command."""
    template = Template((resources_dir() / "service" / _TEMPLATE).read_text(encoding="utf-8"))
    return template.substitute(command=" ".join(map(quoted, command)))


def quoted(word: str) -> str:
    """One word of a command line of a unit: systemd.service(5), "Command lines"; % and $ are its own."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def program() -> list[str]:
    """What starts this very program."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    script = Path(sys.executable).with_name("mailbox-desk")
    return [str(script)] if script.exists() else [sys.executable, "-m", "mailbox_desk"]


def _can_reach() -> bool:
    """There is a systemctl, and the user's own manager answers it."""
    if shutil.which("systemctl") is None:
        return False
    asked = subprocess.run(
        ["systemctl", "--user", "show-environment"],
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    return asked.returncode == 0


def _systemctl(*words: str, must: bool = False) -> str:
    done = subprocess.run(
        ["systemctl", "--user", "--no-pager", *words], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if must and done.returncode:
        raise ServiceFailed(done.stderr.strip() or done.stdout.strip())
    return done.stdout.strip()
