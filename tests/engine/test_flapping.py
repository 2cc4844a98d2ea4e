from __future__ import annotations

from mailbox_desk.engine.flapping import HOUR, MOST, Flapping, is_calm
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict

ME = MailboxId("me")
UP, DOWN = Verdict.CONNECTED, Verdict.RECONNECTING


def flip(flapping: Flapping, times: int, seconds: float) -> None:
    for number in range(times):
        was, now = (UP, DOWN) if number % 2 == 0 else (DOWN, UP)
        assert flapping.noted(ME, was, now, number * seconds)


def test_more_than_six_changes_an_hour_are_unsteady() -> None:
    flapping = Flapping()
    flip(flapping, MOST, 60)
    assert not flapping.is_unsteady(ME, 6 * 60)
    flapping.noted(ME, UP, DOWN, 6 * 60)
    assert flapping.is_unsteady(ME, 6 * 60)
    assert flapping.began(ME) == 0
    assert not flapping.is_unsteady(ME, HOUR + 1), "the first is more than an hour ago"
    assert not flapping.is_unsteady(MailboxId("another"), 6 * 60)


def test_changes_far_apart_are_none() -> None:
    flapping = Flapping()
    flip(flapping, 40, HOUR / MOST)
    assert not flapping.is_unsteady(ME, 39 * HOUR / MOST)


def test_what_stays_and_what_is_judged_first_is_no_change() -> None:
    flapping = Flapping()
    assert not flapping.noted(ME, UP, UP, 0)
    assert not flapping.noted(ME, Verdict.CHECKING, UP, 0)
    assert flapping.began(ME) is None


def test_forgotten_it_begins_anew() -> None:
    flapping = Flapping()
    flip(flapping, 9, 1)
    flapping.forget(ME)
    assert not flapping.is_unsteady(ME, 9)


def test_an_hour_without_a_change_is_calm() -> None:
    assert is_calm(0, HOUR)
    assert not is_calm(0, HOUR - 1)
    assert not is_calm(HOUR, 0), "the clock was set back"


def test_a_sleep_is_no_calm_and_stretches_nothing() -> None:
    flapping = Flapping()
    flip(flapping, MOST + 1, 60)
    flapping.clock_stepped(5 * HOUR)
    assert flapping.is_unsteady(ME, 5 * HOUR + 6 * 60), "as if no time had gone by"
    assert flapping.calm_since(ME) == 5 * HOUR + 6 * 60
    assert flapping.calm_since(MailboxId("another")) is None


def test_who_was_unsteady_at_the_end_is_not_calm_at_the_next_start() -> None:
    flapping = Flapping()
    flapping.looked_again(ME, 1000.0)
    assert flapping.calm_since(ME) == 1000.0
    assert not flapping.is_unsteady(ME, 1000.0)
