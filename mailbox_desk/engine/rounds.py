"""What is said of a round: the heartbeat of a check that is over, and whether more of it is to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.engine.plan import SLACK
from mailbox_desk.engine.sitting import SittingEnded
from mailbox_desk.model.history import Heartbeat
from mailbox_desk.model.snapshot import Opinion, Snapshot, Standing
from mailbox_desk.model.verdict import Half


@dataclass(slots=True)
class Round:
    """A wish that waits for its end."""

    settled: list[Callable[[Snapshot], None]] = field(default_factory=list)
    quick: bool = False
    began: float = 0.0


def heartbeat(standing: Standing, ended: SittingEnded, now: float) -> Heartbeat:
    """What history keeps of a check that is over."""
    outcomes = {half: standing.half(half).outcome.value for half in Half}
    for half in ended.not_tried:
        outcomes[half] = "not_tried"
    cause = standing.diagnosis.cause.value if standing.diagnosis else None
    return Heartbeat(
        mailbox_id=standing.mailbox_id,
        at=now,
        shown=standing.shown,
        receiving=outcomes[Half.RECEIVING],
        sending=outcomes[Half.SENDING],
        seconds=ended.seconds,
        cause=cause,
    )


def has_pending(standing: Standing, now: float, began: float) -> bool:
    """A second opinion is still to come, or a half that this round has not come to yet."""
    views = [view for view in (standing.receiving, standing.sending) if view.verdict and not view.resting]
    return any(
        view.opinion is not Opinion.NONE or (_is_soon(view.due, now) and (view.checked_at or 0.0) < began)
        for view in views
    )


def _is_soon(due: float | None, now: float) -> bool:
    return due is not None and due <= now + SLACK
