"""A stretch of Qt's thread that checks on other threads do not interrupt.

Python asks a running thread for its lock many times a millisecond (program._SWITCH_SECONDS), so that Qt's
thread never waits long. The same habit tears a pass over the list into thirty pieces, with a wait at each seam: 6 ms
of work took up to 35. While a pass runs, the others ask later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LONGEST: Final = 0.03  # seconds; a pass takes a fifth of it


@contextmanager
def undisturbed() -> Iterator[None]:
    """For short work that does not let go of the lock by itself."""
    before = sys.getswitchinterval()
    if before >= _LONGEST:
        yield
        return
    sys.setswitchinterval(_LONGEST)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
