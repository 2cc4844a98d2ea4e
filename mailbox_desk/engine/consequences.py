"""What one checked half means for others: the breaker of its host, the pace of its provider, a host on trial.

It notes, and answers with what other mailboxes must be told.
"""

from __future__ import annotations

from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.good_secrets import GivesUp, Joins, Moves, Order, Orders
from mailbox_desk.engine.holding import throttled_by
from mailbox_desk.engine.sitting import HalfChecked
from mailbox_desk.engine.trial import given_up, joined, moved
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.trial import Role
from mailbox_desk.model.verdict import Half, Verdict


def consequences(desk: Desk, mailbox: Mailbox, before: Standing, after: Standing, checked: HalfChecked) -> Orders:
    """Take in what a half met. `before`, `after`: how the mailbox stood and stands."""
    half, failure = checked.result.half, checked.result.failure
    endpoint = mailbox.endpoint(half)
    if endpoint is None or (failure is not None and failure.kind is FailureKind.INTERNAL):
        return ()
    desk.breakers.noted(half, endpoint.host, mailbox.id, failure)
    diagnosis = after.half(half).diagnosis
    if failure is not None and diagnosis is not None and diagnosis.cause is Cause.TOO_MANY_LOGINS:
        desk.throttle.throttled(throttled_by(mailbox, half), desk.clock.monotonic())
    return _of_trial(desk, mailbox, before, after, checked)


def after_order(standing: Standing, order: Order, now: float) -> Standing | None:
    """The standing after an order of a host's trial; None where this mailbox has no part in it any more."""
    match order:
        case Joins(half, trial, others):
            is_down = standing.half(half).verdict not in (None, Verdict.CHECKING, Verdict.CONNECTED)
            return joined(standing, half, trial, others, now) if is_down else None
        case Moves(trial):
            return moved(standing, trial)
        case GivesUp(others):
            return given_up(standing, others, now)


def _of_trial(desk: Desk, mailbox: Mailbox, before: Standing, after: Standing, checked: HalfChecked) -> Orders:
    half, failure = checked.result.half, checked.result.failure
    was, trial = before.half(half).trial, after.half(half).trial
    refused = failure is not None and failure.is_refused_secret
    passed = desk.good_secrets.passed(mailbox, half) if failure is None else ()
    if passed:
        return passed
    if was is not None:
        if refused and was.role is Role.PROBE:
            return desk.good_secrets.probe_refused(mailbox.id, trial)
        return desk.good_secrets.member_passed(mailbox.id) if trial is None and not refused else ()
    if not refused or _is_on_trial_elsewhere(before, half) or before.half(half).resting:
        return ()
    diagnosis, view = after.half(half).diagnosis, before.half(half)
    worked = view.worked_at is not None or (checked.shared and before.half(half.other).worked_at is not None)
    return desk.good_secrets.refused(
        mailbox,
        half,
        diagnosis.cause if diagnosis is not None else Cause.UNKNOWN,
        good=worked,
        mark=checked.mark,
        shared=checked.shared,
    )


def _is_on_trial_elsewhere(standing: Standing, half: Half) -> bool:
    return standing.half(half.other).trial is not None
