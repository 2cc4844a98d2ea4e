"""`watch`: a line at each change of a mailbox, until interrupted. On a terminal without a command: the live table."""

from __future__ import annotations

import argparse
import asyncio

from mailbox_desk.cli.console import Console
from mailbox_desk.cli.source import NotPossible, engine_for
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording.report import Reporter


async def watch(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """Runs until `stop`; 0 then, 2 where there is nothing to watch."""
    async with engine_for(told, console, bad_rows=[]) as engine:
        reporter = Reporter(console.wording)
        news: asyncio.Queue[Snapshot] = asyncio.Queue()
        engine.board.subscribe(lambda each: None if isinstance(each, Gone) else news.put_nowait(each))
        await engine.start()
        if not engine.ids:
            raise NotPossible("cli.no_mailboxes")
        await _tell_changes(engine, reporter, console, news, stop, as_json=told.json)
    return 0


async def _tell_changes(
    engine: Engine,
    reporter: Reporter,
    console: Console,
    news: asyncio.Queue[Snapshot],
    stop: asyncio.Event,
    *,
    as_json: bool,
) -> None:
    told: dict[MailboxId, tuple[object, ...]] = {}
    ending = asyncio.ensure_future(stop.wait())
    try:
        while True:
            coming = asyncio.ensure_future(news.get())
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                coming.cancel()
                return
            snapshot = coming.result()
            essence = essence_of(snapshot)
            if told.get(snapshot.id) == essence:
                continue
            told[snapshot.id] = essence
            now = engine.now()
            console.say(reporter.as_json(snapshot, now, dated=True) if as_json else reporter.as_text(snapshot, now))
    finally:
        ending.cancel()


def essence_of(snapshot: Snapshot) -> tuple[object, ...]:
    """What makes a change worth a line: what is shown, each half's verdict and why."""
    standing = snapshot.standing
    cause = standing.diagnosis.cause if standing.diagnosis else None
    return (snapshot.shown, standing.receiving.verdict, standing.sending.verdict, cause)
