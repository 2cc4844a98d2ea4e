"""The first promise, kept on a bare machine: Debian 12 with Python 3.11 and nothing else (long; root, debootstrap).

The machine's own settings for reaching its registries are handed in; none is named here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
BUNDLES = ("PIP_CERT", "SSL_CERT_FILE")
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "build", "dist", "__pycache__", ".*_cache", ".hypothesis")

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may change root"),
]
Inside = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of a fresh bookworm with python3, the checkout in /src, /proc mounted."""
    root = tmp_path_factory.mktemp("bare") / "root"
    debootstrap = ["debootstrap", "--variant=minbase", "--include=python3", "bookworm", str(root)]
    subprocess.run(debootstrap, check=True, stdout=subprocess.DEVNULL, timeout=600)
    for place in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy(Path("/") / place, root / place)
    for part in Path("/etc/apt/apt.conf.d").glob("99*"):
        shutil.copy(part, root / "etc/apt/apt.conf.d")
    shutil.copytree(ROOT, root / "src", ignore=LEFT_OUT)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", str(root / "proc")], check=True)
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def inside(root: Path) -> Inside:
    """Runs a command in the checkout of the bare machine."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp"}
    environment |= {name: os.environ[name] for name in PROXIES if name in os.environ}
    for name in BUNDLES:
        if name in os.environ:
            shutil.copy(os.environ[name], root / "etc" / name)
            environment[name] = f"/etc/{name}"

    def run(*command: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        chrooted = ["chroot", str(root), "sh", "-c", 'cd /src && exec "$@"', "sh", *command]
        return subprocess.run(chrooted, env=environment, capture_output=True, text=True, check=False, timeout=timeout)

    return run


def test_run_works_from_nothing_and_again_at_once(inside: Inside) -> None:
    first = inside("python3", "dev.py", "run", "--version")
    assert (first.returncode, first.stdout.split()[0]) == (0, "mailbox-desk"), first.stdout + first.stderr
    assert all(word in first.stderr for word in ("python3.11-venv", "Making .venv", "requirements/run.txt"))
    began = time.monotonic()
    second = inside("python3", "dev.py", "run", "--version")
    assert (second.returncode, second.stderr) == (0, "")
    assert time.monotonic() - began < 1.5


def test_an_interrupted_first_run_is_taken_up_again(root: Path, inside: Inside) -> None:
    shutil.rmtree(root / "src" / ".venv")
    killed = inside("timeout", "--signal=KILL", "9", "python3", "dev.py", "run", "--version")
    assert killed.returncode != 0
    again = inside("python3", "dev.py", "run", "--version")
    assert again.returncode == 0, again.stdout + again.stderr


def test_every_test_passes_there(inside: Inside) -> None:
    done = inside("python3", "dev.py", "test", timeout=1500)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
