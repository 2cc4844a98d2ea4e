"""The live table of a terminal: what the window shows, for a machine without a display. Elsewhere plain lines."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from rich.console import Console as RichConsole
from rich.live import Live
from rich.table import Table

from mailbox_desk.cli.console import Console
from mailbox_desk.cli.source import engine_for, vault_trouble
from mailbox_desk.cli.watch import watch
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown

_REFRESH = 1.0
_COLOURS = {
    Shown.CONNECTED: "green",
    Shown.CHECKING: "blue",
    Shown.SUSPECT: "yellow",
    Shown.RECONNECTING: "yellow",
    Shown.NEEDS_YOU: "red",
    Shown.BLIND: "bright_black",
    Shown.PAUSED: "magenta",
}
_SHAPES = {
    Shown.CONNECTED: "●",
    Shown.CHECKING: "○",
    Shown.SUSPECT: "◐",
    Shown.RECONNECTING: "▲",
    Shown.NEEDS_YOU: "■",
    Shown.BLIND: "◌",
    Shown.PAUSED: "‖",
}
_WORST_FIRST = [
    Shown.NEEDS_YOU,
    Shown.RECONNECTING,
    Shown.SUSPECT,
    Shown.CHECKING,
    Shown.BLIND,
    Shown.PAUSED,
    Shown.CONNECTED,
]


async def live_table(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """What stands in for the window: say so, and show the mailboxes until interrupted; 0 then."""
    told.csv, told.json, told.interval, told.allow_plain = None, False, None, False
    console.warn("cli.no_display")
    if not console.out.isatty():
        return await watch(told, console, stop)
    return await show_live(told, console, stop)


async def show_live(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """The table itself, until `stop`."""
    async with engine_for(told, console, bad_rows=[]) as engine:
        await engine.start()
        trouble = vault_trouble(engine)
        if trouble:
            console.warn(trouble)
        with Live(console=RichConsole(file=console.out), auto_refresh=False) as live:
            while not stop.is_set():
                live.update(table_of(engine, console), refresh=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _REFRESH)
    return 0


def table_of(engine: Engine, console: Console) -> Table:
    """All mailboxes, the worst first."""
    words, now = console.wording, engine.now()
    table = Table(expand=True)
    for column in ("status", "mailbox", "cause", "since", "next"):
        table.add_column(words.text(f"cli.column.{column}"), no_wrap=column in ("status", "since"))
    snapshots = sorted(
        engine.board.snapshots(), key=lambda each: (_WORST_FIRST.index(each.shown), each.mailbox.address)
    )
    for snapshot in snapshots:
        table.add_row(*_row(snapshot, console, now), style=None)
    if not snapshots:
        table.add_row("", words.text("cli.no_mailboxes"))
    return table


def _row(snapshot: Snapshot, console: Console, now: float) -> tuple[str, ...]:
    colour, words = _COLOURS[snapshot.shown], console.wording
    return (
        f"[{colour}]{_SHAPES[snapshot.shown]} {words.status(snapshot.shown)}[/{colour}]",
        snapshot.mailbox.address,
        words.cause_phrase(snapshot),
        words.duration(max(0.0, now - snapshot.standing.since)),
        words.next_step(snapshot, now),
    )
