"""`import`: the mailboxes of a CSV file, a verdict a row. Where a desk is open already, it takes them in itself.

Exit 0: all are on the desk now; 1: some rows can't be taken; 2: none could, or the file or the desk can't be used.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from mailbox_desk import paths, wiring
from mailbox_desk.cli.console import Console
from mailbox_desk.cli.source import unlock
from mailbox_desk.wording.report import COULD_NOT_RUN


async def import_file(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    """Take them in; nothing is checked by this command. Interrupted, it stops between two portions."""
    async with wiring.open_house(paths.home(told.home)) as house:
        await unlock(house, told)
        await house.engine.start(first_round=False)
        answers = house.told_import(console.wording, _wish(told), first_round=False, stopped=stop.is_set)
        return await _say(answers, console)


async def import_through_door(told: argparse.Namespace, console: Console) -> int:
    """The desk that holds the home takes them in, and checks them. Raises NobodyAnswers."""
    return await _say(wiring.knock(paths.home(told.home), "import", _wish(told)), console)


def _wish(told: argparse.Namespace) -> dict[str, object]:
    return {
        "file": str(Path(told.file).absolute()),
        "exactly": told.exactly,
        "allow_plain": told.allow_plain,
        "new_passwords": told.new_passwords,
        "dry_run": told.dry_run,
        "json": told.json,
    }


async def _say(answers: AsyncIterator[dict[str, object]], console: Console) -> int:
    code = COULD_NOT_RUN
    async for answer in answers:
        match answer:
            case {"line": line}:
                console.say(str(line))
            case {"warning": warning}:
                console.complain(str(warning))
            case {"exit": int(code)}:
                pass
            case _:
                raise wiring.NobodyAnswers("it does not take imports")
    return code
