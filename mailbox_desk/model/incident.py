"""An incident: something that was wrong from one moment to another, for one mailbox or for many."""

from __future__ import annotations

from dataclasses import dataclass

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Incident:
    """Times are seconds since 1970 UTC; `closed_at` None while it lasts. `started_at` is the first failed check;
    `told_at` when a person was told of it as grave as it is now, None where nobody was."""

    id: str
    mailboxes: tuple[MailboxId, ...]
    cause: Cause
    verdict: Verdict
    started_at: float
    opened_at: float
    seen_at: float
    closed_at: float | None = None
    told_at: float | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
