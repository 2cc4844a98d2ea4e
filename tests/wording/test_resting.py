from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import HalfStanding, Snapshot
from mailbox_desk.model.verdict import Half, Verdict
from mailbox_desk.wording import Wording
from mailbox_desk.wording.resting import refused_at
from tests.ui.samples import NOW, refusal, result, snapshot

WORDS = Wording.load([], strict=True)
DOWN = snapshot("a", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED)


def resting(receiving: HalfStanding, sending: HalfStanding | None = None) -> Snapshot:
    standing = replace(DOWN.standing, receiving=receiving, sending=sending or DOWN.standing.sending)
    return replace(DOWN, standing=standing)


def refused(half: Half, *, count: int, tries: int, first: float, last: float) -> HalfStanding:
    return HalfStanding(
        Verdict.NEEDS_YOU,
        failing_since=NOW - first,
        refusals=count,
        resting=True,
        tries=tries,
        last=result(half, refusal(half)),
        checked_at=NOW - last,
    )


def test_twice_at_one_half_are_told_with_their_times() -> None:
    shown = resting(refused(Half.RECEIVING, count=2, tries=2, first=660, last=480))
    assert refused_at(shown) == (NOW - 660, NOW - 480)
    said = WORDS.next_try(shown, NOW)
    assert f"refused twice: {WORDS.clock(NOW - 660, NOW)} and {WORDS.clock(NOW - 480, NOW)}" in said


def test_once_at_each_half_are_told_with_their_times() -> None:
    shown = resting(
        refused(Half.RECEIVING, count=1, tries=1, first=660, last=660),
        refused(Half.SENDING, count=1, tries=1, first=480, last=480),
    )
    assert refused_at(shown) == (NOW - 660, NOW - 480)
    assert "twice" in WORDS.next_try(shown, NOW)


def test_a_time_that_is_not_known_is_not_made_up() -> None:
    shown = resting(refused(Half.RECEIVING, count=2, tries=3, first=900, last=480))
    assert refused_at(shown) == (NOW - 480,)
    assert f"refused 2 times, last at {WORDS.clock(NOW - 480, NOW)}" in WORDS.next_try(shown, NOW)


def test_more_than_two_are_counted() -> None:
    shown = resting(refused(Half.RECEIVING, count=3, tries=3, first=900, last=480))
    assert "refused 3 times" in WORDS.next_try(shown, NOW)


def test_another_trouble_after_the_refusals_tells_the_count_alone() -> None:
    closed = replace(refused(Half.RECEIVING, count=2, tries=3, first=900, last=480), last=result(Half.RECEIVING))
    assert refused_at(resting(closed)) == ()
    assert "2 times" in WORDS.next_try(resting(closed), NOW)


def test_a_grant_is_no_password() -> None:
    receiving = refused(Half.RECEIVING, count=2, tries=2, first=660, last=480)
    by_token = replace(DOWN.mailbox, auth=AuthKind.OAUTH)
    for view in (receiving, replace(receiving, tries=3), replace(receiving, last=result(Half.RECEIVING))):
        said = WORDS.next_try(replace(resting(view), mailbox=by_token), NOW)
        assert "permission" in said
        assert "password" not in said
        assert "password" in WORDS.next_try(resting(view), NOW)
