"""How mailboxes stand when the program starts, when a veil has lifted, and when the clock was set. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mailbox_desk.engine.refusals import with_half
from mailbox_desk.engine.trial import trial_of
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.status import switched
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


def due_first(standing: Standing, at: float, *, doubtful: bool = False) -> Standing:
    """The standing with a look at `at` for each half whose secret is not in doubt: those keep their own time. With
    `doubtful` those that wait for a second opinion come too."""
    for half in Half:
        view, other = standing.half(half), standing.half(half.other)
        waits = (view.refusals or view.opinion is not Opinion.NONE) and not doubtful
        in_doubt = waits or view.resting or trial_of(standing) is not None
        if view.verdict is not None and not in_doubt and other.opinion is not Opinion.AT_OTHER:
            standing = with_half(standing, half, replace(view, due=at))
    return standing


def due_after_veil(standing: Standing, at: float) -> Standing:
    """As `due_first`; whom nobody could reach is looked at again too, for the veil may tell why."""
    for half in Half:
        view = standing.half(half)
        failure = view.last.failure if view.last is not None else None
        if view.opinion is Opinion.HERE and failure is not None and failure.kind in SAYS_NOTHING_WHILE_BLIND:
            standing = with_half(standing, half, replace(view, due=at))
    return due_first(standing, at)


def clock_stepped(standing: Standing, by: float) -> Standing:
    """The wall clock was set by so many seconds: each look to come is as far off as it was."""
    for half in Half:
        view = standing.half(half)
        if view.due is not None:
            standing = with_half(standing, half, replace(view, due=view.due + by))
    return standing


SAYS_NOTHING_WHILE_BLIND: Final = frozenset(
    {
        FailureKind.UNREACHABLE,
        FailureKind.TIMED_OUT,
        FailureKind.UNTRUSTED,
        FailureKind.TLS_BROKEN,
        FailureKind.BROKEN,
        FailureKind.CLOSED,
    }
)
"""What a check meets where the network itself fails, or somebody else answers: nothing of the mailbox."""


def rested(standing: Standing, until: float) -> Standing:
    """The standing with no look before `until`."""
    for half in Half:
        view = standing.half(half)
        if view.due is not None:
            standing = with_half(standing, half, replace(view, due=max(view.due, until)))
    return standing


def halves_of(standing: Standing, mailbox: Mailbox, now: float) -> Standing:
    """The standing with the halves that the mailbox has: one that is new to it is unknown and due at once."""
    for half in Half:
        wanted = switched(standing.state, half, on=mailbox.endpoint(half) is not None).of(half)
        if wanted is not standing.half(half).verdict:
            standing = with_half(standing, half, HalfStanding(wanted, since=now, due=now))
    return standing
