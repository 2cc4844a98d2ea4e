"""Which halves a check takes, in which order. Pure."""

from __future__ import annotations

from enum import StrEnum

from mailbox_desk.engine.trial import waits_for_trial
from mailbox_desk.model.snapshot import Opinion, Standing
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.verdict import Half, VeilKind


class Wish(StrEnum):
    """Who wants a check: the schedule, a person for all, or a person for this one mailbox (one try, even at rest)."""

    SCHEDULED = "scheduled"
    ALL = "all"
    THIS_ONE = "this_one"


SLACK = 1.0
"""Halves that come due within this many seconds are taken along in one sitting."""


def halves_to_check(standing: Standing, wish: Wish, now: float) -> tuple[Half, ...]:
    """The halves to check now, receiving first. Empty where there is nothing to do."""
    for half in Half:
        # One sign-in answers for the refused secret, whoever asks: at the other protocol, nothing besides.
        if standing.half(half).opinion is Opinion.AT_OTHER:
            return (half.other,) if wish is not Wish.SCHEDULED or _is_due(standing, half, now) else ()
    return tuple(half for half in Half if _wanted(standing, half, wish, now))


def next_due(standing: Standing) -> float | None:
    """When the desk looks again by itself: seconds since 1970 UTC, None for never."""
    views = tuple(standing.half(half) for half in Half if not waits_for_trial(standing, half))
    doubted = [view for view in views if view.opinion is Opinion.AT_OTHER]
    dues = [view.due for view in doubted or views if view.verdict and view.due is not None]
    return min(dues, default=None)


def _wanted(standing: Standing, half: Half, wish: Wish, now: float) -> bool:
    view = standing.half(half)
    if view.verdict is None:
        return False
    match wish:
        case Wish.THIS_ONE:
            return True
        case Wish.ALL:
            return not view.resting and view.trial is None and not waits_for_trial(standing, half)
        case Wish.SCHEDULED:
            return not view.resting and not waits_for_trial(standing, half) and _is_due(standing, half, now)


def _is_due(standing: Standing, half: Half, now: float) -> bool:
    due = standing.half(half).due
    return due is not None and due <= now + SLACK


def next_lift(standing: Standing) -> tuple[float, Event] | None:
    """The veil that lifts by itself first: when (seconds since 1970 UTC), and the event of that."""
    ends = [(veil.until, veil) for veil in standing.veils if veil.until is not None]
    if not ends:
        return None
    until, veil = min(ends, key=lambda pair: pair[0])
    kind = EventKind.RESUMED if veil.kind is VeilKind.PAUSED else EventKind.SIGHTED
    return until, Event(kind, veil=veil)
