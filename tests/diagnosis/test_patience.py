"""What servers ask for is heard in many words; garbage is never heard as a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.diagnosis.patience import LONGEST, SHORTEST, asked_wait, patience

NOW = 1_445_412_000.0  # Wed, 21 Oct 2015 07:20:00 GMT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("NO Request is throttled. Suggested Backoff Time: 299609 milliseconds", 299.609),
        ("Suggested Backoff Time: 5 ms", 1.0),
        ("A1 NO [UNAVAILABLE] Server is overloaded, try again in 5 minutes", 300.0),
        ("please retry after 30 seconds", 30.0),
        ("421 4.7.0 Please try again later in 90 seconds", 90.0),
        ("Please try again later after 2 mins.", 120.0),
        ("Try again in 1 hour", 3600.0),
        ("You have to wait 10 min", 600.0),
        ("account temporarily locked for 15 minutes", 900.0),
        ("Too many attempts: locked out for 2h", 7200.0),
        ("You must wait at least 20 seconds before retrying", 20.0),
        ("there are 45 seconds left", 45.0),
        ("Retry-After: 120", 120.0),
        ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\n\r\n{}", 3.0),
        ('{"error": "slow_down"} retry-after=7', 7.0),
        ("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", 480.0),
        ("try again in a minute", 60.0),
        ("Please try again in an hour", 3600.0),
        ("retry in half an hour", 1800.0),
        ("wait a few minutes", 300.0),
        ("bitte in 2 Stunden", 7200.0),
        ("Versuchen Sie es in 10 Minuten erneut, bitte warten: 10 Minuten", 600.0),
        ("try again in 30 days and 40 hours", None),
        ("wait 999999 hours", LONGEST),
        ("Retry-After: 999999999", LONGEST),
        ("Retry-After: Wed, 21 Oct 2015 07:10:00 GMT", None),
        ("Retry-After: Wed, 99 Oct 2015 07:10:00 GMT", None),
        ("Retry-After: 0", None),
        ("try again later", None),
        ("wait, 3 mailboxes", None),
        ("Try again later (10). cx5-20020a17090afd8500b002135de3013fsm23320", None),
        ("451 Already reached per-10 minute limit for logins, try again later", None),
        ("4.7.1 limit of 400 rcpts per 24 hours reached", None),
        ("535 5.7.8 Username and Password not accepted", None),
        ("AADSTS50053: The account is locked", None),
        ("", None),
    ],
)
def test_the_wait_that_a_server_asks_for(text: str, seconds: float | None) -> None:
    assert asked_wait(text, NOW) == (None if seconds is None else pytest.approx(seconds))


def test_a_lock_of_entra_lasts_a_quarter_of_an_hour_unless_it_says_otherwise() -> None:
    assert patience("AADSTS50053: You've tried to sign in too many times with an incorrect user ID or password.") == 900
    assert patience("AADSTS50053: locked. Try again in 2 minutes") == 120
    assert patience("AADSTS50076: Due to a configuration change") is None


def test_a_date_says_nothing_without_a_clock() -> None:
    assert asked_wait("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT") is None


_PIECES = st.sampled_from(
    ["try again", "later", "in", "Retry-After:", "wait", "backoff time", "minutes", "hours", "s", "a", " ", "\n", "-1"]
)


@given(st.one_of(st.text(max_size=300), st.lists(_PIECES | st.integers().map(str), max_size=30).map(" ".join)))
def test_whatever_is_said_the_wait_is_none_or_bounded(text: str) -> None:
    seconds = patience(text, NOW)
    assert seconds is None or SHORTEST <= seconds <= LONGEST


def test_a_very_long_text_takes_no_time() -> None:
    assert asked_wait("try again " * 200_000 + "in 5 minutes") is None
