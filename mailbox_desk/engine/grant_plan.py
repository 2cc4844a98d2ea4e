"""When a grant is to be used next, and how long it lasts. Pure: the dice and the time are given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine.backoff import Dice, between
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.oauth import GrantLife

_DAY: Final = 86_400.0
_LEAD: Final = (300.0, 900.0)
"""Seconds before an access token ends in which it is renewed: a thousand that end in one minute are spread over ten."""
_SHORT_LEAD: Final = (1 / 8, 1 / 3)
"""The same as parts of its life, where that is short."""
_USUAL_LIFE: Final = 3600.0
KEEP_WARM_AT_MOST: Final = 30 * _DAY
"""Seconds. The longest that a grant that dies of disuse is left alone, however long it may be."""
_EARLY: Final = (0.9, 1.0)


class Attention(StrEnum):
    """How a mailbox is looked at now. PAUSED: not at all, but its grant is to live on; RESTING: its grant was refused
    twice, and is left alone until a person acts."""

    WATCHED = "watched"
    PAUSED = "paused"
    RESTING = "resting"


class Why(StrEnum):
    EXPIRY = "expiry"
    DISUSE = "disuse"


@dataclass(frozen=True, slots=True)
class Use:
    """The next use of a grant that the desk makes by itself. `at`: seconds since 1970 UTC."""

    at: float
    why: Why


def next_use(grant: OAuthToken, lifetimes: TokenLifetimes, attention: Attention, dice: Dice) -> Use | None:
    """Before the access token ends, where the mailbox is watched; and well before the grant dies of disuse: after half
    of its time, at most KEEP_WARM_AT_MOST. None: nothing is due."""
    uses = []
    if attention is Attention.WATCHED:
        uses.append(Use(grant.expires_at - _lead(grant, dice), Why.EXPIRY))
    used_at = grant.refreshed_at or grant.granted_at
    if lifetimes.refresh_unused_days is not None and used_at and attention is not Attention.RESTING:
        wait = min(lifetimes.refresh_unused_days * _DAY / 2, KEEP_WARM_AT_MOST)
        uses.append(Use(used_at + wait * between(_EARLY, dice), Why.DISUSE))
    return min(uses, key=lambda use: use.at, default=None)


def life_of(grant: OAuthToken, lifetimes: TokenLifetimes, *, in_testing: bool) -> GrantLife | None:
    """How long this sign-in lasts. None where it is not known when the person signed in."""
    if not grant.granted_at:
        return None
    if in_testing and lifetimes.refresh_testing_days is not None:
        return GrantLife(grant.granted_at, grant.granted_at + lifetimes.refresh_testing_days * _DAY, by_disuse=False)
    if lifetimes.refresh_unused_days is None:
        return GrantLife(grant.granted_at)
    used_at = max(grant.granted_at, grant.refreshed_at)
    return GrantLife(grant.granted_at, used_at + lifetimes.refresh_unused_days * _DAY)


def _lead(grant: OAuthToken, dice: Dice) -> float:
    life = grant.expires_at - grant.refreshed_at if grant.refreshed_at else _USUAL_LIFE
    shortest, longest = (part * max(0.0, life) for part in _SHORT_LEAD)
    return between((min(_LEAD[0], shortest), min(_LEAD[1], longest)), dice)
