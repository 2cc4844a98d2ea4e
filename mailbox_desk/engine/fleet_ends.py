"""When the end of an admin connection's key is to be told, and from when its mailboxes show it. Pure."""

from __future__ import annotations

from typing import Final

from mailbox_desk.model.admin_connection import AdminConnection
from mailbox_desk.model.kept_connections import KeptConnection

STEPS: Final = (30, 7, 1)
"""Days before its end at which a person is told, once each."""
_DAY: Final = 86_400.0


def days_left(connection: AdminConnection, now: float) -> float | None:
    """Days until the key ends, below zero once it has; None where nobody knows. `now`: seconds since 1970 UTC."""
    ends = connection.secret_expires_at
    return None if ends is None else (ends - now) / _DAY


def ending_now(kept: KeptConnection, now: float) -> int | None:
    """The step (of STEPS) that is to be told now; None where that was done, or it is too early."""
    left = days_left(kept.connection, now)
    reached = min((step for step in STEPS if left is not None and left <= step), default=None)
    is_told = kept.told_days is not None and reached is not None and kept.told_days <= reached
    return None if is_told else reached


def warns(connection: AdminConnection, now: float) -> bool:
    """Its mailboxes show that its key ends soon."""
    left = days_left(connection, now)
    return left is not None and left <= STEPS[0]
