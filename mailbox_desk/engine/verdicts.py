"""An event of the law done to a whole standing. Pure; every verdict moves through model.status.step()."""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.engine.refusals import with_half
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.status import Event, step
from mailbox_desk.model.verdict import Half, Verdict


def happened(standing: Standing, event: Event, now: float) -> Standing:
    """The standing after an event of the law; `since` moves where the verdict or what is shown does."""
    before, after = standing.state, step(standing.state, event)
    for half in Half:
        verdict = after.of(half)
        if verdict is not before.of(half):
            standing = with_half(standing, half, replace(standing.half(half), verdict=verdict, since=now))
    shown_since = now if after.shown is not before.shown else standing.since
    news = after.shown is not before.shown and after.shown.value != Verdict.SUSPECT.value
    return replace(standing, veils=after.veils, since=shown_since, acknowledged=standing.acknowledged and not news)
