"""A desk with all that belongs to its home, made of the real adapters. It decides nothing.

`open_house` is a whole desk in a home; `csv_house` one of which nothing is stored. Leaving either closes all.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.core_dumps import forbid_core_dumps
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.discovery import ServerFinder
from mailbox_desk.adapters.door import Door, Request
from mailbox_desk.adapters.home_lock import HomeLock
from mailbox_desk.adapters.idle_lines import KeptLines
from mailbox_desk.adapters.keyring_key import KeyringKeys
from mailbox_desk.adapters.log_file import log_into
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.notifications import Notifications
from mailbox_desk.adapters.oauth_app_file import load_built_in_apps
from mailbox_desk.adapters.open_files import raise_file_limit
from mailbox_desk.adapters.portal import PortalProbes
from mailbox_desk.adapters.portal_api import PortalApi
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.adapters.running_mark import RunningMark
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.trust import Trust, load_trust
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.demo.rehearsal import Rehearsal
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.diagnosis.provider import Provider, family_of
from mailbox_desk.diagnosis.rules import RuleSet
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.ports import Archive, Checker, Finder, IdleLines, Vault
from mailbox_desk.engine.world import World
from mailbox_desk.model.beginning import Beginning
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.diagnosis import Context
from mailbox_desk.model.history import Stored
from mailbox_desk.model.import_plan import CsvMailbox, Layout
from mailbox_desk.model.network import SALT, Hints, PublicSight
from mailbox_desk.model.notice import Announcement, Notice, NoticeKind, Picture
from mailbox_desk.model.oauth import OAuthApp
from mailbox_desk.model.response import Response
from mailbox_desk.model.settings import Settings, settings_from
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.summons import Summons, summons_from
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from mailbox_desk.wiring.desk_network import for_this_desk, network_of, salt_of
from mailbox_desk.wiring.signing_in import open_tokens
from mailbox_desk.wiring.watching import Watching
from mailbox_desk.wording import Wording
from mailbox_desk.wording.import_report import COULD_NOT, told_file, told_import, told_plan, trouble_in_words
from mailbox_desk.wording.notices import announce
from mailbox_desk.wording.report import Reporter, round_code

_log = logging.getLogger(__name__)
_NAME_LANE = 6
_NAME_SPARES = 32
_DISCOVERY_LANE = 16
_LINE_LANE = 12
_CLOSING_SECONDS = 0.4
"""How long one part may take to close before we leave it: what hangs must not hold up the exit."""

Asked = TypeVar("Asked", Context, Response)
Notify = Callable[[Engine, Notice], None]


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the window lends: for telling people its words, the tray's balloon, pictures of a status; and `hints`, what
    it hears of the network."""

    words: Wording
    balloon: Callable[[Announcement], bool]
    pictures: Callable[[Shown], Picture]
    hints: Hints | None = None


