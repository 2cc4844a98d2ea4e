"""The injector's book finds what it has to find: a soak that is green because its book is blind proves nothing."""

from __future__ import annotations

import pytest

from tests.soak.book import Book, Told, Trouble
from tests.soak.weather import Kind

BEGAN = 1_000_000.0
ENDED = BEGAN + 235.0
SITE = tuple(f"m{number}" for number in range(8))


def told(*mailboxes: str, at: float = 200.0, cause: str = "server_busy", lasts: float = 100.0) -> Told:
    kind = "shared" if len(mailboxes) > 1 else "single"
    return Told(f"{'+'.join(mailboxes)}-{at}", cause, kind, BEGAN + at, BEGAN + at + lasts, mailboxes)


def findings(*incidents: Told, ended: float = ENDED) -> list[str]:
    book = Book([Trouble(Kind.BUSY, "site", SITE, BEGAN, ended)])
    return [line.split(":")[0] for line in book.findings(list(incidents))]


@pytest.mark.parametrize(
    "incidents",
    [(), (told("m2"),), (told("m2", at=204.0), told("m6", at=211.0)), (told("m1", "m2", "m6"),), (told(*SITE),)],
)
def test_what_is_right_is_let_be(incidents: tuple[Told, ...]) -> None:
    assert findings(*incidents) == []


@pytest.mark.parametrize(
    "incidents",
    [
        (told("m1"), told("m2"), told("m6")),
        (told("m1", "m2", "m6"), told("m3")),
        (told("m1", "m2", "m3"), told("m4", "m5", "m6")),
        (told("m2", at=20.0, lasts=30.0), told("m2", at=200.0)),
        (told("m2", "m6", at=20.0, lasts=30.0), told("m6", at=200.0)),
    ],
)
def test_one_trouble_told_as_several_is_found(incidents: tuple[Told, ...]) -> None:
    assert findings(*incidents) == ["DOUBLED"]


def test_what_is_missed_false_misnamed_or_lingers_is_found() -> None:
    assert findings(told(*SITE[1:]), ended=BEGAN + 2000.0) == ["MISSED"]
    assert findings(told("m2", at=500.0)) == ["FALSE"]
    assert findings(told("m2", cause="over_quota")) == ["MISNAMED"]
    assert findings(told("m2", lasts=3000.0)) == ["LINGERS"]
    assert findings(told("m2", lasts=100.0), told("m2", at=220.0)) == ["DOUBLED", "DOUBLED"]
