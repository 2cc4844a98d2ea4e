"""How mailboxes stand when the program starts: what was stored, without what only the last run could know. Pure."""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.engine.refusals import with_half
from mailbox_desk.engine.trial import trial_of
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Half, VeilKind, Verdict

LONGEST_WAIT = 30 * 3600.0
"""Seconds. A stored date further off than any plan reaches comes from a clock that was wrong."""


def first_standing(mailbox: Mailbox, stored: Standing | None, now: float) -> Standing:
    """The standing to begin with. Blindness is never stored truth; halves follow the mailbox's servers."""
    standing = stored or Standing(mailbox.id, HalfStanding(), HalfStanding(), since=now)
    veils = frozenset(veil for veil in standing.veils if veil.kind is VeilKind.PAUSED)
    standing = replace(standing, veils=veils)
    for half in Half:
        view = standing.half(half)
        if mailbox.endpoint(half) is None:
            view = HalfStanding()
        elif view.verdict is None:
            view = HalfStanding(Verdict.CHECKING, since=now, due=now)
        elif view.due is not None:
            view = replace(view, due=min(view.due, now + LONGEST_WAIT))
        standing = with_half(standing, half, view)
    return standing


def new_standing(mailbox: Mailbox, now: float) -> Standing:
    """The standing of a mailbox whose secret is stored this moment."""
    return replace(first_standing(mailbox, None, now), secret_since=now)


def due_first(standing: Standing, at: float) -> Standing:
    """The standing with a look at `at` for each half whose secret is not in doubt: those keep their own time."""
    for half in Half:
        view, other = standing.half(half), standing.half(half.other)
        in_doubt = view.refusals or view.resting or view.opinion is not Opinion.NONE or trial_of(standing) is not None
        if view.verdict is not None and not in_doubt and other.opinion is not Opinion.AT_OTHER:
            standing = with_half(standing, half, replace(view, due=at))
    return standing
