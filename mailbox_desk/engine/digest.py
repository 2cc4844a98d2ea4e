"""What one checked half means for a mailbox's standing. Pure: the judge, the dice and the time are given.

Every verdict moves through model.status.step(); this file decides which events happened, and when to look again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.diagnosis.patience import patience
from mailbox_desk.engine.backoff import Dice, between, retry_wait
from mailbox_desk.engine.refusals import opinion_place, refusals_in_a_row, settle_rest, with_half
from mailbox_desk.engine.trial import other_half_freed, refused_on_trial
from mailbox_desk.engine.verdicts import happened
from mailbox_desk.model.cause import CAUSES
from mailbox_desk.model.check import Failure, HalfResult, Step
from mailbox_desk.model.diagnosis import Context, Diagnosis
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.status import Event, EventKind, leads_to
from mailbox_desk.model.trial import Role
from mailbox_desk.model.verdict import Half, Verdict

Judge = Callable[[Failure, Context], Diagnosis]


@dataclass(frozen=True, slots=True)
class Sitting:
    """What is the same for all halves of one check. Times: seconds since 1970 UTC.

    `shared`: both halves use one secret. `next_round`: when a passing half is looked at again.
    `second_opinion`: shortest and longest wait before it, in seconds. `evidence`: what a failure of that half is judged
    beside; asked only where there is one. `hurried`: a person waits, so a second opinion waits for no server's time.
    """

    now: float
    shared: bool
    next_round: float
    second_opinion: tuple[float, float]
    dice: Dice
    judge: Judge
    evidence: Callable[[Half], Context]
    hurried: bool = False


def digest(standing: Standing, result: HalfResult, sitting: Sitting) -> Standing:
    """The standing after one half was checked."""
    after = _passed(standing, result, sitting) if result.failure is None else _failed(standing, result, sitting)
    after = settle_rest(after, shared=sitting.shared)
    for half in Half:
        if after.half(half).resting and after.half(half).verdict is not Verdict.NEEDS_YOU:
            after = _rests_along(after, half, sitting)
    return replace(after, last_checked=sitting.now)


def _passed(standing: Standing, result: HalfResult, sitting: Sitting) -> Standing:
    half, was = result.half, standing.half(result.half)
    standing = happened(standing, Event(EventKind.PASSED, half), sitting.now)
    passed = replace(
        standing.half(half),
        failing_since=None,
        diagnosis=None,
        refusals=0,
        alone=False,
        resting=False,
        opinion=Opinion.NONE,
        due=sitting.next_round,
        worked_at=sitting.now,
        last=replace(result, capabilities=frozenset()) if result.capabilities else result,  # the store stays small
        checked_at=sitting.now,
        well_since=sitting.now if was.well_since is None else was.well_since,
        trial=None,
    )
    standing = with_half(standing, half, passed)
    if was.trial is not None:
        standing = other_half_freed(standing, half, sitting.now)
    other = standing.half(half.other)
    if not sitting.shared or other.verdict is None or other.refusals == 0:
        return standing
    standing = with_half(standing, half.other, replace(other, alone=True))
    return _opinion_accepted(standing, half.other, sitting) if other.opinion is Opinion.AT_OTHER else standing


def _opinion_accepted(standing: Standing, half: Half, sitting: Sitting) -> Standing:
    """The other protocol took the very secret that `half` was refused with: only `half` is down."""
    return _confirmed(standing, half, _second_judgement(standing, half, sitting, accepted=True), sitting)


def _second_judgement(standing: Standing, half: Half, sitting: Sitting, *, accepted: bool) -> Diagnosis | None:
    """The refusal of `half` judged once more, by what the other protocol said and by what is known meanwhile: the
    first of many that a host refuses could not know of the others."""
    refused = standing.half(half)
    if refused.last is None or refused.last.failure is None:
        return refused.diagnosis
    context = _context(standing, half, sitting, accepted=accepted, refused=not accepted)
    return sitting.judge(refused.last.failure, context)


def _failed(standing: Standing, result: HalfResult, sitting: Sitting) -> Standing:
    failure = result.failure
    assert failure is not None
    half, was = result.half, standing.half(result.half)
    other_awaits = standing.half(half.other).opinion is Opinion.AT_OTHER
    on_trial = was.trial is not None or _is_covered(standing, half)
    noted = replace(
        was,
        refusals=was.refusals + (1 if failure.is_refused_secret and not on_trial else 0),
        tries=was.tries if was.opinion is Opinion.HERE else _tries_so_far(was, sitting.now) + 1,
        well_since=None,
        trial=None if failure.step in _SIGNED_IN else was.trial,
        failing_since=was.failing_since or sitting.now,
        last=result,
        checked_at=sitting.now,
    )
    standing = with_half(standing, half, noted)
    diagnosis = sitting.judge(failure, _context(standing, half, sitting, refused=other_awaits))
    if failure.is_refused_secret and on_trial:
        return _refused_on_trial(standing, half, diagnosis, sitting)
    standing = with_half(standing, half, replace(standing.half(half), diagnosis=_kept(was, diagnosis)))
    standing = happened(standing, Event(EventKind.FAILED, half, diagnosis.cause), sitting.now)
    if not isinstance(leads_to(diagnosis.cause, resting=False), Verdict):
        return standing  # a veil: we are not looking, so nothing is confirmed
    if other_awaits:
        return _opinion_failed(standing, half, diagnosis, sitting)
    if _is_settled(was, standing, half, diagnosis, sitting):
        return _confirmed(standing, half, diagnosis, sitting)
    return _await_opinion(standing, half, failure, sitting)


PROVEN: Final = 300.0
"""Seconds for which passes must go on before the waits begin anew: what fails again sooner goes on where it was."""

_SIGNED_IN: Final = frozenset({Step.SELECT, Step.QUOTA, Step.ENVELOPE, Step.SIGN_OUT})


def _tries_so_far(was: HalfStanding, now: float) -> int:
    return 0 if was.well_since is not None and now - was.well_since >= PROVEN else was.tries


def _is_covered(standing: Standing, half: Half) -> bool:
    """The other half is on trial with the same secret."""
    trial = standing.half(half.other).trial
    return trial is not None and trial.shared


def _refused_on_trial(standing: Standing, half: Half, diagnosis: Diagnosis, sitting: Sitting) -> Standing:
    view = standing.half(half)
    if view.trial is None:
        return standing  # the secret is on trial at the other half, and that one goes on
    if view.trial.role is Role.LAST_TRY:  # the host takes good secrets again, so this one is judged by itself
        standing = with_half(standing, half, replace(view, diagnosis=diagnosis))
    return refused_on_trial(standing, half, sitting.now)


def _kept(was: HalfStanding, diagnosis: Diagnosis) -> Diagnosis:
    """A need that stands is not talked over by a lesser trouble: the law keeps the verdict, we keep its reason."""
    lesser = was.verdict is Verdict.NEEDS_YOU and leads_to(diagnosis.cause, resting=was.resting) is not was.verdict
    return was.diagnosis if lesser and was.diagnosis is not None else diagnosis


def _is_settled(was: HalfStanding, standing: Standing, half: Half, diagnosis: Diagnosis, sitting: Sitting) -> bool:
    """Two checks in a row say so, or the half is down already and this leads to nothing worse; or the admin connection
    was refused twice, whoever asked."""
    last = standing.half(half).last
    if last is not None and last.failure is not None and Mark.CONNECTION_RESTS in last.failure.marks:
        return True
    if was.opinion is Opinion.HERE or was.resting:
        return True
    if refusals_in_a_row(standing, half, shared=sitting.shared) >= 2:
        return True
    then = leads_to(diagnosis.cause, resting=False)
    return (
        was.verdict is not None
        and was.verdict.is_down
        and isinstance(then, Verdict)
        and then.gravity <= was.verdict.gravity
        and standing.half(half).refusals == was.refusals
    ) or was.verdict is Verdict.NEEDS_YOU


def _await_opinion(standing: Standing, half: Half, failure: Failure, sitting: Sitting) -> Standing:
    place = opinion_place(standing, half, shared=sitting.shared) if failure.is_refused_sign_in else Opinion.HERE
    asked = None if sitting.hurried else patience(failure.text, sitting.now)
    due = sitting.now + max(between(sitting.second_opinion, sitting.dice), asked or 0.0)
    standing = with_half(standing, half, replace(standing.half(half), opinion=place, due=due))
    other = standing.half(half.other)
    if failure.is_refused_secret and other.due is not None:  # the check stopped here: the other half waits its turn
        standing = with_half(standing, half.other, replace(other, due=max(due, other.due)))
    return standing


def _opinion_failed(standing: Standing, half: Half, diagnosis: Diagnosis, sitting: Sitting) -> Standing:
    """`half` was asked for the second opinion on its other half, and failed too."""
    last = standing.half(half).last
    if last is not None and last.failure is not None and last.failure.is_refused_secret:
        standing = _confirmed(standing, half, diagnosis, sitting)
        again = _second_judgement(standing, half.other, sitting, accepted=False)
        return _confirmed(standing, half.other, again, sitting)
    due = sitting.now + between(sitting.second_opinion, sitting.dice)
    standing = with_half(standing, half.other, replace(standing.half(half.other), opinion=Opinion.HERE, due=due))
    return with_half(standing, half, replace(standing.half(half), opinion=Opinion.HERE, due=due))


def _confirmed(standing: Standing, half: Half, diagnosis: Diagnosis | None, sitting: Sitting) -> Standing:
    if diagnosis is None:
        return standing
    rests = refusals_in_a_row(standing, half, shared=sitting.shared) >= 2
    kept = _kept(standing.half(half), diagnosis)
    standing = happened(standing, Event(EventKind.CONFIRMED, half, diagnosis.cause, resting=rests), sitting.now)
    view = standing.half(half)
    failure = view.last.failure if view.last is not None else None
    asked = patience(failure.text, sitting.now) if failure is not None else None
    wait = retry_wait(CAUSES[kept.cause].retry, view.tries, sitting.dice, asked)
    due = None if wait is None else sitting.now + wait
    return with_half(standing, half, replace(view, diagnosis=kept, opinion=Opinion.NONE, due=due))


def _rests_along(standing: Standing, half: Half, sitting: Sitting) -> Standing:
    """This half had another trouble, but its secret was refused twice at the other one: no retry will mend it."""
    diagnosis = standing.half(half.other).diagnosis
    if diagnosis is None:
        return standing
    for kind in (EventKind.FAILED, EventKind.CONFIRMED):
        standing = happened(standing, Event(kind, half, diagnosis.cause, resting=True), sitting.now)
    view = standing.half(half)
    return with_half(
        standing, half, replace(view, diagnosis=diagnosis, failing_since=view.failing_since or sitting.now)
    )


MOMENTS = 30.0
"""Seconds between the halves of one check: receiving comes first, so the secret it took is the one refused here."""


def _context(
    standing: Standing, half: Half, sitting: Sitting, *, accepted: bool = False, refused: bool = False
) -> Context:
    view, received = standing.half(half), standing.receiving
    just_received = (
        half is Half.SENDING
        and sitting.shared
        and received.last is not None
        and received.last.is_ok
        and sitting.now - (received.worked_at or 0.0) <= MOMENTS
    )
    return replace(
        sitting.evidence(half),
        refusals=view.refusals,
        worked_at=view.worked_at,
        same_secret_accepted=accepted or just_received,
        same_secret_refused=refused,
        quota=received.last.quota if received.last is not None else None,
        secret_age=None if standing.secret_since is None else max(0.0, sitting.now - standing.secret_since),
        capabilities=view.last.capabilities if view.last is not None else frozenset(),
    )
