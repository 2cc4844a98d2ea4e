"""Takes folders of the building machine out of the bundle's libraries.

A Python built from source (pyenv, uv) writes its own folder into each library as a place to look for others. On another
machine that place is somebody else's, and who owns it could put a library there. Standard library, readelf and chrpath.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_FILE = re.compile(r"^File: (.+)$")
_SEARCHED = re.compile(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]")


class NoChrpath(Exception):
    """There are such folders, and the tool that takes them out is missing; the text says so."""


def remove_foreign(folder: Path) -> list[Path]:
    """The libraries below `folder` that looked elsewhere than beside themselves, now cured. Raises NoChrpath."""
    libraries = sorted(path for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink())
    if not libraries:
        return []
    ask = ["readelf", "--wide", "--dynamic", *map(str, libraries)]
    told = subprocess.run(ask, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    found = foreign(told.splitlines(), str(libraries[0]))
    if found and not shutil.which("chrpath"):
        raise NoChrpath("The libraries of this Python name folders of this machine: install chrpath, then try again.")
    for path in found:
        subprocess.run(["chrpath", "--delete", path], check=True, stdout=subprocess.DEVNULL)
    return [Path(path) for path in found]


def foreign(lines: Sequence[str], first: str) -> list[str]:
    """From what readelf says: the files that look in a folder not given from their own ($ORIGIN).

    `first`: the file that the lines before any "File:" are about, as where it was asked about one alone.
    """
    current, found = first, []
    for line in lines:
        if named := _FILE.match(line):
            current = named[1]
        elif (searched := _SEARCHED.search(line)) and not all(
            part.startswith("$ORIGIN") for part in searched[1].split(":")
        ):
            found.append(current)
    return found
