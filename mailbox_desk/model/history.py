"""What the store keeps: heartbeats, changes, refusals, and what is written together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One check as history keeps it. `at` seconds since 1970 UTC; outcome words are those of model.check.Outcome."""

    mailbox_id: MailboxId
    at: float
    shown: Shown
    receiving: str
    sending: str
    seconds: float
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of what is shown, and why."""

    mailbox_id: MailboxId
    at: float
    shown: Shown
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused sign-in, counted for the host's limit. `at` seconds since 1970 UTC."""

    at: float
    host: str
    mailbox_id: MailboxId


@dataclass(frozen=True, slots=True)
class Record:
    """What is written down together, in one transaction: all of it or nothing."""

    standing: Standing | None = None
    heartbeat: Heartbeat | None = None
    change: StatusChange | None = None
    refusals: tuple[Refusal, ...] = ()
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store holds when the engine starts."""

    mailboxes: tuple[Mailbox, ...] = ()
    standings: tuple[Standing, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    incidents: tuple[Incident, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


class StoreTrouble(StrEnum):
    """Why a store takes nothing: no room, another program that holds it, or anything else."""

    FULL = "full"
    LOCKED = "locked"
    OTHER = "other"


class ArchiveFailed(Exception):
    """The store could not be read or written: disk full, not allowed, damaged. The cause is kept."""

    def __init__(self, text: str, why: StoreTrouble = StoreTrouble.OTHER) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What the store would not take and what waits in memory for that. `since`: seconds since 1970 UTC."""

    since: float
    records: int
    why: StoreTrouble = StoreTrouble.OTHER


class StoreIsNewer(Exception):
    """The store was written by a newer program. Nothing in it was touched."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"the store has format {found}, this program knows {known}")
        self.found = found
        self.known = known
