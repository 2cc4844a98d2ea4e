"""Builds the engine from the real adapters: the only file that knows all the parts. It decides nothing.

`open_house` is a whole desk in a home; `csv_house` one of which nothing is stored. Leaving either closes all.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.door import Door, NobodyAnswers, Request, knock
from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.adapters.log_file import log_into
from mailbox_desk.adapters.mailbox_csv import CsvMailbox, CsvProblem, read_mailbox_csv
from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.notifications import Notifications
from mailbox_desk.adapters.passphrase_file import NoPassphrase, read_passphrase
from mailbox_desk.adapters.pipes import discard_stdout
from mailbox_desk.adapters.resources import help_page, load_providers, load_rules
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.diagnosis.provider import provider_of
from mailbox_desk.engine.engine import Engine, World
from mailbox_desk.engine.ports import Archive, Checker, Clock, Vault
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.history import Stored
from mailbox_desk.model.notice import Announcement, Notice, NoticeKind, Picture
from mailbox_desk.model.response import Response
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
    "NobodyAnswers",
    "bare_judge",
    "csv_house",
    "discard_stdout",
    "help_page",
    "knock",
    "open_house",
    "read_csv",
    "read_passphrase",
]
_log = logging.getLogger(__name__)
_NAME_LANE = 6
_NAME_SPARES = 32
_CLOSING_SECONDS = 0.4
"""How long one part may take to close before we leave it: what hangs must not hold up the exit."""

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
    home: Home, *, interval: float | None = None, desktop: Desktop | None = None
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
        vault = SealedVault(home)
        stack.push_async_callback(_closed, vault.close, "vault")
        notifications = Notifications(desktop.balloon, desktop.pictures) if desktop is not None else None
        notify = _teller(desktop.words, notifications) if desktop is not None and notifications else log_notice
        engine = await _engine(stack, settings, interval, stored, vault, database, notify)
        if notifications is not None:
            stack.push_async_callback(_ended, asyncio.create_task(notifications.run(), name="notifications"))
        door = Door(home)
        stack.push_async_callback(_closed, door.close, "door")
        yield House(engine, vault, door, notifications)


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


def bare_judge() -> Callable[[Response], Diagnosis]:
    """Judges a bare answer of a server, for `explain`."""
    rules = load_rules()
    return lambda response: explain(response, rules)


async def _engine(
    stack: AsyncExitStack,
    settings: Settings,
    interval: float | None,
    stored: Stored,
    vault: Vault,
    archive: Archive,
    notify: Notify,
) -> Engine:
    if interval is not None:
        settings = replace(settings, interval=interval)
    checks, names = Lane("check", settings.threads), Lane("name", _NAME_LANE, spares=_NAME_SPARES)
    stack.callback(checks.close)
    stack.callback(names.close)
    # Reading and compiling takes tens of milliseconds: on a thread, since the loop may be the window's own.
    rules, providers = await asyncio.gather(names.run(load_rules), names.run(load_providers))
    checker: Checker = MailChecker(checks, names)
    clock: Clock = SystemClock()
    world = World(
        checker=checker,
        vault=vault,
        archive=archive,
        clock=clock,
        notifier=lambda notice: notify(engine, notice),
        dice=random.random,
        judge=lambda failure, context: diagnose(failure, context, rules),
        explain=lambda text: explain(Response(text), rules),
        providers=providers,
    )
    engine: Engine = Engine(world, settings, stored)
    stack.push_async_callback(_closed, engine.stop, "engine")
    return engine


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
