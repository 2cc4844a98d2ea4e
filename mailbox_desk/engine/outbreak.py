"""Do these mailboxes fail alike, so that it is one trouble and not many? Pure; who lives where is bookkept elsewhere.

A cause belongs to a story that many can share, or is each mailbox's own. What all have at name look-up or connect
never comes here (lookout calls our own network down and nothing is judged), nor what is met just after a wake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from mailbox_desk.engine.connection_trouble import is_connections, is_down_by_connection
from mailbox_desk.engine.refusals import with_half
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Circle, Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half, Shown, Verdict

MANY: Final = 3
"""As many that fail alike are no accident; two may be."""
SHARE: Final = 0.5
"""Of those looked at lately: where most at a place are well, the place is not what they share."""
LATELY: Final = 900.0
"""Seconds. Two rounds of the usual 5 minutes with the second opinion between: everybody was looked at once."""
LINGERS: Final = 900.0
"""Seconds. Who did not come back a quarter of an hour after the last of the others has a trouble of its own."""
_SURE: Final = 0.9
_LIKELY: Final = 0.7


class Story(StrEnum):
    """What many can have together."""

    NOT_SERVING = "not_serving"
    CERTIFICATE = "certificate"
    THROTTLED = "throttled"
    GONE = "gone"
    SHUT_OUT = "shut_out"


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """The causes that tell it, and the circles in which it can be shared, the widest first."""

    causes: frozenset[Cause]
    circles: tuple[Circle, ...]


STORIES: Mapping[Story, StoryFacts] = MappingProxyType(
    {
        Story.NOT_SERVING: StoryFacts(
            frozenset({Cause.PROVIDER_OUTAGE, Cause.MAINTENANCE, Cause.SERVER_BUSY, Cause.NETWORK_UNREACHABLE}),
            (Circle.PROVIDER, Circle.HOST),
        ),
        Story.CERTIFICATE: StoryFacts(frozenset({Cause.TLS_FAILURE}), (Circle.HOST,)),
        Story.THROTTLED: StoryFacts(frozenset({Cause.TOO_MANY_LOGINS}), (Circle.PROVIDER, Circle.HOST)),
        Story.GONE: StoryFacts(frozenset({Cause.WRONG_SERVER_SETTINGS}), (Circle.HOST,)),
        Story.SHUT_OUT: StoryFacts(
            frozenset(
                {
                    Cause.CREDENTIALS_REJECTED,
                    Cause.ACCOUNT_SUSPENDED,
                    Cause.ACCOUNT_MISSING,
                    Cause.PROTOCOL_DISABLED,
                    Cause.BASIC_AUTH_DISABLED,
                    Cause.OAUTH_APP_BLOCKED,
                }
            ),
            (Circle.DOMAIN,),
        ),
    }
)
_STORY_OF: Final = {cause: story for story, facts in STORIES.items() for cause in facts.causes}


@dataclass(frozen=True, slots=True)
class Fare:
    """How a mailbox fared when last looked at: `at` seconds since 1970 UTC. `cause` None: it does not fail, or that is
    not sure yet. `was_good`: its secret worked formerly."""

    at: float
    is_well: bool = False
    cause: Cause | None = None
    was_good: bool = False

    @property
    def story(self) -> Story | None:
        return None if self.cause is None else _STORY_OF.get(self.cause)


def fare_of(standing: Standing, now: float) -> Fare | None:
    """None for a mailbox that takes part in nothing: it is paused. What is down by its admin connection says nothing of
    a host, a provider or a domain."""
    if standing.shown is Shown.PAUSED:
        return None
    verdict, at = standing.state.verdict, standing.last_checked or 0.0
    was_good = any(standing.half(half).worked_at is not None for half in Half)
    is_veiled = standing.shown is Shown.BLIND or is_down_by_connection(standing)
    failing = standing.diagnosis.cause if standing.diagnosis and verdict.is_down and not is_veiled else None
    is_well = verdict is Verdict.CONNECTED and not is_veiled
    return Fare(min(at, now), is_well, failing, was_good)


def is_evidence(fare: Fare | None) -> bool:
    """A secret that never worked and is refused says nothing of the place."""
    return fare is not None and (fare.cause is not Cause.CREDENTIALS_REJECTED or fare.was_good)


def story_of(cause: Cause) -> Story | None:
    """None: such a trouble is each mailbox's own."""
    return _STORY_OF.get(cause)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Those at one place that fail alike: `share` of those looked at lately."""

    members: tuple[MailboxId, ...]
    cause: Cause
    share: float


def crowd_at(fares: Mapping[MailboxId, Fare], story: Story, now: float, *, others_pass: bool) -> Crowd | None:
    """Who at this place tells this story, where that is many of those looked at lately; None where it is not.
    `others_pass`: somebody who does not belong to the place is well, for a domain somebody of the same server."""
    alike = {each: fare for each, fare in fares.items() if fare.story is story}
    if story is Story.SHUT_OUT:
        alike = _shut_out_alike(alike, others_pass=others_pass)
    fresh = [each for each, fare in alike.items() if now - fare.at <= LATELY]
    looked_at = _looked_at(fares, now)
    if len(fresh) < MANY or len(fresh) < SHARE * looked_at:
        return None
    causes = [fare.cause for fare in alike.values() if fare.cause is not None]
    return Crowd(tuple(alike), _shared_cause(story, causes, others_pass=others_pass), len(fresh) / looked_at)


def shortfall(fares: Mapping[MailboxId, Fare], story: Story, now: float) -> int:
    """How many mailboxes of the place must change at least before there can be such a crowd, while no time goes by."""
    fresh = sum(fare.story is story and now - fare.at <= LATELY for fare in fares.values())
    missing = (_looked_at(fares, now) - 2 * fresh + 1) // 2  # a change takes one from the well and adds it to the alike
    return max(1, MANY - fresh, missing)


def _looked_at(fares: Mapping[MailboxId, Fare], now: float) -> int:
    return sum(now - fare.at <= LATELY and (fare.is_well or fare.cause is not None) for fare in fares.values())


def is_wider(wide: Crowd, narrow: Crowd) -> bool:
    """The wider circle tells it better: it has others too that fail, or it is all the same."""
    return len(wide.members) > len(narrow.members) or wide.share >= narrow.share


def subsides(incident: Incident, now: float) -> bool:
    """Nearly all are back, and for long: the few left have a trouble of their own."""
    return incident.count < MANY and len(incident.left) > 0 and now - incident.seen_at >= LINGERS


def retold(own: Diagnosis, shared: Incident) -> Diagnosis:
    """A mailbox's own diagnosis as what all at the place have; the same for each of them but for the lesser causes."""
    assert shared.place is not None
    if own.cause is shared.cause and story_of(shared.cause) is not Story.NOT_SERVING:
        return own  # the server's own words say as much already
    sure = _SURE if story_of(shared.cause) is Story.NOT_SERVING else _LIKELY
    others = (replace(each, confidence=min(each.confidence, sure - 0.1)) for each in own.causes)
    lesser = tuple(each for each in others if each.cause is not shared.cause)
    facts = tuple(fact for fact in own.facts if fact.name != Told.NEIGHBOURS_PASS)
    by = Actor.ADMIN if story_of(shared.cause) is Story.SHUT_OUT else None
    rule = f"neighbours-{shared.place.circle.value}"
    return Diagnosis((RankedCause(shared.cause, sure), *lesser[:2]), rule, facts, by)


