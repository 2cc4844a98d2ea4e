"""The contracts of the floors do catch what they forbid: each is broken on purpose in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the program and its contracts, free to be spoiled."""
    shutil.copytree(ROOT / "mailbox_desk", tmp_path / "mailbox_desk", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(tree: Path) -> set[str]:
    """The ids of the contracts that this tree breaks."""
    command = [str(LINTER), "--no-cache"]
    wide = {**os.environ, "COLUMNS": "500", "PYTHONPATH": str(tree)}
    told = subprocess.run(command, cwd=tree, env=wide, capture_output=True, text=True, check=False, timeout=60)
    contracts = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    broken = {contract["id"] for contract in contracts if f"{contract['name']} BROKEN" in told.stdout}
    kept = {contract["id"] for contract in contracts if f"{contract['name']} KEPT" in told.stdout}
    assert broken | kept == {contract["id"] for contract in contracts}, told.stdout + told.stderr
    assert (told.returncode == 0) == (not broken)
    return broken


def test_the_tree_as_it_is_keeps_them_all(tree: Path) -> None:
    assert broken_contracts(tree) == set()


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("floors", "model/breach.py", "import mailbox_desk.diagnosis"),
        ("floors", "model/breach.py", "import mailbox_desk.paths"),
        ("floors", "engine/breach.py", "import mailbox_desk.adapters.workers"),
        ("floors", "adapters/breach.py", "import mailbox_desk.engine.ports"),
        ("floors", "engine/breach.py", "import mailbox_desk.wording"),
        ("floors", "stray.py", ""),
        ("picture", "cli/breach.py", "import PySide6.QtCore"),
        ("picture", "adapters/breach.py", "from qasync import QEventLoop"),
        ("world", "ui/breach.py", "import socket"),
        ("world", "engine/breach.py", "from threading import Thread"),
        ("world", "cli/breach.py", "import urllib.request"),
        ("world", "diagnosis/breach.py", "import sqlite3"),
        ("judge", "model/breach.py", "import asyncio"),
        ("judge", "diagnosis/breach.py", "from pathlib import Path"),
        ("face", "cli/breach.py", "from mailbox_desk.engine.watcher import Watcher"),
        ("rooms", "ui/breach.py", "import mailbox_desk.adapters.workers"),
    ],
)
def test_a_breach_is_caught(tree: Path, contract: str, module: str, line: str) -> None:
    (tree / "mailbox_desk" / module).write_text(f'"""A breach."""\n{line}\n', encoding="utf-8")
    assert contract in broken_contracts(tree)


def test_a_circle_is_caught(tree: Path) -> None:
    adapters = tree / "mailbox_desk" / "adapters"
    (adapters / "hen.py").write_text("import mailbox_desk.adapters.egg\n", encoding="utf-8")
    (adapters / "egg.py").write_text("import mailbox_desk.adapters.hen\n", encoding="utf-8")
    assert "circles" in broken_contracts(tree)
