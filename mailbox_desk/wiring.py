"""Builds the engine from the real adapters: the only file that knows all the parts. It decides nothing.

`open_house` is a whole desk in a home; `csv_house` one of which nothing is stored. Leaving either closes all.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.discovery import ServerFinder
from mailbox_desk.adapters.door import Door, NobodyAnswers, Request, knock
from mailbox_desk.adapters.help_pages import help_page, load_help
from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.adapters.keyring_key import KeyringKeys
from mailbox_desk.adapters.log_file import log_into
from mailbox_desk.adapters.mailbox_csv import CsvMailbox, CsvProblem, read_mailbox_csv
from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.notifications import Notifications
from mailbox_desk.adapters.passphrase_file import NoPassphrase, read_passphrase
from mailbox_desk.adapters.pipes import discard_stdout
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.trust import load_trust
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.demo.child import NoServers, RehearsalWindow, ServerProcess
from mailbox_desk.demo.fleet import load_fleet
from mailbox_desk.demo.rehearsal import QUICK, Rehearsal, rehearsal_of
from mailbox_desk.demo.throwaway_home import ThrowawayHome
from mailbox_desk.diagnosis.bare import BareJudge
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.diagnosis.provider import Provider, family_of, provider_of
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine, World
from mailbox_desk.engine.ports import Archive, Checker, Clock, Finder, Vault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.help_page import HelpLibrary
from mailbox_desk.model.history import Stored
from mailbox_desk.model.notice import Announcement, Notice, NoticeKind, Picture
from mailbox_desk.model.settings import Settings, settings_from
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.summons import Summons, summons_from
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from mailbox_desk.wording.notices import announce
from mailbox_desk.wording.report import Reporter, round_code

# What ui and cli may use of the adapters, they get from here.
__all__ = [
    "CsvMailbox",
    "CsvProblem",
    "Desktop",
    "HomeTaken",
    "House",
    "NoPassphrase",
    "NoServers",
    "NobodyAnswers",
    "Rehearsal",
    "RehearsalWindow",
    "Rehearsals",
    "bare_judge",
    "csv_house",
    "discard_stdout",
    "help_page",
    "knock",
    "open_house",
    "read_csv",
    "read_help",
    "read_passphrase",
    "rehearsal_house",
]
_log = logging.getLogger(__name__)
_NAME_LANE = 6
_NAME_SPARES = 32
_DISCOVERY_LANE = 16
_CLOSING_SECONDS = 0.4
"""How long one part may take to close before we leave it: what hangs must not hold up the exit."""

_STARTING_SECONDS = 20.0
_NETWORK_COMES_AFTER = 3.0
"""Seconds after the first look: long enough for the desk to see that it sees nothing."""

Notify = Callable[[Engine, Notice], None]


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the window lends for telling people: its words, the tray's balloon, pictures of a status."""

    words: Wording
    balloon: Callable[[Announcement], bool]
    pictures: Callable[[Shown], Picture]


@dataclass(frozen=True, slots=True)
class House:
    """An engine with what belongs to its home. Not started yet."""

    engine: Engine
    vault: Vault
    door: Door | None = None
    rehearsal: Rehearsal | None = None
    notifications: Notifications | None = None

    async def unlock(self, passphrase: Secret) -> VaultState:
        """Open the vault by its passphrase, never prompting. Raises WrongPassphrase."""
        return await self.vault.open(passphrase=passphrase)

    async def answer_at_the_door(self, wording: Wording, *, show: Callable[[Summons], None] | None = None) -> None:
        """Let a second process of this home ask us: for a round ("check"), or by `show` to be shown ("show")."""

        async def answer(request: Request) -> AsyncIterator[dict[str, object]]:
            match request.ask:
                case "check":
                    as_json = bool(request.arguments.get("json"))
                    async for told in _told_round(self.engine, wording, as_json=as_json):
                        yield told
                case "show" if show is not None:
                    show(summons_from(request.arguments))
                    yield {"shown": True}
                case _:
                    yield {"refused": request.ask}

        if self.door is not None:
            await self.door.open(answer)


