"""Reads the gauges of a desk: read-only, in portions that hold up nobody. It keeps nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from mailbox_desk.engine.capacity import Strain, demand_of, shortfall_of, strains
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.lateness import Lateness
from mailbox_desk.model.gauges import Gauges
from mailbox_desk.model.verdict import Half, Shown

_PORTION: Final = 100


async def gauges(desk: Desk, lateness: Lateness, started_at: float) -> Gauges:
    """How this desk is doing at this moment. A portion of the mailboxes at a time: the loop may be the window's own."""
    standing: Counter[tuple[Shown, str]] = Counter()
    wanted: list[Strain] = []
    lines = 0
    for place, snapshot in enumerate(desk.board.snapshots()):
        if place % _PORTION == _PORTION - 1:
            await asyncio.sleep(0)
        diagnosis = snapshot.standing.diagnosis
        standing[snapshot.shown, diagnosis.cause.value if diagnosis is not None else ""] += 1
        lines += desk.lines.holds(snapshot.id)
        wanted += strains(snapshot, desk.interval_of(snapshot.mailbox))
    workers, connections = desk.settings.threads, desk.settings.connections_per_host
    return Gauges(
        started_at=started_at,
        standing=standing,
        checks={half: desk.overseer.times.of(half) for half in Half},
        checking=desk.overseer.checking,
        logins_left=desk.budget.left(),
        lateness=lateness.summary(),
        demand=demand_of(wanted),
        workers=workers,
        shortfall=shortfall_of(wanted, workers, lambda _: connections),
        incidents_open=desk.journal.incidents_open,
        restarts=dict(desk.overseer.restarts),
        lines=lines if desk.lines.are_kept else None,
    )
