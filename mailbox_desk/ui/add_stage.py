"""Where the dialog for adding a mailbox stands."""

from __future__ import annotations

from enum import Enum, auto


class Stage(Enum):
    """Where the dialog stands. WAITING: to be tried out as soon as the servers are found; SIGNING: the person is at the
    provider's own page."""

    FILLING = auto()
    WAITING = auto()
    SIGNING = auto()
    TRYING = auto()
    SAVING = auto()
    SAVED = auto()
