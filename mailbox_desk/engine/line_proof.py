"""What a kept idle line says of a mailbox: when it may stand for a sign-in, and what its death asks for. Pure."""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Verdict


def may_prove(standing: Standing, now: float, sign_in_every: float) -> bool:
    """Whether a line that answers is proof enough that receiving works: the half is in no doubt, nobody waits for a
    second opinion at it, and its last sign-in was less than `sign_in_every` seconds ago."""
    received = standing.receiving
    if not _is_healthy(received) or standing.sending.opinion is Opinion.AT_OTHER or received.worked_at is None:
        return False
    return 0 <= now - received.worked_at < sign_in_every


def proved(standing: Standing, now: float, next_round: float) -> Standing:
    """The standing after the line answered. `worked_at` and `last` stay: they tell of sign-ins."""
    received = replace(standing.receiving, due=next_round, checked_at=now)
    return replace(standing, receiving=received, last_checked=now)


def after_death(standing: Standing, now: float) -> Standing | None:
    """The line died: a check of receiving is due now. None where that says nothing new: we look away, or the half is in
    doubt already and keeps its own time."""
    if standing.veils or not _is_healthy(standing.receiving) or standing.sending.opinion is Opinion.AT_OTHER:
        return None
    return replace(standing, receiving=replace(standing.receiving, due=now))


def _is_healthy(half: HalfStanding) -> bool:
    in_doubt = half.refusals or half.resting or half.opinion is not Opinion.NONE or half.failing_since is not None
    return half.verdict is Verdict.CONNECTED and not in_doubt