@dataclass(frozen=True, slots=True)
class House:
    """An engine with what belongs to its home. Not started yet."""

    engine: Engine
    vault: Vault
    door: Door | None = None
    rehearsal: Rehearsal | None = None
    notifications: Notifications | None = None
    files: MailboxFiles = field(default_factory=MailboxFiles)
    beginning: Beginning = field(default_factory=Beginning)

    async def unlock(self, passphrase: Secret) -> VaultState:
        """Open the vault by its passphrase, never prompting. Raises WrongPassphrase."""
        return await self.vault.open(passphrase=passphrase)

    async def answer_at_the_door(
        self, wording: Wording, *, show: Callable[[Summons], None] | None = None, watching: Watching | None = None
    ) -> None:
        """Let a second process of this home ask us: for a round ("check"), to take in or give out mailboxes ("import",
        "export"), by `show` to be shown ("show"), or by `watching` who we are and to leave ("watcher", "leave")."""

        async def answer(request: Request) -> AsyncIterator[dict[str, object]]:
            match request.ask:
                case "check":
                    as_json = bool(request.arguments.get("json"))
                    async for told in _told_round(self.engine, wording, as_json=as_json):
                        yield told
                case "import":
                    async for told in self.told_import(wording, request.arguments):
                        yield told
                case "export":
                    layout = Layout(request.arguments.get("layout", Layout.OURS))
                    mailboxes = self.engine.mailboxes
                    yield {"text": await self.files.as_csv(mailboxes, layout), "count": len(mailboxes)}
                case "show" if show is not None:
                    show(summons_from(request.arguments))
                    yield {"shown": True}
                case "watcher" if watching is not None:
                    yield watching.told()
                case "leave" if watching is not None:
                    watching.leave()
                    yield {"leaves": True}
                case _:
                    yield {"refused": request.ask}

        if self.door is not None:
            await self.door.open(answer)

    async def told_import(
        self,
        wording: Wording,
        wish: Mapping[str, Any],
        *,
        first_round: bool = True,
        stopped: Callable[[], bool] = lambda: False,
    ) -> AsyncIterator[dict[str, object]]:
        """Import the file of a wish ("file", "exactly", "allow_plain", "new_passwords", "dry_run", "json"); the answers
        are lines, a warning, and at last the exit code."""
        options = {name: bool(wish.get(name)) for name in ("exactly", "allow_plain")}
        file = await self.files.read_import(Path(str(wish.get("file"))), served=self.engine.served_domains, **options)
        if file.trouble is not None:
            yield {"warning": trouble_in_words(file.trouble, wording)}
            yield {"exit": COULD_NOT}
            return
        anew = bool(wish.get("new_passwords"))
        plan = await self.files.plan(file, self.engine.mailboxes, new_passwords=anew)
        as_json = bool(wish.get("json"))
        for told in told_file(file, wording, as_json=as_json):
            yield told
        if wish.get("dry_run"):
            for told in told_plan(plan, wording, as_json=as_json):
                yield told
            return
        add_all = partial(self.engine.add_all, first_round=first_round)
        async for told in told_import(plan, wording, add_all, as_json=as_json, stopped=stopped):
            yield told


def log_notice(_engine: Engine, notice: Notice) -> None:
    """Where there is no desktop, notices go to the log alone."""
    _log.info("%s: %d mailboxes, %s", notice.kind.value, len(notice.mailboxes), notice.cause.value)


def _page_words(key: str, **values: object) -> str:
    """The words of the browser's last page where no window lends its own; hardly ever wanted."""
    return Wording.load().text(key, **values)


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
        broke_off = _marked(home, stack)
        database = Database(home)
        await database.open()
        stack.push_async_callback(closed, database.close, "store")
        stored = await database.load()
        settings, odd = settings_from(stored.settings)
        if odd:
            _log.warning("settings not understood and left at their defaults: %s", ", ".join(odd))
        settings = for_this_desk(settings, desktop, rehearsal)
        stored.settings[SALT] = await salt_of(database, stored)
        vault = SealedVault(home, keys)
        stack.push_async_callback(closed, vault.close, "vault")
        notifications = Notifications(desktop.balloon, desktop.pictures) if desktop is not None else None
        notify = _teller(desktop.words, notifications) if desktop is not None and notifications else log_notice
        engine = await _engine(stack, settings, interval, stored, vault, database, notify, rehearsal, desktop)
        if notifications is not None:
            stack.push_async_callback(_ended, asyncio.create_task(notifications.run(), name="notifications"))
        door, files = Door(home), MailboxFiles()
        stack.push_async_callback(closed, door.close, "door")
        stack.callback(files.close)
        beginning = Beginning(broke_off, database.restored)
        yield House(engine, vault, door, rehearsal, notifications, files, beginning)


def _marked(home: Home, stack: AsyncExitStack) -> float | None:
    """This run is marked and has its log; the answer: when the run before broke off, where it did."""
    mark = RunningMark(home)
    broke_off = mark.set()
    stack.callback(mark.clear)
    stack.callback(log_into(home))
    if broke_off is not None:
        _log.info("the run before this one did not end properly")
    return broke_off


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


