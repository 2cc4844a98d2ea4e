"""What is being packed: its version, its moment and what changed, read from the checkout. Standard library only."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

EPOCH = "SOURCE_DATE_EPOCH"  # https://reproducible-builds.org/specs/source-date-epoch/


@dataclass(frozen=True, slots=True)
class Release:
    """`moment`: seconds since 1970, the newest time that anything packed may bear."""

    version: str
    moment: int
    changes: tuple[str, ...]

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.moment, UTC)

    @property
    def day(self) -> str:
        return self.at.strftime("%Y-%m-%d")


def read_release(root: Path, environ: Mapping[str, str] = os.environ) -> Release:
    """The release of the checkout in `root`. Raises OSError, KeyError, ValueError where its files are not ours."""
    version = version_of(root)
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    return Release(version, moment_of(root, environ), changes_of(version, changelog))


def version_of(root: Path) -> str:
    """The project's version, or that of the file which the project says holds it."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    if "version" in told["project"]:
        return str(told["project"]["version"])
    holder = root / told["tool"]["hatch"]["version"]["path"]
    found = re.search(r'^__version__ = "(.+)"', holder.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"{holder} holds no version")
    return found[1]


def moment_of(root: Path, environ: Mapping[str, str]) -> int:
    """SOURCE_DATE_EPOCH, else when the last commit was made, else when the changelog was last touched."""
    if given := environ.get(EPOCH):
        return int(given)
    ask = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(ask, capture_output=True, text=True, check=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):  # no git, or no repository: an unpacked archive
        return int((root / "CHANGELOG.md").stat().st_mtime)


def changes_of(version: str, changelog: str) -> tuple[str, ...]:
    """The items of the changelog's section for this version, Markdown's code marks taken off."""
    section = re.search(rf"^## \[{re.escape(version)}\].*?$(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if section is None:
        raise ValueError(f"CHANGELOG.md has no section for {version}")
    items = re.findall(r"^- (.+(?:\n  .+)*)", section[1], re.MULTILINE)
    return tuple(" ".join(item.replace("`", "").split()) for item in items)
