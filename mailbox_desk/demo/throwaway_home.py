"""The folder of one rehearsal: made new, held by a lock, removed at the end. One that a killed rehearsal left behind
is removed by the next. Every call blocks: for a worker."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from mailbox_desk.paths import Home

PREFIX: Final = "mailbox-desk-rehearsal-"
_LOCK: Final = "rehearsal.lock"


class ThrowawayHome:
    """`folder`: where such homes lie; the system's place for temporary files where it is not given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir())
        self._lock: FileLock | None = None
        self._root: Path | None = None

    def make(self) -> Home:
        """Remove what dead rehearsals left, and make a new home (0700). Raises OSError."""
        self._sweep()
        while True:
            root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._folder))
            lock = _lock_of(root)
            try:
                lock.acquire()
            except (Timeout, OSError):
                if root.exists():
                    raise
                continue  # another rehearsal, just starting, took it for a dead one's
            if (root / _LOCK).exists():
                self._lock, self._root = lock, root
                return Home(root)
            lock.release()

    def remove(self) -> None:
        """Away with everything. What can't go now goes with the next start."""
        root, lock, self._root, self._lock = self._root, self._lock, None, None
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)
        if lock is not None:
            lock.release()
        if root is not None:
            shutil.rmtree(root, ignore_errors=True)  # on Windows the lock itself can go only now

    def _sweep(self) -> None:
        for root in self._folder.glob(f"{PREFIX}*"):
            if not _is_ours(root):
                continue
            lock = _lock_of(root)
            try:
                lock.acquire()
            except (Timeout, OSError):
                continue
            shutil.rmtree(root, ignore_errors=True)
            lock.release()
            shutil.rmtree(root, ignore_errors=True)


def _lock_of(root: Path) -> FileLock:
    return FileLock(root / _LOCK, timeout=0, mode=0o600, thread_local=False)


def _is_ours(root: Path) -> bool:
    """A real folder, and no other person's: in a place for temporary files anybody may lay out anything."""
    try:
        found = root.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())
