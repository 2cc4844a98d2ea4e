"""Reads the gauges of a desk: read-only, and cheap enough for once a second. It keeps nothing."""

from __future__ import annotations

from collections import Counter

from mailbox_desk.engine.capacity import Strain, demand_of, shortfall_of, strains
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.lateness import Lateness
from mailbox_desk.model.gauges import Gauges
from mailbox_desk.model.verdict import Half, Shown


def gauges(desk: Desk, lateness: Lateness, started_at: float) -> Gauges:
    """How this desk is doing at this moment. Some milliseconds for a thousand mailboxes."""
    standing: Counter[tuple[Shown, str]] = Counter()
    wanted: list[Strain] = []
    for snapshot in desk.board.snapshots():
        diagnosis = snapshot.standing.diagnosis
        standing[snapshot.shown, diagnosis.cause.value if diagnosis is not None else ""] += 1
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
    )
