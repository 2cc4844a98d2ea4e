"""One process a home. The system drops the lock when its holder dies, however it dies."""

from __future__ import annotations

from filelock import FileLock, Timeout

from mailbox_desk.adapters.private_files import make_private_folder
from mailbox_desk.paths import Home


class HomeTaken(Exception):
    """Another process holds this home."""


class HomeLock:
    """Held from `acquire` to `release`, or until nothing refers to it any more: keep it as long as the home is used.
    It may be taken and released on any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = FileLock(home.lock, timeout=0, mode=0o600, thread_local=False)

    def acquire(self) -> None:
        """Makes the home (0700) where it is missing. Raises HomeTaken at once, or OSError where it can't be made."""
        make_private_folder(self._home.root)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise HomeTaken(str(self._home.root)) from error

    def release(self) -> None:
        """Releasing what is not held is nothing."""
        self._lock.release()
