"""What is the same for all halves of one check, out of the desk and the mailbox."""

from __future__ import annotations

from functools import partial
from typing import Final

from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.digest import Sitting
from mailbox_desk.engine.evidence import evidence
from mailbox_desk.engine.plan import SLACK
from mailbox_desk.engine.rejudging import judged_together
from mailbox_desk.model.mailbox import Mailbox

QUICK_OPINION: Final = (1.0, 3.0)
"""Seconds before the second opinion where a person waits for the answer (the one-shot check)."""


def terms(desk: Desk, mailbox: Mailbox, now: float, next_round: float, *, shared: bool, is_quick: bool) -> Sitting:
    """`now`, `next_round`: seconds since 1970 UTC. `shared`: both halves use one secret."""
    interval = desk.interval_of(mailbox)
    shortest, longest = QUICK_OPINION if is_quick else desk.settings.second_opinion
    return Sitting(
        now=now,
        shared=shared,
        next_round=max(next_round, now + 2 * SLACK),
        second_opinion=(min(shortest, interval), min(longest, interval)),
        dice=desk.dice,
        judge=judged_together(desk.judge, partial(desk.journal.shared_of, mailbox.id, now)),
        evidence=partial(evidence, desk, mailbox),
        hurried=is_quick,
    )
