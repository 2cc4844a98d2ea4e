"""No image of our memory is written where the program is killed by a fault: tokens and passwords would lie in it."""

from __future__ import annotations

import logging
import sys
from typing import Final

if sys.platform != "win32":
    import resource

_log = logging.getLogger(__name__)
_NONE: Final = 1
"""Bytes. Too little for a file. Where the system pipes images to a program of its own, limits don't bind it, and 0
would be piped; but Linux takes this very number for a wish that there be none (fs/coredump.c, do_coredump)."""


def forbid_core_dumps() -> None:
    """For this process, and for those that it starts unless they choose otherwise. Windows keeps no images unless an
    admin wants them."""
    if sys.platform == "win32":
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        return  # less than we could ask for
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (_NONE, most))
    except (OSError, ValueError) as error:
        _log.warning("images of a crashed program could not be forbidden: %s", error)
