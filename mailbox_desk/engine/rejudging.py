"""What a mailbox is said to have once its neighbours have told a story that it is part of. Pure.

A check that fails meanwhile is judged by the rules first, and then said to be what all have, where it can be that.
"""

from __future__ import annotations

from collections.abc import Callable

from mailbox_desk.engine.digest import Judge
from mailbox_desk.engine.outbreak import halves_to_rejudge, retold, tells, with_diagnosis
from mailbox_desk.engine.verdicts import happened
from mailbox_desk.model.check import Failure
from mailbox_desk.model.diagnosis import Context, Diagnosis
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.status import Event, EventKind


def rejudged(standing: Standing, shared: Incident | None, now: float) -> Standing:
    """The standing with every half that is down by what all have said to have just that; as it was where there is no
    such thing. When the desk looks again stays."""
    if shared is None:
        return standing
    for half in halves_to_rejudge(standing, shared):
        event = Event(EventKind.REJUDGED, half, shared.cause, resting=standing.half(half).resting)
        standing = with_diagnosis(happened(standing, event, now), half, shared)
    return standing


def judged_together(judge: Judge, shared: Callable[[], Incident | None]) -> Judge:
    """The judge of a mailbox that may be in a shared incident; `shared` gives it, None where it is alone."""

    def judged(failure: Failure, context: Context) -> Diagnosis:
        own, together = judge(failure, context), shared()
        return retold(own, together) if together is not None and tells(own, together) else own

    return judged
