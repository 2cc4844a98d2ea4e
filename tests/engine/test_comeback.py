"""Who is looked at first once a veil has lifted."""

from __future__ import annotations

import pytest

from mailbox_desk.engine.comeback import SHORTEST_SPREAD, Comeback
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.verdict import Verdict


def standing(name: str, verdict: Verdict) -> Standing:
    return Standing(MailboxId(name), HalfStanding(verdict), HalfStanding())


@pytest.mark.parametrize(
    ("name", "verdict", "expected"),
    [
        ("far", Verdict.CONNECTED, 30.0),
        ("far", Verdict.NEEDS_YOU, 30.0),
        ("seen", Verdict.CONNECTED, SHORTEST_SPREAD),
        ("far", Verdict.SUSPECT, SHORTEST_SPREAD),
    ],
)
def test_those_in_sight_and_in_doubt_come_first(name: str, verdict: Verdict, expected: float) -> None:
    comeback = Comeback(lambda: 1.0, 0.05)
    comeback.prefer([MailboxId("seen")])
    comeback.expect(1000)
    assert comeback.wait(standing(name, verdict)) == expected
    comeback.expect(1)
    assert comeback.wait(standing("far", Verdict.CONNECTED)) == SHORTEST_SPREAD
