"""What is worth keeping of a change: the status change, and the incident that it opens, renews or closes.

It tells nobody itself: the watcher writes what it answers together with the standing, and the herald hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown


class Journal:
    """Knows the open incident of each mailbox."""

    def __init__(self, open_incidents: Iterable[Incident] = ()) -> None:
        self._open = {mailbox: each for each in open_incidents for mailbox in each.mailboxes if each.is_open}

    @property
    def incidents_open(self) -> int:
        """How many there are; one that many mailboxes share is one."""
        return len({each.id for each in self._open.values()})

    def change(self, before: Standing, after: Standing, now: float) -> StatusChange | None:
        """The change of what is shown or of its cause, None where there is none worth a line."""
        cause, was = _cause(after), _cause(before)
        if after.shown is before.shown and (cause == was or not after.state.verdict.is_down):
            return None
        return StatusChange(after.mailbox_id, now, after.shown, cause)

    def incident(self, after: Standing, now: float) -> Incident | None:
        """The incident as it is now, where this standing opens, changes or closes one."""
        known = self._open.get(after.mailbox_id)
        verdict, diagnosis = after.state.verdict, after.diagnosis
        if verdict.is_down and diagnosis is not None and after.shown not in (Shown.BLIND, Shown.PAUSED):
            if known is not None and known.cause is diagnosis.cause and verdict.gravity <= known.verdict.gravity:
                return None
            if known is None:
                known = _opened(after, now)
            told_at = None if verdict.gravity > known.verdict.gravity else known.told_at
            news = replace(known, cause=diagnosis.cause, verdict=verdict, seen_at=now, told_at=told_at)
            self._open[after.mailbox_id] = news
            return news
        if known is not None and not verdict.is_down:
            del self._open[after.mailbox_id]
            return replace(known, seen_at=now, closed_at=now)
        return None

    def told(self, mailboxes: Iterable[MailboxId], now: float) -> tuple[Incident, ...]:
        """The open incidents of these mailboxes, as told now."""
        changed: dict[str, Incident] = {}
        for mailbox_id in mailboxes:
            known = self._open.get(mailbox_id)
            if known is not None:
                self._open[mailbox_id] = changed[known.id] = replace(known, told_at=now)
        return tuple(changed.values())

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        self._open.pop(mailbox_id, None)


def _opened(standing: Standing, now: float) -> Incident:
    diagnosis = standing.diagnosis
    assert diagnosis is not None
    began = standing.half(standing.worst).failing_since or now
    identity = f"{standing.mailbox_id}-{round(now * 1000)}"
    return Incident(identity, (standing.mailbox_id,), diagnosis.cause, standing.state.verdict, began, now, now)


def _cause(standing: Standing) -> str | None:
    return standing.diagnosis.cause.value if standing.diagnosis else None
