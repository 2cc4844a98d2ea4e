"""How many files and sockets the system lets us have open. A thousand idle lines are more than the usual 1,024."""

from __future__ import annotations

import logging
import sys
from typing import Final

if sys.platform != "win32":
    import resource

_log = logging.getLogger(__name__)
_ENOUGH: Final = 65536
"""Where the system sets no upper limit; macOS takes no "unlimited" for this one."""


def raise_file_limit() -> None:
    """As far as the system lets an ordinary program go. Windows has no such limit on sockets."""
    if sys.platform == "win32":
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if most == resource.RLIM_INFINITY else most
    if now == resource.RLIM_INFINITY or now >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    except (OSError, ValueError) as error:
        _log.warning("the limit of %d open files could not be raised: %s", now, error)
