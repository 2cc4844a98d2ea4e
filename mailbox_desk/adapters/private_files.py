"""The home folder and the files in it, for their owner's eyes only. Made here, opened elsewhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OWNER_ONLY = 0o600
_OWNER_FOLDER = 0o700


def make_private_folder(path: Path) -> None:
    """Make the folder with mode 0700 where it is missing; one that is there keeps its mode. Raises OSError."""
    path.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file with mode 0600, or take others' rights away from one that is there. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
    if stat.S_IMODE(path.stat().st_mode) & ~_OWNER_ONLY:
        path.chmod(_OWNER_ONLY)


def write_private_file(path: Path, content: bytes) -> None:
    """Write the whole file under another name, then put it in place at once. Raises OSError."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(path)
