"""A desk in a throw-away home whose servers are played on this computer. It swaps servers and decides nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.demo.child import NoServers, RehearsalWindow, ServerProcess
from mailbox_desk.demo.fleet import load_fleet
from mailbox_desk.demo.rehearsal import QUICK, Rehearsal, rehearsal_of
from mailbox_desk.demo.throwaway_home import ThrowawayHome
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.paths import Home
from mailbox_desk.wiring.house import Desktop, House, closed, open_house

_STARTING_SECONDS = 20.0
_NETWORK_COMES_AFTER = 3.0
"""Seconds after the first look: long enough for the desk to see that it sees nothing."""


@asynccontextmanager
async def rehearsal_house(*, whole: bool = False, desktop: Desktop | None = None) -> AsyncIterator[House]:
    """A desk in a throw-away home, its servers played on this computer; `whole`: with a mailbox for every cause. Once
    it is started, one of them is paused, and after some seconds the network comes. Raises NoServers, ArchiveFailed,
    OSError."""
    async with AsyncExitStack() as stack:
        lane = Lane("rehearsal", 1, spares=1)
        stack.callback(lane.close)
        folder, servers = ThrowawayHome(), ServerProcess()
        stack.push_async_callback(closed, lambda: lane.run(folder.remove), "throw-away home")
        home = await lane.run(folder.make)
        stack.push_async_callback(closed, lambda: lane.run(servers.stop), "rehearsal servers")
        try:
            playing = await lane.run(servers.start, limit=_STARTING_SECONDS)
        except TimeoutError as error:
            raise NoServers(f"no answer in {_STARTING_SECONDS:g} s") from error
        rehearsal = rehearsal_of(await lane.run(load_fleet), playing)
        cast = (*rehearsal.first, *(rehearsal.rest if whole else ()))
        await _move_in(home, cast)
        house = await stack.enter_async_context(
            open_house(home, desktop=desktop, keys=NoKeyring(), rehearsal=rehearsal)
        )
        await house.unlock(Secret(secrets.token_urlsafe(32)))
        for draft in cast:
            await house.vault.write(draft.mailbox.id, draft.credential)
        opening = asyncio.ensure_future(_raise_curtain(house.engine, rehearsal, lambda: lane.run(servers.open_network)))
        stack.callback(opening.cancel)
        yield house


async def _move_in(home: Home, cast: Sequence[Draft]) -> None:
    """As if they had been added: never judged yet."""
    database = Database(home)
    await database.open()
    try:
        for name, value in QUICK.items():
            await database.save_setting(name, value)
        for draft in cast:
            await database.save_mailbox(draft.mailbox, first_standing(draft.mailbox, None, SystemClock().now()))
    finally:
        await database.close()


async def _raise_curtain(engine: Engine, rehearsal: Rehearsal, open_network: Callable[[], Awaitable[None]]) -> None:
    """Once the desk watches: pause what a person would have paused, and then let the network come."""
    waits, begun = set(rehearsal.paused), asyncio.Event()

    def heard(news: Snapshot | Gone) -> None:
        waits.discard(news.id)
        if not waits:
            begun.set()

    unsubscribe = engine.board.subscribe(heard)
    await begun.wait()
    unsubscribe()
    await engine.pause(rehearsal.paused, None)
    await asyncio.sleep(_NETWORK_COMES_AFTER)
    await open_network()


class Rehearsals:
    """Rehearsals in windows of their own, each a process that outlives us."""

    def __init__(self) -> None:
        self._lane, self._windows = Lane("rehearsal", 1), RehearsalWindow()

    async def open(self) -> None:
        """Start one more. Raises OSError."""
        await self._lane.run(self._windows.open)
