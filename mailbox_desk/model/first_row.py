"""What the list shows of one mailbox before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from mailbox_desk.model.verdict import Shown


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One line of the list as it was last stored. Times are seconds since 1970 UTC; `cause` the id of a Cause."""

    mailbox_id: str
    address: str
    name: str
    shown: Shown
    cause: str | None
    since: float
    last_checked: float | None