def log_notice(_engine: Engine, notice: Notice) -> None:
    """Where there is no desktop, notices go to the log alone."""
    _log.info("%s: %d mailboxes, %s", notice.kind.value, len(notice.mailboxes), notice.cause.value)


@asynccontextmanager
async def open_house(
    home: Home,
    *,
    interval: float | None = None,
    desktop: Desktop | None = None,
    keys: KeyringKeys | None = None,
    rehearsal: Rehearsal | None = None,
) -> AsyncIterator[House]:
    """The desk of this home, which tells people by `desktop` where there is one.
    Raises HomeTaken, StoreIsNewer, ArchiveFailed, OSError."""
    async with AsyncExitStack() as stack:
        lock = HomeLock(home)
        lock.acquire()
        stack.callback(lock.release)
        stack.callback(log_into(home))
        database = Database(home)
        await database.open()
        stack.push_async_callback(_closed, database.close, "store")
        stored = await database.load()
        settings, odd = settings_from(stored.settings)
        if odd:
            _log.warning("settings not understood and left at their defaults: %s", ", ".join(odd))
        vault = SealedVault(home, keys)
        stack.push_async_callback(_closed, vault.close, "vault")
        notifications = Notifications(desktop.balloon, desktop.pictures) if desktop is not None else None
        notify = _teller(desktop.words, notifications) if desktop is not None and notifications else log_notice
        engine = await _engine(stack, settings, interval, stored, vault, database, notify, rehearsal)
        if notifications is not None:
            stack.push_async_callback(_ended, asyncio.create_task(notifications.run(), name="notifications"))
        door = Door(home)
        stack.push_async_callback(_closed, door.close, "door")
        yield House(engine, vault, door, rehearsal, notifications)


@asynccontextmanager
async def rehearsal_house(*, whole: bool = False, desktop: Desktop | None = None) -> AsyncIterator[House]:
    """A desk in a throw-away home, its servers played on this computer; `whole`: with a mailbox for every cause. Once
    it is started, one of them is paused, and after some seconds the network comes. Raises NoServers, ArchiveFailed,
    OSError."""
    async with AsyncExitStack() as stack:
        lane = Lane("rehearsal", 1, spares=1)
        stack.callback(lane.close)
        folder, servers = ThrowawayHome(), ServerProcess()
        stack.push_async_callback(_closed, lambda: lane.run(folder.remove), "throw-away home")
        home = await lane.run(folder.make)
        stack.push_async_callback(_closed, lambda: lane.run(servers.stop), "rehearsal servers")
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


@asynccontextmanager
async def csv_house(
    rows: Sequence[CsvMailbox], *, interval: float | None = None, settings: Settings | None = None
) -> AsyncIterator[House]:
    """A desk of these rows alone: nothing stored, no keyring, no lock."""
    async with AsyncExitStack() as stack:
        vault = MemoryVault({row.mailbox.id: row.credential for row in rows})
        archive = MemoryArchive()
        stored = Stored(mailboxes=tuple(row.mailbox for row in rows))
        yield House(await _engine(stack, settings or Settings(), interval, stored, vault, archive, log_notice), vault)


def read_csv(file: Path, *, allow_plain: bool) -> tuple[list[CsvMailbox], list[CsvProblem]]:
    """The rows that make a mailbox, and the problems of the others."""
    providers = load_providers()
    known = {provider.id: provider for provider in providers}
    told = list(
        read_mailbox_csv(
            file,
            allow_plain=allow_plain,
            provider_of=lambda address, host: provider_of(address, (host,), providers),
            receives_at=lambda address: known[provider_of(address, (), providers)].endpoints(address)[0],
        )
    )
    rows = [each for each in told if isinstance(each, CsvMailbox)]
    return rows, [each for each in told if isinstance(each, CsvProblem)]


