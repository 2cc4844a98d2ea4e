"""What the desk can say of a mailbox: the verdicts that checks prove and the veils that hide them.

Nouns only: how they move is written in status.py, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Half(StrEnum):
    """The two things a mailbox does. They are judged apart."""

    RECEIVING = "receiving"
    SENDING = "sending"

    @property
    def other(self) -> Half:
        return Half.SENDING if self is Half.RECEIVING else Half.RECEIVING


class Verdict(StrEnum):
    """What the checks proved of one half. `gravity` orders them, the worst highest."""

    CONNECTED = "CONNECTED"
    CHECKING = "CHECKING"
    SUSPECT = "SUSPECT"
    RECONNECTING = "RECONNECTING"
    NEEDS_YOU = "NEEDS_YOU"

    @property
    def gravity(self) -> int:
        return _GRAVITY[self]

    @property
    def is_down(self) -> bool:
        """Time in this verdict counts as downtime."""
        return self in (Verdict.RECONNECTING, Verdict.NEEDS_YOU)


_GRAVITY = {verdict: place for place, verdict in enumerate(Verdict)}


class Shown(StrEnum):
    """What a person is shown: a verdict, or the veil over it."""

    CHECKING = "CHECKING"
    CONNECTED = "CONNECTED"
    SUSPECT = "SUSPECT"
    RECONNECTING = "RECONNECTING"
    NEEDS_YOU = "NEEDS_YOU"
    BLIND = "BLIND"
    PAUSED = "PAUSED"


_SHOWN_OF = {verdict: Shown(verdict.value) for verdict in Verdict}


class VeilKind(StrEnum):
    BLIND = "BLIND"
    PAUSED = "PAUSED"


class VeilReason(StrEnum):
    """Why we are not looking. Each reason belongs to one kind of veil and lifts alone."""

    OFFLINE = "offline"
    ASLEEP = "asleep"
    CAPTIVE_PORTAL = "captive_portal"
    NEW_NETWORK = "new_network"
    VAULT_LOCKED = "vault_locked"
    BY_PERSON = "by_person"
    PROTECTIVE_RULE = "protective_rule"
    MAINTENANCE_WINDOW = "maintenance_window"

    @property
    def kind(self) -> VeilKind:
        return _KIND_OF_REASON[self]


_KIND_OF_REASON = {
    VeilReason.OFFLINE: VeilKind.BLIND,
    VeilReason.ASLEEP: VeilKind.BLIND,
    VeilReason.CAPTIVE_PORTAL: VeilKind.BLIND,
    VeilReason.NEW_NETWORK: VeilKind.BLIND,
    VeilReason.VAULT_LOCKED: VeilKind.BLIND,
    VeilReason.BY_PERSON: VeilKind.PAUSED,
    VeilReason.PROTECTIVE_RULE: VeilKind.PAUSED,
    VeilReason.MAINTENANCE_WINDOW: VeilKind.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Veil:
    """A reason not to look; `until` is seconds since 1970 UTC, None while no end is known; `note` a person's why."""

    reason: VeilReason
    until: float | None = None
    note: str = ""

    @property
    def kind(self) -> VeilKind:
        return self.reason.kind


@dataclass(frozen=True, slots=True)
class State:
    """The whole state of one mailbox: a verdict a half (None: that half is off) and the veils over both."""

    receiving: Verdict | None
    sending: Verdict | None
    veils: frozenset[Veil] = frozenset()

    def of(self, half: Half) -> Verdict | None:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def verdict(self) -> Verdict:
        """The worse of the halves that are on; a mailbox with neither is still CHECKING."""
        receiving, sending = self.receiving, self.sending
        if receiving is None or sending is None:
            return receiving or sending or Verdict.CHECKING
        return receiving if receiving.gravity >= sending.gravity else sending

    @property
    def shown(self) -> Shown:
        if self.veils:
            return Shown.PAUSED if any(veil.kind is VeilKind.PAUSED for veil in self.veils) else Shown.BLIND
        return _SHOWN_OF[self.verdict]
