"""A mark in the home while a desk runs there. One that is found at a start tells that the run before did not end
properly: killed, crashed, or the power went. It only tells; the stores look after themselves."""

from __future__ import annotations

import os

from mailbox_desk.adapters.private_files import write_private_file
from mailbox_desk.paths import Home


class RunningMark:
    """For the process that holds the home's lock."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def set(self) -> float | None:
        """Set it. The answer: when the run before gave its last sign (seconds since 1970 UTC), where it did not end
        properly, else None. Call it before anything of the home is opened. Raises OSError."""
        last_sign = self._last_sign() if self._home.running.exists() else None
        write_private_file(self._home.running, f"{os.getpid()}\n".encode())
        return last_sign

    def clear(self) -> None:
        """This run ends properly. Raises OSError."""
        self._home.running.unlink(missing_ok=True)

    def _last_sign(self) -> float:
        """When it last wrote anything: each check is written down, so that is seconds before its end."""
        home = self._home
        written = (home.running, home.log, home.database, home.database.with_name(home.database.name + "-wal"))
        return max(path.stat().st_mtime for path in written if path.exists())
