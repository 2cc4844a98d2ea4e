"""What a kept line may stand for, and what its death asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.line_proof import after_death, may_prove, proved
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Veil, VeilReason, Verdict

NOW, EVERY = 10_000.0, 100.0
WELL = HalfStanding(Verdict.CONNECTED, worked_at=NOW - 50, due=NOW + 5, checked_at=NOW - 50)
STANDING = Standing(MailboxId("m"), WELL, HalfStanding(Verdict.CONNECTED, due=NOW + 7))

DOUBTS = [
    {"refusals": 1},
    {"resting": True},
    {"opinion": Opinion.HERE},
    {"failing_since": NOW},
    {"verdict": Verdict.SUSPECT},
    {"verdict": Verdict.RECONNECTING},
    {"verdict": Verdict.NEEDS_YOU},
    {"verdict": None},
]


def test_a_line_proves_who_is_well_and_signed_in_lately() -> None:
    assert may_prove(STANDING, NOW, EVERY)
    assert not may_prove(STANDING, NOW + 50, EVERY)
    assert not may_prove(STANDING, NOW - 60, EVERY)  # the clock was set back: a sign-in says when it was
    assert not may_prove(replace(STANDING, receiving=replace(WELL, worked_at=None)), NOW, EVERY)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_line_proves_nothing_of_who_is_in_doubt(doubt: dict[str, object]) -> None:
    doubted = replace(STANDING, receiving=replace(WELL, **doubt))  # type: ignore[arg-type]
    assert not may_prove(doubted, NOW, EVERY)
    assert after_death(doubted, NOW) is None


def test_a_second_opinion_of_sending_is_a_sign_in() -> None:
    asked = replace(STANDING, sending=replace(STANDING.sending, opinion=Opinion.AT_OTHER))
    assert not may_prove(asked, NOW, EVERY)
    assert after_death(asked, NOW) is None


def test_a_proof_moves_the_look_and_nothing_else() -> None:
    after = proved(STANDING, NOW, NOW + 300)
    received = replace(WELL, due=NOW + 300, checked_at=NOW)
    assert after == replace(STANDING, receiving=received, last_checked=NOW)


def test_a_death_makes_receiving_due() -> None:
    after = after_death(STANDING, NOW)
    assert after == replace(STANDING, receiving=replace(WELL, due=NOW))
    veiled = replace(STANDING, veils=frozenset({Veil(VeilReason.BY_PERSON)}))
    assert after_death(veiled, NOW) is None
