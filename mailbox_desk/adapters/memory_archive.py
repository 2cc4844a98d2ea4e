"""An archive that keeps nothing on disk, for one-off runs over a file of mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbox_desk.model.history import Heartbeat, Record, Refusal, StatusChange, Stored
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing

_HEARTBEATS_KEPT = 500
_CHANGES_KEPT = 500
_REFUSALS_KEPT_SECONDS = 86_400.0


class MemoryArchive:
    """Lives and dies with the process. Long runs keep the latest heartbeats and changes of each mailbox only."""

    def __init__(self, mailboxes: Sequence[tuple[Mailbox, Standing]] = ()) -> None:
        self._mailboxes = {mailbox.id: mailbox for mailbox, _ in mailboxes}
        self._standings = {mailbox.id: standing for mailbox, standing in mailboxes}
        self._heartbeats: dict[MailboxId, list[Heartbeat]] = {}
        self._changes: dict[MailboxId, list[StatusChange]] = {}
        self._incidents: dict[str, Incident] = {}
        self._refusals: list[Refusal] = []
        self._settings: dict[str, str] = {}

    async def load(self) -> Stored:
        return Stored(
            mailboxes=tuple(self._mailboxes.values()),
            standings=tuple(self._standings.values()),
            refusals=tuple(self._refusals),
            incidents=tuple(each for each in self._incidents.values() if each.is_open),
            settings=dict(self._settings),
        )

    async def save_mailbox(self, mailbox: Mailbox, standing: Standing) -> None:
        self._mailboxes[mailbox.id] = mailbox
        self._standings[mailbox.id] = standing

    async def delete_mailbox(self, mailbox_id: MailboxId) -> None:
        for kept in (self._mailboxes, self._standings, self._heartbeats, self._changes):
            kept.pop(mailbox_id, None)
        left = {
            each.id: replace(
                each,
                mailboxes=tuple(one for one in each.mailboxes if one != mailbox_id),
                left=each.left - {mailbox_id},
            )
            for each in self._incidents.values()
        }
        self._incidents = {identity: each for identity, each in left.items() if each.mailboxes}

    async def record(self, record: Record) -> None:
        if record.standing is not None:
            self._standings[record.standing.mailbox_id] = record.standing
        if record.heartbeat is not None:
            kept = self._heartbeats.setdefault(record.heartbeat.mailbox_id, [])
            kept.append(record.heartbeat)
            del kept[:-_HEARTBEATS_KEPT]
        if record.change is not None:
            changes = self._changes.setdefault(record.change.mailbox_id, [])
            changes.append(record.change)
            del changes[:-_CHANGES_KEPT]
        self._refusals.extend(record.refusals)
        self._incidents.update({each.id: each for each in record.incidents if each.mailboxes})

    async def save_setting(self, name: str, value: str) -> None:
        self._settings[name] = value

    async def tidy(self, now: float) -> None:
        self._refusals = [each for each in self._refusals if each.at >= now - _REFUSALS_KEPT_SECONDS]

    async def heartbeats(self, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]:
        return tuple(each for each in self._heartbeats.get(mailbox_id, ()) if each.at >= since)

    async def changes(self, mailbox_id: MailboxId, limit: int) -> Sequence[StatusChange]:
        return tuple(reversed(self._changes.get(mailbox_id, ())))[:limit]

    async def changes_since(self, since: float) -> Sequence[StatusChange]:
        told = [change for changes in self._changes.values() for change in _from(changes, since)]
        return tuple(sorted(told, key=lambda change: change.at))

    async def incidents(self, mailbox_id: MailboxId | None, limit: int) -> Sequence[Incident]:
        newest = sorted(self._incidents.values(), key=lambda each: each.opened_at, reverse=True)
        told = (each for each in newest if not each.part_of)
        return tuple(each for each in told if mailbox_id is None or mailbox_id in each.mailboxes)[:limit]


def _from(changes: Sequence[StatusChange], since: float) -> Sequence[StatusChange]:
    """Those from `since` on, and the last before it."""
    before = sum(change.at < since for change in changes)
    return changes[max(0, before - 1) :]
