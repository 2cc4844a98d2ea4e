"""The book that judges the engine is judged itself: it sees what the rule forbids, and lets be what it allows."""

from __future__ import annotations

import pytest

from tests.e2e.refusal_book import RefusalBook

HOUR = 3600.0


def booked(*refusals: tuple[float, str], passed: int = 20) -> RefusalBook:
    """Others pass at the host all the while, a minute apart."""
    book = RefusalBook()
    times = [(60.0 * number, "") for number in range(passed)]
    for at, user in sorted([*times, *refusals]):
        if user:
            book.refused(at, user)
        else:
            book.passed(at, f"other{at}")
    return book


def test_two_refusals_are_allowed_the_second_in_its_time() -> None:
    book = booked((100, "a"), (300, "a"))
    assert (book.faults, book.owed(), book.allowed) == ([], [], {"a": 2})


@pytest.mark.parametrize(
    ("refusals", "fault"),
    [
        ([(100, "a"), (300, "a"), (9 * HOUR, "a")], "its secret rests"),
        ([(100, "a"), (110, "a")], "not in its time"),
        ([(100, "a"), (1000, "a")], "not in its time"),
        ([(100.0 + number, f"u{number}") for number in range(9)], "too many in ten minutes"),
    ],
)
def test_what_the_rule_forbids_is_seen(refusals: list[tuple[float, str]], fault: str) -> None:
    assert any(fault in each for each in booked(*refusals).faults)


def test_a_second_opinion_that_never_came_is_owed() -> None:
    assert booked((100, "a")).owed() == ["a was tried once only"]


def in_doubt(*probes: tuple[float, str]) -> RefusalBook:
    """Three of three are refused within two minutes: the host is on trial."""
    return booked((100, "a"), (150, "b"), (200, "c"), *probes, passed=0)


def test_a_host_that_refuses_all_is_tried_by_one_for_all() -> None:
    book = in_doubt((500, "a"), (1400, "a"), (5000, "a"))
    assert (book.faults, book.owed(), book.allowed) == ([], [], {"a": 4, "b": 1, "c": 1})


@pytest.mark.parametrize(
    ("probes", "fault"),
    [
        ([(300.0, "a")], "the probe came after"),
        ([(500.0, "a"), (1400.0, "b")], "another is the probe"),
        ([(500.0, "a"), (1400.0, "a"), (5000.0, "a"), (9000.0, "b")], "its secret rests"),
    ],
)
def test_a_probe_has_its_times(probes: list[tuple[float, str]], fault: str) -> None:
    assert any(fault in each for each in in_doubt(*probes).faults)


def test_a_trial_that_never_ends_is_owed() -> None:
    assert in_doubt().owed() == ["a", "b", "c"]
