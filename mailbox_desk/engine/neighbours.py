"""How the other mailboxes of a host fare, by their latest check. Pure bookkeeping."""

from __future__ import annotations

from collections import defaultdict

from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.mailbox import MailboxId


class Neighbours:
    """Counts mailboxes by host; a mailbox passes at a host while its latest half there passed."""

    def __init__(self) -> None:
        self._passed: dict[str, dict[MailboxId, bool]] = defaultdict(dict)
        self._passing: dict[str, int] = defaultdict(int)

    def noted(self, host: str, mailbox_id: MailboxId, result: HalfResult) -> None:
        """Take in the latest check of a mailbox at this host."""
        key = host.lower()
        self._passing[key] += int(result.is_ok) - int(self._passed[key].get(mailbox_id, False))
        self._passed[key][mailbox_id] = result.is_ok

    def around(self, host: str, mailbox_id: MailboxId) -> tuple[int, int]:
        """How many other mailboxes pass and fail at this host."""
        key = host.lower()
        known = self._passed[key]
        own = known.get(mailbox_id)
        passing = self._passing[key] - int(own is True)
        others = len(known) - int(own is not None)
        return passing, others - passing

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        for host, known in self._passed.items():
            if known.pop(mailbox_id, False):
                self._passing[host] -= 1
