"""The log of a home: what went wrong and when, for whoever mends the program. No secret ever reaches a log record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from logging.handlers import RotatingFileHandler

from mailbox_desk.adapters.private_files import make_private_folder
from mailbox_desk.paths import Home

_MOST_BYTES = 1_000_000
_OLD_ONES = 2


def log_into(home: Home) -> Callable[[], None]:
    """Keep what the program's own loggers say from INFO on, in home.log, at most 3 MB in all; the answer ends it.
    Raises OSError."""
    make_private_folder(home.root)
    handler = RotatingFileHandler(home.log, maxBytes=_MOST_BYTES, backupCount=_OLD_ONES, encoding="utf-8")
    home.log.chmod(0o600)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    own = logging.getLogger("mailbox_desk")
    before = own.level
    own.setLevel(logging.INFO)
    own.addHandler(handler)

    def end() -> None:
        own.removeHandler(handler)
        own.setLevel(before)
        handler.close()

    return end
