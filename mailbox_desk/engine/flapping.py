"""A mailbox that comes and goes all the time is unsteady: one quiet trouble instead of many loud ones. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Final

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict

HOUR: Final = 3600.0
CALM: Final = HOUR
"""Seconds without a change after which it is steady again."""
MOST: Final = 6
"""Changes of verdict in an hour. One trouble that is seen, confirmed and mended takes three."""


class Flapping:
    """Counts the changes of each mailbox's verdict; times are seconds since 1970 UTC, and may go back."""

    def __init__(self) -> None:
        self._changes: defaultdict[MailboxId, deque[float]] = defaultdict(lambda: deque(maxlen=MOST + 1))

    def noted(self, mailbox_id: MailboxId, was: Verdict, verdict: Verdict, now: float) -> bool:
        """Take in how it stands now; whether that was a change. The first verdict of all is none."""
        if was is verdict or was is Verdict.CHECKING or verdict is Verdict.CHECKING:
            return False
        self._changes[mailbox_id].append(now)
        return True

    def is_unsteady(self, mailbox_id: MailboxId, now: float) -> bool:
        """More than MOST changes within the last hour."""
        changes = self._changes.get(mailbox_id)
        return changes is not None and sum(abs(now - each) < HOUR for each in changes) > MOST

    def calm_since(self, mailbox_id: MailboxId) -> float | None:
        """Its latest change, or when it was looked at again after it; None where nothing is known of either."""
        return max(self._changes.get(mailbox_id, ()), default=None)

    def looked_again(self, mailbox_id: MailboxId, now: float) -> None:
        """It was unsteady when the desk ended: what it did meanwhile nobody saw, so it was not calm."""
        self._changes[mailbox_id].append(now)

    def clock_stepped(self, by: float) -> None:
        """The wall clock left the other by so many seconds, by a sleep or because it was set: nobody looked then."""
        for changes in self._changes.values():
            for place, at in enumerate(changes):
                changes[place] = at + by

    def began(self, mailbox_id: MailboxId) -> float | None:
        """The earliest change that counts."""
        return min(self._changes.get(mailbox_id, ()), default=None)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed, or its unsteadiness is over."""
        self._changes.pop(mailbox_id, None)


def is_calm(last_change: float, now: float) -> bool:
    """An hour without a change. A clock that was set back is no calm, but ends within an hour of itself."""
    return now - last_change >= CALM
