"""When to look again: retry plans and rounds into waits. Pure; the dice are given."""

from __future__ import annotations

from collections.abc import Callable

from mailbox_desk.model.cause import RetryPlan

Dice = Callable[[], float]
"""A number from 0 up to 1, as random.random gives it."""

JITTER = 0.2


def jittered(seconds: float, dice: Dice) -> float:
    """`seconds`, up to a fifth more or less, so that a thousand mailboxes never knock in one moment."""
    return seconds * (1 - JITTER + 2 * JITTER * dice())


def retry_wait(plan: RetryPlan, tries: int, dice: Dice) -> float | None:
    """Seconds before the next try after `tries` failed ones (1 or more); None where the plan has none."""
    if not plan.waits:
        return None
    return jittered(plan.waits[min(max(tries, 1), len(plan.waits)) - 1], dice)


def between(bounds: tuple[float, float], dice: Dice) -> float:
    """Seconds somewhere between the bounds."""
    shortest, longest = bounds
    return shortest + (longest - shortest) * dice()
