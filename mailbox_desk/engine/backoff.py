"""When to look again: retry plans and rounds into waits. Pure; the dice are given."""

from __future__ import annotations

from collections.abc import Callable

from mailbox_desk.model.cause import RetryKind, RetryPlan

Dice = Callable[[], float]
"""A number from 0 up to 1, as random.random gives it."""

JITTER = 0.2


def jittered(seconds: float, dice: Dice) -> float:
    """`seconds`, up to a fifth more or less, so that a thousand mailboxes never knock in one moment."""
    return seconds * (1 - JITTER + 2 * JITTER * dice())


def retry_wait(plan: RetryPlan, tries: int, dice: Dice, asked: float | None = None) -> float | None:
    """Seconds before the next try after `tries` failed ones (1 or more); None where the plan has none. `asked`: seconds
    that the server named; never tried before them, and a plan that heeds the server comes soon after."""
    planned = _planned(plan, max(tries, 1), dice)
    if planned is None or asked is None:
        return planned
    asked_and_a_little = asked * (1 + JITTER * dice())
    return asked_and_a_little if plan.heeds_server else max(planned, asked_and_a_little)


def _planned(plan: RetryPlan, tries: int, dice: Dice) -> float | None:
    match plan.kind:
        case RetryKind.NEVER:
            return None
        case RetryKind.STEPS:
            return jittered(plan.waits[min(tries, len(plan.waits)) - 1], dice)
        case RetryKind.FULL_JITTER:
            most = min(plan.cap, plan.base * 2.0 ** min(tries, _DOUBLINGS_AT_MOST))
            return max(plan.base, most * dice())


_DOUBLINGS_AT_MOST = 30  # far beyond any cap, and no number grows without end


def between(bounds: tuple[float, float], dice: Dice) -> float:
    """Seconds somewhere between the bounds."""
    shortest, longest = bounds
    return shortest + (longest - shortest) * dice()