def tells(diagnosis: Diagnosis | None, shared: Incident) -> bool:
    """This failure can be what all at the place have. A connection's trouble is told by the token endpoint alone."""
    if diagnosis is None or is_connections(shared.place) or story_of(diagnosis.cause) is not story_of(shared.cause):
        return False
    is_exact = story_of(shared.cause) is Story.SHUT_OUT
    return not is_exact or diagnosis.cause in (shared.cause, Cause.CREDENTIALS_REJECTED)


def halves_to_rejudge(standing: Standing, shared: Incident) -> Sequence[Half]:
    """The halves that are down by what all have."""
    views = ((half, standing.half(half)) for half in Half)
    return [half for half, view in views if view.verdict and view.verdict.is_down and tells(view.diagnosis, shared)]


def with_diagnosis(standing: Standing, half: Half, shared: Incident) -> Standing:
    """The standing whose half is said to have what all have."""
    view = standing.half(half)
    if view.diagnosis is None:
        return standing
    return with_half(standing, half, replace(view, diagnosis=retold(view.diagnosis, shared)))


def _shut_out_alike(fares: Mapping[MailboxId, Fare], *, others_pass: bool) -> dict[MailboxId, Fare]:
    """Those with the commonest of the exact causes, and the bare refusals. A bare refusal says little: the secret must
    have been good, and others be let in by the same server."""
    exact = Counter(fare.cause for fare in fares.values() if fare.cause is not Cause.CREDENTIALS_REJECTED)
    commonest = exact.most_common(1)[0][0] if exact else None
    return {
        each: fare
        for each, fare in fares.items()
        if fare.cause is commonest or (fare.cause is Cause.CREDENTIALS_REJECTED and fare.was_good and others_pass)
    }


def _shared_cause(story: Story, causes: Sequence[Cause], *, others_pass: bool) -> Cause:
    """What all are said to have: the general word, unless most have heard a more exact one."""
    commonest, count = Counter(causes).most_common(1)[0]
    match story:
        case Story.NOT_SERVING:
            is_most = count > len(causes) / 2
            # Where nobody else is reached either, it may be the way there and not the place.
            exact = {Cause.MAINTENANCE} if others_pass else {Cause.MAINTENANCE, Cause.NETWORK_UNREACHABLE}
            return commonest if is_most and commonest in exact else Cause.PROVIDER_OUTAGE
        case Story.SHUT_OUT:
            named = (cause for cause in causes if cause is not Cause.CREDENTIALS_REJECTED)
            return next(named, Cause.ACCOUNT_SUSPENDED)
        case _:
            return commonest
