"""When a token endpoint may be asked at all, whoever asks: not just after a wake, nor while our own network is down."""

from __future__ import annotations

from typing import Final

from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.ports import Clock
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.verdict import Half

AFTER_WAKE: Final = 10.0
"""Seconds after a wake in which no token endpoint is asked: names, routes and clocks are still settling."""


async def calm(clock: Clock, wakefulness: Wakefulness, lookout: Lookout) -> None:
    """Waits for what passes by itself. Raises TokenFailed while our own network is down."""
    woke_ago = wakefulness.woke_ago()
    if woke_ago is not None and woke_ago < AFTER_WAKE:
        await clock.sleep(AFTER_WAKE - woke_ago)
    if lookout.is_blind:
        raise TokenFailed(Failure(Half.RECEIVING, Step.TOKEN, FailureKind.UNREACHABLE, ""))
