"""Builds the engine from the real adapters: the only file that knows all the parts. It decides nothing.

`open_house` is a whole desk in a home; `csv_house` one of which nothing is stored. Leaving either closes all.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.door import Door, NobodyAnswers, Request, knock
from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.adapters.log_file import log_into
from mailbox_desk.adapters.mailbox_csv import Reading
from mailbox_desk.adapters.mailbox_files import MailboxFiles, read_with_providers
from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.passphrase_file import NoPassphrase, read_passphrase
from mailbox_desk.adapters.pipes import discard_stdout
from mailbox_desk.adapters.resources import help_page, load_providers, load_rules
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.engine.engine import Engine, World
from mailbox_desk.engine.ports import Archive, Checker, Clock, Vault
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.history import Stored
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem, Layout
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.response import Response
from mailbox_desk.model.settings import Settings, settings_from
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from mailbox_desk.wording.import_report import COULD_NOT, told_file, told_import, told_plan, trouble_in_words
from mailbox_desk.wording.report import Reporter, round_code

# What ui and cli may use of the adapters, they get from here.
__all__ = [
    "CsvMailbox",
    "CsvProblem",
    "HomeTaken",
    "House",
    "MailboxFiles",
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
    "stored_mailboxes",
]
_log = logging.getLogger(__name__)
_NAME_LANE = 6
_NAME_SPARES = 32
_CLOSING_SECONDS = 0.4
"""How long one part may take to close before we leave it: what hangs must not hold up the exit."""

Notify = Callable[[Incident], None]


@dataclass(frozen=True, slots=True)
class House:
    """An engine with what belongs to its home. Not started yet."""

    engine: Engine
    vault: Vault
    door: Door | None = None
    files: MailboxFiles = field(default_factory=MailboxFiles)

    async def unlock(self, passphrase: Secret) -> VaultState:
        """Open the vault by its passphrase, never prompting. Raises WrongPassphrase."""
        return await self.vault.open(passphrase=passphrase)

    async def answer_at_the_door(self, wording: Wording, *, show: Callable[[], None] | None = None) -> None:
        """Let a second process of this home ask us: for a round ("check"), to take in or give out mailboxes ("import",
        "export"), or to be shown ("show"), with `show`."""

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
                    show()
                    yield {"shown": True}
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
        file = await self.files.read_import(Path(str(wish.get("file"))), **options)
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


def log_incident(incident: Incident) -> None:
    """Until a tray takes them, incidents go to the log."""
    _log.info("incident %s: %s, %s", incident.id, incident.cause.value, "open" if incident.is_open else "closed")


@asynccontextmanager
async def open_house(
    home: Home, *, interval: float | None = None, notify: Notify = log_incident
) -> AsyncIterator[House]:
    """The desk of this home. Raises HomeTaken, StoreIsNewer, ArchiveFailed, OSError."""
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
        engine = await _engine(stack, settings, interval, stored, vault, database, notify)
        door, files = Door(home), MailboxFiles()
        stack.push_async_callback(_closed, door.close, "door")
        stack.callback(files.close)
        yield House(engine, vault, door, files=files)


async def stored_mailboxes(home: Home) -> tuple[Mailbox, ...]:
    """The mailboxes of a home that no other process holds. Raises HomeTaken, StoreIsNewer, ArchiveFailed, OSError."""
    async with AsyncExitStack() as stack:
        lock = HomeLock(home)
        lock.acquire()
        stack.callback(lock.release)
        database = Database(home)
        await database.open()
        stack.push_async_callback(_closed, database.close, "store")
        return (await database.load()).mailboxes


@asynccontextmanager
async def csv_house(
    rows: Sequence[CsvMailbox], *, interval: float | None = None, settings: Settings | None = None
) -> AsyncIterator[House]:
    """A desk of these rows alone: nothing stored, no keyring, no lock."""
    async with AsyncExitStack() as stack:
        vault = MemoryVault({row.mailbox.id: row.credential for row in rows})
        archive = MemoryArchive()
        stored = Stored(mailboxes=tuple(row.mailbox for row in rows))
        yield House(await _engine(stack, settings or Settings(), interval, stored, vault, archive, log_incident), vault)


def read_csv(file: Path, *, allow_plain: bool) -> tuple[list[CsvMailbox], list[CsvProblem]]:
    """The rows that make a mailbox, and the problems of the others."""
    told = read_with_providers(file, Reading(allow_plain=allow_plain))
    rows = [each for each in told.rows if isinstance(each, CsvMailbox)]
    problems = [each for each in (told.trouble, *told.rows) if isinstance(each, CsvProblem)]
    return rows, problems


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
        notifier=lambda incident: notify(incident),
        dice=random.random,
        judge=lambda failure, context: diagnose(failure, context, rules),
        explain=lambda text: explain(Response(text), rules),
        providers=providers,
    )
    engine = Engine(world, settings, stored)
    stack.push_async_callback(_closed, engine.stop, "engine")
    return engine


async def _told_round(engine: Engine, wording: Wording, *, as_json: bool) -> AsyncIterator[dict[str, object]]:
    reporter = Reporter(wording, engine.now())
    shown: list[Snapshot] = []
    async for snapshot in engine.round():
        shown.append(snapshot)
        now = engine.now()
        yield {"line": reporter.as_json(snapshot, now) if as_json else reporter.as_text(snapshot, now)}
    yield {"exit": round_code(shown)}


async def _closed(close: Callable[[], Coroutine[None, None, None]], part: str) -> None:
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await close()
    except TimeoutError:
        _log.warning("the %s did not close in time and was left", part)
