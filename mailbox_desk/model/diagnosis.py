"""Why it failed, as far as the facts tell: ranked causes, what decided, and what was ruled out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.cause import CAUSES, Action, Actor, Cause
from mailbox_desk.model.check import Quota
from mailbox_desk.model.told import RULES_OUT


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
    def action(self) -> Action:
        """The one next step: that of the cause, but who has waited long enough asks those who can tell."""
        action = CAUSES[self.cause].action
        return Action.ASK_PROVIDER if self.who is Actor.ADMIN_OR_PROVIDER and action is Action.WAIT else action

    @property
    def certainty(self) -> Certainty:
        sure = self.causes[0].confidence
        return Certainty.CERTAIN if sure >= 0.9 else Certainty.LIKELY if sure >= 0.6 else Certainty.MAYBE

    @property
    def ruled_out(self) -> tuple[Fact, ...]:
        """Those of the facts that say what it is not: the network, the certificate, the storage, the password."""
        return tuple(fact for fact in self.facts if fact.name in RULES_OUT)

    @property
    def speaking(self) -> tuple[Fact, ...]:
        """The facts that speak for it, without those that only rule something out."""
        return tuple(fact for fact in self.facts if fact.name not in RULES_OUT)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule whose words or code fit, and the one key of it that did not."""

    rule: str
    key: str


@dataclass(frozen=True, slots=True)
class Tried:
    """The rules that were asked: how many until one held, the near misses, and which of the later ones hold too."""

    asked: int
    near: tuple[NearMiss, ...] = ()
    runners_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A diagnosis and how it came about: the words as they were read (secrets blotted out), the facts by name, the
    rules that were tried, and where the deciding one is known from."""

    diagnosis: Diagnosis
    stage: str
    kind: str
    provider: str
    auth: str
    text: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    tried: Tried
    source: str
    date: str


class TokenAnswer(StrEnum):
    """What the token endpoint said last. It is the best witness of a grant (RFC 6749 section 5.2, OpenID Connect)."""

    GRANTED = "granted"
    GRANT_REFUSED = "grant_refused"
    APP_REFUSED = "app_refused"
    PERSON_WANTED = "person_wanted"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Around:
    """How others fare, by their latest check; `refused`: those of the failing whose formerly good secret is refused."""

    passing: int = 0
    failing: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known when a failure is judged. Times are seconds since 1970 UTC, ages seconds; None: not known.

    `same_secret_accepted`: the other half signed in with this very secret after the refusal, or moments before it.
    `worked_at`: when this half last signed in with the secret it has now; None: never.
    `host_passing`, `host_failing`, `host_refused`: other mailboxes at this host, by their latest check; `at_provider`
    and `in_domain`: the same over all hosts of the provider, and over the domain of the address.
    `secret_age`, `token_age`: since the password was stored, since the grant was given; `token_unused`: since that was
    last used with success. `woke_ago`: since this computer woke. `capabilities`: what the
    server offers, in upper case (RFC 9051 section 7.2.2; RFC 5321 EHLO words).
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
    host_refused: int = 0
    at_provider: Around = Around()
    in_domain: Around = Around()
    token_answer: TokenAnswer | None = None
    token_age: float | None = None
    token_unused: float | None = None
    secret_age: float | None = None
    woke_ago: float | None = None
    quota: Quota | None = None
    capabilities: frozenset[str] = frozenset()
