"""The first promise, kept on a bare machine: Debian 12 with Python 3.11 and nothing else (long; root, debootstrap)."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.debian_root import DebianRoot

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".venv", "node_modules", ".git", "build", "dist", "__pycache__", ".*_cache", ".hypothesis"
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may change root"),
]
Inside = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianRoot]:
    """A fresh bookworm with python3, the checkout in /src."""
    with DebianRoot(tmp_path_factory.mktemp("bare") / "root", "bookworm", include=["python3"]) as root:
        shutil.copytree(ROOT, root.path / "src", ignore=LEFT_OUT)
        yield root


@pytest.fixture(scope="module")
def inside(root: DebianRoot) -> Inside:
    """Runs a command in the checkout of the bare machine."""
    return functools.partial(root.run, folder="/src")


def test_run_works_from_nothing_and_again_at_once(inside: Inside) -> None:
    first = inside("python3", "dev.py", "run", "--version")
    assert (first.returncode, first.stdout.split()[0]) == (0, "mailbox-desk"), first.stdout + first.stderr
    assert all(word in first.stderr for word in ("python3.11-venv", "Making .venv", "requirements/run.txt"))
    began = time.monotonic()
    second = inside("python3", "dev.py", "run", "--version")
    assert (second.returncode, second.stderr) == (0, "")
    assert time.monotonic() - began < 1.5


def test_an_interrupted_first_run_is_taken_up_again(root: DebianRoot, inside: Inside) -> None:
    shutil.rmtree(root.path / "src" / ".venv")
    killed = inside("timeout", "--signal=KILL", "9", "python3", "dev.py", "run", "--version")
    assert killed.returncode != 0
    again = inside("python3", "dev.py", "run", "--version")
    assert again.returncode == 0, again.stdout + again.stderr


def test_every_test_passes_there(inside: Inside) -> None:
    done = inside("python3", "dev.py", "test", timeout=1500)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
