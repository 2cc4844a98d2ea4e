"""Waits by plan: lists with a little jitter, weather with full jitter, and the server's own times before both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.engine.backoff import retry_wait
from mailbox_desk.model.cause import CAUSES, GENTLE_PLAN, HOURLY_PLAN, LIMIT_PLAN, NO_PLAN, WEATHER_PLAN, Cause
from mailbox_desk.model.cause import RetryKind as Kind

PLANS = (WEATHER_PLAN, LIMIT_PLAN, HOURLY_PLAN, GENTLE_PLAN)


def middle() -> float:
    return 0.5


def test_a_list_is_gone_through_and_its_last_wait_repeats() -> None:
    assert [retry_wait(LIMIT_PLAN, tries, middle) for tries in (0, 1, 2, 99)] == [1800, 1800, 3600, 14400]
    assert [retry_wait(HOURLY_PLAN, tries, middle) for tries in (1, 50)] == [3600, 3600]
    assert retry_wait(NO_PLAN, 1, middle) is None
    assert retry_wait(NO_PLAN, 1, middle, asked=60.0) is None


def test_weather_doubles_from_five_seconds_to_half_an_hour() -> None:
    most = [retry_wait(WEATHER_PLAN, tries, lambda: 0.999999) for tries in range(1, 12)]
    assert [round(wait or 0) for wait in most] == [10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800]
    assert {retry_wait(WEATHER_PLAN, tries, lambda: 0.0) for tries in range(1, 12)} == {5.0}, "never a busy loop"


@given(st.sampled_from(PLANS), st.integers(-3, 10**9), st.floats(0, 0.999999), st.none() | st.floats(1, 86400))
def test_no_wait_is_shorter_than_five_seconds_or_than_the_server_asks(
    plan: object, tries: int, dice: float, asked: float | None
) -> None:
    assert plan in PLANS
    wait = retry_wait(next(each for each in PLANS if each is plan), tries, lambda: dice, asked)
    assert wait is not None
    assert wait >= (asked or 5.0)
    assert wait <= max(4 * 3600 * 1.2, 6 * 3600 * 1.2, (asked or 0) * 1.2)


def test_full_jitter_spreads_evenly() -> None:
    dice = iter(range(1000))
    waits = [retry_wait(WEATHER_PLAN, 9, lambda: next(dice) / 1000) or 0.0 for _ in range(1000)]
    assert sum(waits) / 1000 == pytest.approx(900, rel=0.01)


def test_the_servers_own_time_goes_before_a_plan_that_heeds_it() -> None:
    assert retry_wait(LIMIT_PLAN, 4, lambda: 0.0, asked=300.0) == 300.0
    assert retry_wait(WEATHER_PLAN, 1, lambda: 0.5, asked=300.0) == 330.0
    assert retry_wait(GENTLE_PLAN, 1, middle, asked=300.0) == 1800.0
    assert retry_wait(GENTLE_PLAN, 1, lambda: 0.0, asked=7200.0) == 7200.0


@pytest.mark.parametrize(
    ("cause", "plan"),
    [
        (Cause.NETWORK_UNREACHABLE, WEATHER_PLAN),
        (Cause.PROVIDER_OUTAGE, WEATHER_PLAN),
        (Cause.MAINTENANCE, WEATHER_PLAN),
        (Cause.SERVER_BUSY, WEATHER_PLAN),
        (Cause.TOO_MANY_LOGINS, LIMIT_PLAN),
        (Cause.PROTOCOL_DISABLED, HOURLY_PLAN),
        (Cause.OVER_QUOTA, GENTLE_PLAN),
        (Cause.CREDENTIALS_REJECTED, GENTLE_PLAN),
    ],
)
def test_each_cause_has_the_plan_of_its_kind(cause: Cause, plan: object) -> None:
    assert CAUSES[cause].retry is plan
    assert CAUSES[cause].retry.kind in (Kind.STEPS, Kind.FULL_JITTER)
