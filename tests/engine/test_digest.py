"""Whatever servers answer: the law is never broken, and a refused secret is never sent a third time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.engine.digest import MOMENTS, Sitting, digest
from mailbox_desk.engine.plan import Wish, halves_to_check, next_due
from mailbox_desk.engine.refusals import secret_fresh
from mailbox_desk.engine.start import due_first
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Outcome, Step
from mailbox_desk.model.diagnosis import Context, Diagnosis
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Half, Verdict
from tests.engine.fakes import judge_by_text

ANSWERS = {
    "ok": None,
    "refused": (Step.SIGN_IN, FailureKind.REFUSED, "credentials_rejected"),
    "limited": (Step.SIGN_IN, FailureKind.REFUSED, "too_many_logins"),
    "busy": (Step.SIGN_IN, FailureKind.TEMPORARY, "server_busy"),
    "dead": (Step.CONNECT, FailureKind.UNREACHABLE, "network_unreachable"),
    "full": (Step.QUOTA, FailureKind.REFUSED, "over_quota"),
    "odd": (Step.GREETING, FailureKind.BROKEN, "unknown"),
}
answers = st.sampled_from(sorted(ANSWERS))


def result_of(half: Half, answer: str) -> HalfResult:
    facts = ANSWERS[answer]
    if facts is None:
        return HalfResult(half, Outcome.OK)
    step, kind, text = facts
    return HalfResult(half, Outcome.FAILED, failure=Failure(half, step, kind, text))


def sitting(now: float, shared: bool) -> Sitting:
    return Sitting(now, shared, now + 300, (120.0, 300.0), lambda: 0.5, judge_by_text, lambda _: Context(now))


def check(standing: Standing, halves: Sequence[Half], reply: dict[Half, str], now: float, shared: bool) -> Standing:
    """One sitting as the watcher runs it: it stops at the first refusal."""
    for half in halves:
        result = result_of(half, reply[half])
        standing = digest(standing, result, sitting(now, shared))
        if result.failure is not None and result.failure.is_refused_secret:
            break
    return standing


def fresh(both: bool) -> Standing:
    on = HalfStanding(Verdict.CHECKING, due=0.0)
    return Standing(MailboxId("m"), on, on if both else HalfStanding())


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(answers, answers, st.booleans()), max_size=40), st.booleans(), st.booleans())
def test_no_secret_is_refused_a_third_time_by_the_desk_itself(
    replies: list[tuple[str, str, bool]], shared: bool, both: bool
) -> None:
    standing, now = fresh(both), 0.0
    refused = {Half.RECEIVING: 0, Half.SENDING: 0}
    for receiving, sending, restarted in replies:
        if restarted:
            standing = due_first(standing, now)
        due = next_due(standing)
        if due is None:
            break
        now = max(now, due)
        halves = halves_to_check(standing, Wish.SCHEDULED, now)
        assert halves, "an appointment without anything to do would spin"
        assert not any(standing.half(half).resting for half in halves)
        reply = {Half.RECEIVING: receiving, Half.SENDING: sending}
        for half in halves:
            answer = reply[half]
            is_refusal = answer in ("refused", "limited")
            refused[half] = refused[half] + 1 if is_refusal else 0 if answer == "ok" else refused[half]
            assert refused[half] <= 2
            if is_refusal:
                break
        standing = check(standing, halves, reply, now, shared and both)
        for half in Half:
            view = standing.half(half)
            assert not (view.resting and (view.due is not None or view.opinion is not Opinion.NONE))
            if view.resting:
                assert view.verdict is Verdict.NEEDS_YOU
            if view.verdict is Verdict.CONNECTED:
                assert view.diagnosis is None or standing.half(half).last is not None
            if view.verdict is not None and view.verdict.is_down:
                assert view.diagnosis is not None
                assert view.failing_since is not None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(answers, answers, st.booleans()), max_size=30))
def test_a_person_can_always_bring_it_back(replies: list[tuple[str, str, bool]]) -> None:
    standing, now = fresh(both=True), 0.0
    for receiving, sending, by_person in replies:
        now += 600.0
        wish = Wish.THIS_ONE if by_person else Wish.SCHEDULED
        halves = halves_to_check(standing, wish, now)
        standing = check(standing, halves, {Half.RECEIVING: receiving, Half.SENDING: sending}, now, shared=True)
    standing = secret_fresh(standing, now)
    for _ in range(4):
        now += 10.0
        halves = halves_to_check(standing, Wish.THIS_ONE, now)
        standing = check(standing, halves, {Half.RECEIVING: "ok", Half.SENDING: "ok"}, now, shared=True)
    assert (standing.receiving.verdict, standing.sending.verdict) == (Verdict.CONNECTED, Verdict.CONNECTED)
    assert not standing.receiving.resting
    assert not standing.sending.resting


def test_limits_said_as_a_final_no_rest_and_need_you() -> None:
    standing = fresh(both=False)
    for now in (0.0, 300.0):
        standing = check(standing, (Half.RECEIVING,), {Half.RECEIVING: "limited"}, now, shared=False)
    assert standing.receiving.resting
    assert standing.receiving.verdict is Verdict.NEEDS_YOU


def test_the_judge_is_told_that_the_other_half_just_took_the_secret() -> None:
    """Receiving signs in, sending is refused seconds later with the same secret: it is not the password."""
    seen: list[Context] = []

    def judge(failure: Failure, context: Context) -> Diagnosis:
        seen.append(context)
        return judge_by_text(failure, context)

    def sat(now: float) -> Sitting:
        return Sitting(now, True, now + 300, (120.0, 300.0), lambda: 0.5, judge, lambda _: Context(now))

    standing = digest(fresh(both=True), result_of(Half.RECEIVING, "ok"), sat(1000.0))
    digest(standing, result_of(Half.SENDING, "refused"), sat(1000.0 + MOMENTS))
    digest(standing, result_of(Half.SENDING, "refused"), sat(1001.0 + MOMENTS))
    assert [context.same_secret_accepted for context in seen] == [True, False]


def test_the_waits_begin_anew_only_after_a_proof_of_five_minutes() -> None:
    standing, half = fresh(both=False), (Half.RECEIVING,)

    def then(answer: str, now: float) -> int:
        nonlocal standing
        standing = check(standing, half, {Half.RECEIVING: answer}, now, shared=False)
        return standing.receiving.tries

    assert [then("busy", now) for now in (0.0, 300.0, 310.0, 330.0)] == [1, 1, 2, 3]
    then("ok", 400.0)
    then("ok", 650.0)
    assert then("busy", 699.0) == 4, "five minutes were not full: it goes on where it was"
    then("ok", 800.0)
    then("ok", 1000.0)
    assert then("busy", 1100.0) == 1


def test_a_server_that_names_a_time_is_left_alone_until_then() -> None:
    said = Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.TEMPORARY, "Suggested Backoff Time: 1200000 milliseconds")
    standing = digest(fresh(both=False), HalfResult(Half.RECEIVING, Outcome.FAILED, failure=said), sitting(0.0, False))
    assert standing.receiving.due == 1200.0
    hurried = replace(sitting(0.0, False), hurried=True)
    standing = digest(fresh(both=False), HalfResult(Half.RECEIVING, Outcome.FAILED, failure=said), hurried)
    assert standing.receiving.due == 210.0, "a person waits for the second opinion"


def test_over_quota_looks_at_the_quota_again() -> None:
    standing, now = fresh(both=False), 0.0
    for answer in ("full", "full", "full"):
        standing = check(standing, (Half.RECEIVING,), {Half.RECEIVING: answer}, now, shared=False)
        assert standing.receiving.due is not None
        now = standing.receiving.due
    assert (standing.receiving.verdict, standing.receiving.resting) == (Verdict.NEEDS_YOU, False)
    standing = check(standing, (Half.RECEIVING,), {Half.RECEIVING: "ok"}, now, shared=False)
    assert standing.receiving.verdict is Verdict.CONNECTED
