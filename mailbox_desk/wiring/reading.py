"""What is read without a running desk: stored mailboxes, CSV files, help pages, rules. It decides nothing."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.home_lock import HomeLock
from mailbox_desk.adapters.mailbox_csv import Reading
from mailbox_desk.adapters.mailbox_files import read_with_providers
from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.diagnosis.bare import BareJudge
from mailbox_desk.model.help_page import HelpLibrary
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.paths import Home
from mailbox_desk.wiring.house import closed


async def stored_mailboxes(home: Home) -> tuple[Mailbox, ...]:
    """The mailboxes of a home that no other process holds. Raises HomeTaken, StoreIsNewer, ArchiveFailed, OSError."""
    async with AsyncExitStack() as stack:
        lock = HomeLock(home)
        lock.acquire()
        stack.callback(lock.release)
        database = Database(home)
        await database.open()
        stack.push_async_callback(closed, database.close, "store")
        return (await database.load()).mailboxes


def read_csv(file: Path, *, allow_plain: bool) -> tuple[list[CsvMailbox], list[CsvProblem]]:
    """The rows that make a mailbox, and the problems of the others."""
    told = read_with_providers(file, Reading(allow_plain=allow_plain))
    rows = [each for each in told.rows if isinstance(each, CsvMailbox)]
    problems = [each for each in (told.trouble, *told.rows) if isinstance(each, CsvProblem)]
    return rows, problems


async def read_help() -> HelpLibrary:
    """All help pages, read on a thread. Raises BadResource."""
    lane = Lane("help", 1)
    try:
        return await lane.run(load_help)
    finally:
        lane.close()


def bare_judge() -> BareJudge:
    """Judges a bare answer of a server, for `explain`."""
    return BareJudge(load_rules())
