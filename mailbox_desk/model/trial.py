"""A host that refuses many good secrets is on trial, not the secrets: how one half of a mailbox takes part in that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """PROBE tries for all of them; WAITS is not tried; LAST_TRY is tried once more, now that the probe has passed."""

    PROBE = "probe"
    WAITS = "waits"
    LAST_TRY = "last_try"


@dataclass(frozen=True, slots=True)
class Trial:
    """Times are seconds since 1970 UTC. `host` in lower case; `began` and `host` name the trial.

    `refused`: how often the probe was refused since. `until`: when the probe tries next. `shared`: the other half of
    the mailbox uses the same secret, so it waits as well.
    """

    host: str
    began: float
    role: Role
    until: float
    refused: int = 0
    shared: bool = False

    @property
    def group(self) -> str:
        """What all its members have in common: the key of their one incident."""
        return f"good-secrets:{self.host}:{self.began:.0f}"