async def read_help() -> HelpLibrary:
    """All help pages, read on a thread. Raises BadResource."""
    lane = Lane("help", 1)
    try:
        return await lane.run(load_help)
    finally:
        lane.close()


class Rehearsals:
    """Rehearsals in windows of their own, each a process that outlives us."""

    def __init__(self) -> None:
        self._lane, self._windows = Lane("rehearsal", 1), RehearsalWindow()

    async def open(self) -> None:
        """Start one more. Raises OSError."""
        await self._lane.run(self._windows.open)


def bare_judge() -> BareJudge:
    """Judges a bare answer of a server, for `explain`."""
    return BareJudge(load_rules())


async def _engine(
    stack: AsyncExitStack,
    settings: Settings,
    interval: float | None,
    stored: Stored,
    vault: Vault,
    archive: Archive,
    notify: Notify,
    rehearsal: Rehearsal | None = None,
) -> Engine:
    if interval is not None:
        settings = replace(settings, interval=interval)
    checks, names = Lane("check", settings.threads), Lane("name", _NAME_LANE, spares=_NAME_SPARES)
    stack.callback(checks.close)
    stack.callback(names.close)
    searches = Lane("discovery", _DISCOVERY_LANE)
    stack.callback(searches.close)
    # Reading and compiling takes tens of milliseconds: on a thread, since the loop may be the window's own.
    rules, providers = await asyncio.gather(names.run(load_rules), names.run(load_providers))
    if rehearsal is not None:
        providers = tuple(_with_domains(each, rehearsal) for each in providers)
    authority = rehearsal.authority if rehearsal is not None else ""
    mail_checker = MailChecker(checks, names, trust=lambda: load_trust(os.environ, also=authority))
    checker: Checker = mail_checker
    finder: Finder = ServerFinder(searches, mail_checker.trust, settings.discovery)
    clock: Clock = SystemClock()
    world = World(
        checker=checker,
        finder=finder,
        vault=vault,
        archive=archive,
        clock=clock,
        notifier=lambda notice: notify(engine, notice),
        dice=random.random,
        # rules speak of families: who runs a mailbox may have several files
        judge=lambda failure, context: diagnose(
            failure, replace(context, provider=family_of(context.provider, providers)), rules
        ),
        explain=lambda response: explain(replace(response, provider=family_of(response.provider, providers)), rules),
        providers=providers,
    )
    engine: Engine = Engine(world, settings, stored)
    stack.push_async_callback(_closed, engine.stop, "engine")
    return engine


def _with_domains(provider: Provider, rehearsal: Rehearsal) -> Provider:
    return replace(provider, domains=(*provider.domains, *rehearsal.domains.get(provider.id, ())))


def _teller(words: Wording, notifications: Notifications) -> Notify:
    """Puts the words before the desktop."""

    def tell(engine: Engine, notice: Notice) -> None:
        log_notice(engine, notice)
        if notice.kind is NoticeKind.WITHDRAWN:
            notifications.take_away(frozenset(each.id for each in notice.incidents))
            return
        announcement = announce(words, notice, engine.board.get, engine.now())
        if announcement is not None:
            notifications.show(announcement)

    return tell


async def _told_round(engine: Engine, wording: Wording, *, as_json: bool) -> AsyncIterator[dict[str, object]]:
    reporter = Reporter(wording, engine.now())
    shown: list[Snapshot] = []
    async for snapshot in engine.round():
        shown.append(snapshot)
        now = engine.now()
        yield {"line": reporter.as_json(snapshot, now) if as_json else reporter.as_text(snapshot, now)}
    yield {"exit": round_code(shown)}


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel it and give it a moment; a fault of ours is said."""
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=_CLOSING_SECONDS)
    for each in done:
        if not each.cancelled() and each.exception() is not None:
            _log.error("%s ended by a fault of ours", each.get_name(), exc_info=each.exception())


async def _closed(close: Callable[[], Coroutine[None, None, None]], part: str) -> None:
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await close()
    except TimeoutError:
        _log.warning("the %s did not close in time and was left", part)
