"""The program's own pipes."""

from __future__ import annotations

import os
import sys


def discard_stdout() -> None:
    """The reader of stdout has gone (`mailbox-desk watch | head`): keep Python from complaining of it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
