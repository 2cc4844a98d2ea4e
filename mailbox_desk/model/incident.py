"""An incident: something that was wrong from one moment to another, for one mailbox or for many together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict


class IncidentKind(StrEnum):
    """SINGLE is one mailbox's own, SHARED one that many have together, UNSTEADY a mailbox that comes and goes."""

    SINGLE = "single"
    SHARED = "shared"
    UNSTEADY = "unsteady"


class Circle(StrEnum):
    """What mailboxes can have in common."""

    HOST = "host"
    PROVIDER = "provider"
    DOMAIN = "domain"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Place:
    """What the mailboxes of an incident share: a host's name, a provider's id, or a domain, in small letters. An admin
    connection goes by the first of its domains."""

    circle: Circle
    name: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Times are seconds since 1970 UTC; `closed_at` None while it lasts. `started_at` is the first failed check;
    `told_at` when a person was told of it as grave as it is now, None where nobody was.

    `mailboxes` are all that ever took part, `left` those of them that do no longer. `place` is what they share and
    `of` how many mailboxes the desk has there, both for a shared one alone. `part_of`: it went into that incident and
    is over by this; nothing came back. `seen_at` of an unsteady one is its latest change.
    """

    id: str
    mailboxes: tuple[MailboxId, ...]
    cause: Cause
    verdict: Verdict
    started_at: float
    opened_at: float
    seen_at: float
    closed_at: float | None = None
    told_at: float | None = None
    kind: IncidentKind = IncidentKind.SINGLE
    place: Place | None = None
    of: int = 0
    left: frozenset[MailboxId] = frozenset()
    part_of: str = ""

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def count(self) -> int:
        """How many take part now."""
        return len(self.mailboxes) - len(self.left)

    @property
    def back(self) -> tuple[MailboxId, ...]:
        """Those that it is over for; of one that is shared not who was left over, with a trouble of its own."""
        return tuple(each for each in self.mailboxes if self.kind is not IncidentKind.SHARED or each in self.left)

    @property
    def members(self) -> tuple[MailboxId, ...]:
        """Those that take part now."""
        return tuple(each for each in self.mailboxes if each not in self.left)
