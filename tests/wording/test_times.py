import time
from collections.abc import Iterator

import pytest

from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.times import ago, clock, duration

WORDS = Catalogue.load([], strict=True)
NOON = 1_796_040_000.0  # Monday 30 November 2026, 12:00 UTC
HOUR, DAY = 3_600.0, 86_400.0


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (40.4, "40 s"),
        (60, "1 min"),
        (11 * 60 + 59, "11 min"),
        (3600, "1 h 00"),
        (2 * 3600 + 5 * 60, "2 h 05"),
        (47 * 3600, "47 h 00"),
        (48 * 3600, "2 days"),
        (19.9 * 86_400, "19 days"),
    ],
)
def test_durations_are_short(seconds: float, said: str) -> None:
    assert duration(WORDS, seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(3, "just now"), (61, "1 min ago"), (90_000, "25 h 00 ago")])
def test_how_long_ago(seconds: float, said: str) -> None:
    assert ago(WORDS, seconds) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON + 5 * 60, "12:05"),
        (NOON + DAY, "tomorrow 12:00"),
        (NOON - DAY, "yesterday 12:00"),
        (NOON + 3 * DAY, "Thu 12:00"),
        (NOON + 7 * DAY, "7 Dec 12:00"),
        (NOON - 3 * DAY, "27 Nov 12:00"),
        (NOON + 12 * HOUR, "tomorrow 00:00"),
    ],
)
def test_clock_times_name_another_day(moment: float, said: str) -> None:
    assert clock(WORDS, moment, NOON) == said


def test_a_clock_time_alone() -> None:
    assert clock(WORDS, NOON + 3 * DAY) == "12:00"
