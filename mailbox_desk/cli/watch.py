"""`watch`: a line at each change of a mailbox, until interrupted. On a terminal without a command: the live table.

With --standby it leaves the home to a window that is open there, and goes on when that has been closed.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from mailbox_desk import wiring
from mailbox_desk.cli.console import Console
from mailbox_desk.cli.own_state import telling_of_the_desk
from mailbox_desk.cli.source import NotPossible, engine_at_home, engine_for
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording.report import Reporter

LOOK_AGAIN = 2.0
"""Seconds between two looks whether the home is free."""
COURTESY = 10.0
"""Seconds in which whoever asked us to leave takes the home, before we look for it again."""


async def watch(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """Runs until `stop`; 0 then, 2 where there is nothing to watch."""
    manager = wiring.service_manager()
    if told.demo or told.command == "demo" or told.csv:
        async with engine_for(told, console, bad_rows=[]) as engine:
            await _serve(told, console, engine, stop, manager)
        return 0
    async with _signs_of_life(manager):
        await _watch_home(told, console, stop, manager)
    manager.stopping()
    return 0


async def _watch_home(
    told: argparse.Namespace, console: Console, stop: asyncio.Event, manager: wiring.ServiceManager
) -> None:
    """Watch this home until `stop`, or until we are asked to leave it. Raises HomeTaken where we don't stand by."""
    stands_by, wait = getattr(told, "standby", False), COURTESY
    while not stop.is_set():
        try:
            await _watch_once(told, console, stop, manager)
            wait = COURTESY
        except wiring.HomeTaken:
            if not stands_by:
                raise
        if stop.is_set() or not stands_by:
            break
        manager.ready(console.wording.text("service.status.stands_by"))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
        wait = LOOK_AGAIN


async def _watch_once(
    told: argparse.Namespace, console: Console, stop: asyncio.Event, manager: wiring.ServiceManager
) -> None:
    """Until `stop`, or until somebody at the door asks us to leave."""
    until, stands_by = asyncio.Event(), getattr(told, "standby", False)
    watching = wiring.Watching.from_now(until.set, stands_by=stands_by)
    ending = asyncio.ensure_future(_set_after(stop, until))
    try:
        async with engine_at_home(told, console, watching) as engine:
            await _serve(told, console, engine, until, manager)
    finally:
        ending.cancel()
    if not stop.is_set():
        console.warn("service.stands_by" if stands_by else "service.left")


async def _serve(
    told: argparse.Namespace, console: Console, engine: Engine, stop: asyncio.Event, manager: wiring.ServiceManager
) -> None:
    """Start the engine and tell of it until `stop`. Raises NotPossible where there is nothing to watch."""
    reporter = Reporter(console.wording)
    news: asyncio.Queue[Snapshot] = asyncio.Queue()
    engine.board.subscribe(lambda each: None if isinstance(each, Gone) else news.put_nowait(each))
    async with AsyncExitStack() as stack:
        if getattr(told, "metrics", None) is not None:
            await _open_metrics(told.metrics, console, engine, stack)
        await engine.start()
        if not engine.ids and not getattr(told, "standby", False):
            raise NotPossible("cli.no_mailboxes")
        await stack.enter_async_context(telling_of_the_desk(engine, console))
        manager.ready(console.wording.plural("service.status.watches", len(engine.ids)))
        await _tell_changes(engine, reporter, console, news, stop, as_json=told.json)


async def _open_metrics(port: int, console: Console, engine: Engine, stack: AsyncExitStack) -> None:
    page = wiring.MetricsPage(engine.gauges)
    try:
        port = await page.open(port)
    except OSError as error:
        raise NotPossible("service.no_metrics", port=port, reason=error.strerror or str(error)) from error
    stack.push_async_callback(page.close)
    console.warn("service.metrics", port=port)


@asynccontextmanager
async def _signs_of_life(manager: wiring.ServiceManager) -> AsyncIterator[None]:
    """As long as the loop turns, the service manager hears of it."""
    if manager.watchdog is None:
        yield
        return
    living = asyncio.ensure_future(_live(manager, manager.watchdog))
    try:
        yield
    finally:
        living.cancel()


async def _live(manager: wiring.ServiceManager, every: float) -> None:
    while True:
        manager.alive()
        await asyncio.sleep(every)


async def _set_after(first: asyncio.Event, then: asyncio.Event) -> None:
    await first.wait()
    then.set()


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
