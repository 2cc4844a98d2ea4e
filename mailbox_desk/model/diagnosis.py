"""Why it failed, as far as the facts tell: ranked causes, and what decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.cause import CAUSES, Actor, Cause


class Certainty(StrEnum):
    """How sure, in the words a person is told. Bounds: >= 0.9, >= 0.6, below."""

    CERTAIN = "certain"
    LIKELY = "likely"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class RankedCause:
    """A cause and how sure we are of it, 0 to 1."""

    cause: Cause
    confidence: float


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so: a name of diagnosis/facts.py and its value. The sentence for it is in the catalogues."""

    name: str
    value: str | float | bool = True


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One to three causes, the likeliest first; the facts that speak for it and the id of the rule that decided."""

    causes: tuple[RankedCause, ...]
    rule: str
    facts: tuple[Fact, ...] = ()
    named_actor: Actor | None = None

    @property
    def cause(self) -> Cause:
        return self.causes[0].cause

    @property
    def who(self) -> Actor:
        return self.named_actor or CAUSES[self.cause].who

    @property
    def certainty(self) -> Certainty:
        sure = self.causes[0].confidence
        return Certainty.CERTAIN if sure >= 0.9 else Certainty.LIKELY if sure >= 0.6 else Certainty.MAYBE


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known when a failure is judged. Times are seconds since 1970 UTC.

    `same_secret_accepted`: the other half signed in with this very secret after the refusal.
    `worked_at`: when this half last signed in with the secret it has now; None: never.
    `host_passing`, `host_failing`: other mailboxes at this host, by their latest check.
    """

    now: float
    provider: str = "generic"
    auth: str = "password"
    refusals: int = 0
    worked_at: float | None = None
    same_secret_accepted: bool = False
    same_secret_refused: bool = False
    host_passing: int = 0
    host_failing: int = 0
    local_network_down: bool = False
