"""What a check is asked to do, and what a try-out tells as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbox_desk.model.check import HalfResult, Limits, StepRecord
from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Mailbox
from mailbox_desk.model.verdict import Half


@dataclass(frozen=True, slots=True)
class Errand:
    """One half of one mailbox to be checked. `envelope`: ask MAIL FROM and RCPT TO oneself, then RSET.
    `fetch_certificate`: where TLS does not trust the server, look once more, without secrets, at what it shows.
    `auth`: what the secret is; for OAUTH it is an access token."""

    half: Half
    endpoint: Endpoint
    address: str
    secret: Secret
    limits: Limits = field(default_factory=Limits)
    envelope: bool = True
    fetch_certificate: bool = False
    auth: AuthKind = AuthKind.PASSWORD


@dataclass(frozen=True, slots=True)
class Draft:
    """A mailbox and its secret before they are saved. Not stored, not shown, tried out only."""

    mailbox: Mailbox
    credential: Credential


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of the try-out was taken."""

    half: Half
    record: StepRecord


@dataclass(frozen=True, slots=True)
class HalfTried:
    """One half has ended; `diagnosis` says why where it failed. `refusals_at_host` counts the last 10 minutes,
    `refusal_limit` is how many of them that host may see before the desk waits; 0 where nobody said."""

    result: HalfResult
    diagnosis: Diagnosis | None = None
    refusals_at_host: int = 0
    refusal_limit: int = 0


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The login limits of a host allow no further try before `until` (seconds since 1970 UTC)."""

    half: Half
    until: float


@dataclass(frozen=True, slots=True)
class TryOutEnded:
    """The last word: all halves that are on passed, or not. `mailbox` carries what became known (security in use)."""

    passed: bool
    mailbox: Mailbox


TryOutStep = StepTaken | HalfTried | HeldBack | TryOutEnded
