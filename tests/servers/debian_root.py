"""A bare Debian of our own in a folder, made by debootstrap; commands run in it by chroot. Root alone can make one.

The machine's own settings for reaching its registries are handed in; none is named here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

_PROXIES = ("http_proxy", "https_proxy", "no_proxy")
_BUNDLES = ("PIP_CERT", "SSL_CERT_FILE")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MOUNTS = (("proc", "proc"), ("devpts", "dev/pts"))
"""Kind and place. Without the second no program there gets a terminal."""


class DebianRoot:
    """`suite`: bookworm, trixie; `include`: packages beyond the smallest Debian. /proc and /dev/pts are mounted
    while it is open."""

    def __init__(self, path: Path, suite: str, *, include: Sequence[str] = ()) -> None:
        self.path = path
        self._suite = suite
        self._include = list(include)
        self._settings: dict[str, str] = {}

    def __enter__(self) -> DebianRoot:
        chosen = [f"--include={','.join(self._include)}"] if self._include else []
        command = ["debootstrap", "--variant=minbase", *chosen, self._suite, str(self.path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)
        for place in ("etc/resolv.conf", "etc/hosts"):
            shutil.copy(Path("/") / place, self.path / place)
        for part in Path("/etc/apt/apt.conf.d").glob("99*"):
            shutil.copy(part, self.path / "etc/apt/apt.conf.d")
        self._settings = {name: os.environ[name] for name in _PROXIES if name in os.environ}
        for name in _BUNDLES:
            if name in os.environ:
                shutil.copy(os.environ[name], self.path / "etc" / name)
                self._settings[name] = f"/etc/{name}"
        for kind, place in _MOUNTS:
            subprocess.run(["mount", "-t", kind, kind, str(self.path / place)], check=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, place in reversed(_MOUNTS):
            subprocess.run(["umount", str(self.path / place)], check=True)
        shutil.rmtree(self.path)

    def command(self, *words: str, user: str = "root", folder: str = "/") -> list[str]:
        """What runs `words` in it, in this folder of it."""
        return ["chroot", f"--userspec={user}", str(self.path), "sh", "-c", f'cd {folder} && exec "$@"', "sh", *words]

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """All that a command in it gets: nothing of ours but how to reach the registries."""
        return {"PATH": _PATH, "HOME": "/tmp", **self._settings, **more}

    def run(
        self, *words: str, user: str = "root", folder: str = "/", timeout: float = 900, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, whatever the exit code."""
        chrooted = self.command(*words, user=user, folder=folder)
        settings = self.environment(environment)
        return subprocess.run(chrooted, env=settings, capture_output=True, text=True, check=False, timeout=timeout)
