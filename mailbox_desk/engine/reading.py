"""Reads the gauges of a desk: read-only, in portions that hold up nobody. It keeps nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Final

from mailbox_desk.engine.capacity import Pace, Room, Strain, demand_of, shortfall_of, strains
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.lateness import Lateness
from mailbox_desk.model.gauges import Gauges
from mailbox_desk.model.mailbox import Mailbox
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
        wanted += strains(snapshot, _pace(desk, snapshot.mailbox))
    workers = desk.settings.threads
    return Gauges(
        started_at=started_at,
        standing=standing,
        checks={half: desk.overseer.times.of(half) for half in Half},
        checking=desk.overseer.checking,
        logins_left=desk.budget.left(),
        lateness=lateness.summary(),
        demand=demand_of(wanted),
        workers=workers,
        shortfall=shortfall_of(wanted, workers, partial(_room, desk)),
        incidents_open=desk.journal.incidents_open,
        restarts=dict(desk.overseer.restarts),
        unwritten=desk.archive.unwritten.records if desk.archive.unwritten is not None else 0,
        lines=lines if desk.lines.are_kept else None,
    )


def _pace(desk: Desk, mailbox: Mailbox) -> Pace:
    """A line that answers stands for a sign-in, which comes the less often."""
    interval = desk.interval_of(mailbox)
    receiving = max(interval, desk.settings.sign_in_every) if desk.lines.holds(mailbox.id) else interval
    return Pace(interval, receiving, desk.lines.logins_of(mailbox))


def _room(desk: Desk, host: str) -> Room:
    left = max(0, desk.budget.limit(host) - desk.budget.refusals(host))
    return Room(desk.settings.connections_per_host, left, desk.settings.refusal_window)
