"""`demo`: the rehearsal in the terminal, until interrupted: a live table, or JSON lines as `watch` gives them."""

from __future__ import annotations

import argparse
import asyncio

from mailbox_desk.cli.console import Console
from mailbox_desk.cli.table import show_live
from mailbox_desk.cli.watch import watch


async def demo(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """Plays until `stop`; 0 then, 2 where the servers don't start."""
    console.warn("demo.terminal")
    told.csv = None
    if getattr(told, "json", False) or not console.out.isatty():
        told.json = getattr(told, "json", False)
        return await watch(told, console, stop)
    return await show_live(told, console, stop)