async def _engine(
    stack: AsyncExitStack,
    settings: Settings,
    interval: float | None,
    stored: Stored,
    vault: Vault,
    archive: Archive,
    notify: Notify,
    rehearsal: Rehearsal | None = None,
    desktop: Desktop | None = None,
) -> Engine:
    settings, names = _every(settings, interval), _names_lane(stack)
    # Tens of milliseconds: on a thread, the loop may be the window's.
    rules, providers, apps = await names.run(partial(_read, rehearsal))
    authority, of_family = rehearsal.authority if rehearsal else "", partial(_of_family, providers)
    checker, finder, lines, look, trust = _reaching(stack, settings, names, authority)
    tokens = open_tokens(stack, names, trust, desktop.words.text if desktop else _page_words)
    world = World(
        checker=checker,
        finder=finder,
        vault=vault,
        archive=archive,
        clock=SystemClock(),
        notifier=lambda notice: notify(engine, notice),
        dice=random.random,
        judge=lambda failure, context: diagnose(failure, of_family(context), rules),
        explain=lambda response: explain(of_family(response), rules),
        providers=providers,
        lines=lines,
        network=network_of(look, stored, rehearsal, desktop.hints if desktop else None),
        tokens=tokens,
        issuers=tokens,
        admin_tokens=tokens,
        services=tuple(each.oauth for each in providers if each.oauth is not None),
        built_in_apps=apps,
    )
    engine: Engine = Engine(world, settings, stored)
    stack.push_async_callback(closed, engine.stop, "engine")
    stack.push_async_callback(_ended, asyncio.create_task(engine.lateness.run(), name="lateness"))
    return engine


def _every(settings: Settings, interval: float | None) -> Settings:
    return settings if interval is None else replace(settings, interval=interval)


def _names_lane(stack: AsyncExitStack) -> Lane:
    names = Lane("name", _NAME_LANE, spares=_NAME_SPARES)
    stack.callback(names.close)
    return names


def _read(rehearsal: Rehearsal | None) -> tuple[RuleSet, tuple[Provider, ...], tuple[OAuthApp, ...]]:
    """The files that say how to judge, who the providers are, and by which apps to sign in there."""
    providers = load_providers()
    services = {each.oauth.provider: each.oauth for each in providers if each.oauth is not None}
    return load_rules(), _with_domains(providers, rehearsal), load_built_in_apps(services)


def _reaching(
    stack: AsyncExitStack, settings: Settings, names: Lane, authority: str
) -> tuple[Checker, Finder, IdleLines, Callable[[], Awaitable[PublicSight]], Callable[[], Trust]]:
    """What reaches servers. Idle lines have threads of their own: one that is silent must keep no check waiting. As
    many that check may hang as there are."""
    checks, answers = Lane("check", settings.threads, spares=settings.threads), Lane("line", _LINE_LANE)
    searches = Lane("discovery", _DISCOVERY_LANE)
    for lane in (checks, answers, searches):
        stack.callback(lane.close)
    raise_file_limit()
    forbid_core_dumps()
    kept_lines = KeptLines(answers)
    checker = MailChecker(checks, names, trust=lambda: load_trust(os.environ, also=authority), keep=kept_lines.take)
    finder = ServerFinder(searches, checker.trust, settings.discovery)
    api, probes = PortalApi(searches, names, checker.trust), PortalProbes(searches, names)
    return checker, finder, kept_lines, partial(api.look_before, probes.look), checker.trust


def _of_family(providers: Sequence[Provider], asked: Asked) -> Asked:
    """Rules speak of families: who runs a mailbox may have several files."""
    return replace(asked, provider=family_of(asked.provider, providers))


def _with_domains(providers: tuple[Provider, ...], rehearsal: Rehearsal | None) -> tuple[Provider, ...]:
    """In a rehearsal providers have domains of its own besides."""
    more = rehearsal.domains if rehearsal is not None else {}
    return tuple(replace(each, domains=(*each.domains, *more.get(each.id, ()))) for each in providers)


def _teller(words: Wording, notifications: Notifications) -> Notify:
    """Puts the words before the desktop."""

    def tell(engine: Engine, notice: Notice) -> None:
        log_notice(engine, notice)
        if notice.kind is NoticeKind.WITHDRAWN:
            notifications.take_away(frozenset(each.id for each in notice.incidents))
            return
        announcement = announce(words, notice, engine.board.get, engine.now(), partial(_provider_name, engine))
        if announcement is not None:
            notifications.show(announcement)

    return tell


def _provider_name(engine: Engine, provider_id: str) -> str:
    provider = engine.provider(provider_id)
    return provider.name if provider is not None else provider_id


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


async def closed(close: Callable[[], Coroutine[None, None, None]], part: str) -> None:
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await close()
    except TimeoutError:
        _log.warning("the %s did not close in time and was left", part)
