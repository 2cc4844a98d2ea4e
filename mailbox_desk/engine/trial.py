"""A mailbox in the trial of a host that refuses good secrets (house plan, "Secrets refused", point 5). Pure.

What is refused here stands outside the count of two: the desk doubts the host, no longer the secret. One probe tries
for all after 5, 15 and 60 minutes; once it passes each of the others has one try.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mailbox_desk.engine.refusals import REFUSALS_BEFORE_REST, settle_rest, with_half
from mailbox_desk.engine.verdicts import happened
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.diagnosis import Diagnosis, Fact, RankedCause
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.told import Told
from mailbox_desk.model.trial import Role, Trial
from mailbox_desk.model.verdict import Half, Verdict

PROBE_WAITS: Final = (300.0, 900.0, 3600.0)
"""Seconds before each try of the probe, counted from the refusal before. There is none after the last."""

_SURE: Final = 0.9
_REFUSES_GOOD_SECRETS: Final = "host-refuses-good-secrets"


def trial_of(standing: Standing) -> tuple[Half, Trial] | None:
    """The half that is on trial, if any."""
    for half in Half:
        trial = standing.half(half).trial
        if trial is not None:
            return half, trial
    return None


def group_of(standing: Standing) -> str | None:
    """The key that all mailboxes of one trial share, for their one incident."""
    found = trial_of(standing)
    return None if found is None else found[1].group


def waits_for_trial(standing: Standing, half: Half) -> bool:
    """We don't try this half: another mailbox is the probe, or the secret is on trial at the other half."""
    own, other = standing.half(half).trial, standing.half(half.other).trial
    return (own is not None and own.role is Role.WAITS) or (own is None and other is not None and other.shared)


def joined(standing: Standing, half: Half, trial: Trial, others: int, now: float) -> Standing:
    """The standing as part of a trial: the host is judged, the secret does not rest. `others`: how many more."""
    diagnosis = _judged(others, None)
    for each in (half, half.other) if trial.shared else (half,):
        view = standing.half(each)
        if view.verdict in (None, Verdict.CONNECTED, Verdict.CHECKING):
            continue
        standing = happened(standing, Event(EventKind.REJUDGED, each, diagnosis.cause), now)
        view = standing.half(each)
        cleared = replace(
            view,
            diagnosis=diagnosis,
            failing_since=view.failing_since or now,
            refusals=0,
            resting=False,
            alone=False,
            opinion=Opinion.NONE,
            due=None,
        )
        standing = with_half(standing, each, cleared)
    return with_half(standing, half, _with_trial(standing.half(half), trial))


def moved(standing: Standing, trial: Trial) -> Standing:
    """The standing with news of its trial: another probe, another time, a last try."""
    found = trial_of(standing)
    if found is None or found[1].group != trial.group:
        return standing
    half, own = found
    return with_half(standing, half, _with_trial(standing.half(half), replace(trial, shared=own.shared)))


def refused_on_trial(standing: Standing, half: Half, now: float) -> Standing:
    """The standing after a refusal of a half on trial, which is noted as its `last` already."""
    view = standing.half(half)
    trial = view.trial
    assert trial is not None
    match trial.role:
        case Role.WAITS:  # a person asked for this one; it waits on
            return standing
        case Role.LAST_TRY:
            return left_refused(standing, half, view.diagnosis, now)
        case Role.PROBE:
            count = trial.refused + 1
            if count >= len(PROBE_WAITS):
                return given_up(standing, 0, now)
            until = now + PROBE_WAITS[count]
            return with_half(standing, half, _with_trial(view, replace(trial, refused=count, until=until)))


def given_up(standing: Standing, others: int, now: float) -> Standing:
    """The probe was refused a third time: all need an admin or the provider, and no secret is tried any more."""
    found = trial_of(standing)
    if found is None:
        return standing
    half, _ = found
    told = standing.half(half).diagnosis
    facts = told.facts if told is not None and not others else ()
    return left_refused(standing, half, replace(_judged(others, Actor.ADMIN_OR_PROVIDER), facts=facts), now)


def left_refused(standing: Standing, half: Half, diagnosis: Diagnosis | None, now: float) -> Standing:
    """The trial is over for this mailbox and its secret is still refused: it rests, whatever the count was before."""
    view = standing.half(half)
    trial, diagnosis = view.trial, diagnosis or _judged(0, None)
    shared = trial is not None and trial.shared
    view = replace(view, trial=None, refusals=REFUSALS_BEFORE_REST, diagnosis=diagnosis, opinion=Opinion.NONE)
    standing = settle_rest(with_half(standing, half, view), shared=shared)
    for each in Half:
        own = standing.half(each)
        if not own.resting or own.verdict is Verdict.NEEDS_YOU:
            continue
        for kind in (EventKind.FAILED, EventKind.CONFIRMED):
            standing = happened(standing, Event(kind, each, diagnosis.cause, resting=True), now)
        own = replace(standing.half(each), diagnosis=diagnosis)
        standing = with_half(standing, each, replace(own, failing_since=own.failing_since or now))
    return standing


def other_half_freed(standing: Standing, half: Half, now: float) -> Standing:
    """`half` passed and was on trial: what waited with it is looked at next."""
    other = standing.half(half.other)
    if other.verdict is None or other.resting or other.due is not None:
        return standing
    return with_half(standing, half.other, replace(other, due=now))


def _with_trial(view: HalfStanding, trial: Trial) -> HalfStanding:
    return replace(view, trial=trial, due=None if trial.role is Role.WAITS else trial.until)


def _judged(others: int, actor: Actor | None) -> Diagnosis:
    """What is said of all members. The words of the rule speak while the desk goes on, those of the actor after it."""
    facts = (Fact(Told.NEIGHBOURS_REFUSED, float(others)),) if others else ()
    rule = _REFUSES_GOOD_SECRETS if actor is None else f"{_REFUSES_GOOD_SECRETS}-still"
    return Diagnosis((RankedCause(Cause.PROVIDER_OUTAGE, _SURE),), rule, facts, actor)
