"""The log of a home: what went wrong and when, for whoever mends the program. No secret ever reaches a log record."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler

from mailbox_desk.adapters.private_files import make_private_folder
from mailbox_desk.paths import Home

_MOST_BYTES = 1_000_000
_OLD_ONES = 2


class _Patient(RotatingFileHandler):
    """On a full disk it waits for room, and stderr is not flooded with what it could not write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def log_into(home: Home) -> Callable[[], None]:
    """Keep what the program's own loggers say from INFO on, in home.log, at most 3 MB in all; the answer ends it.
    Raises OSError."""
    make_private_folder(home.root)
    handler = _Patient(home.log, maxBytes=_MOST_BYTES, backupCount=_OLD_ONES, encoding="utf-8")
    home.log.chmod(0o600)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    own = logging.getLogger("mailbox_desk")
    before = own.level
    own.setLevel(logging.INFO)
    own.addHandler(handler)

    def end() -> None:
        own.removeHandler(handler)
        own.setLevel(before)
        with suppress(OSError):  # no room for the last lines: they went to stderr as well where they matter
            handler.close()

    return end
