"""`export`: all mailboxes as CSV, without passwords, into a file or to stdout. Where a desk is open, it is asked."""

from __future__ import annotations

import argparse
from pathlib import Path

from mailbox_desk import paths, wiring
from mailbox_desk.cli.console import Console
from mailbox_desk.model.import_plan import ExportFailed, Layout
from mailbox_desk.wording.report import COULD_NOT_RUN


async def export(told: argparse.Namespace, console: Console) -> int:
    """The mailboxes of a home that no desk holds; the vault is left alone. Raises HomeTaken."""
    mailboxes = await wiring.stored_mailboxes(paths.home(told.home))
    files = wiring.MailboxFiles()
    try:
        text = await files.as_csv(mailboxes, Layout(told.format))
        return await _give_out(text, len(mailboxes), told, console, files)
    finally:
        files.close()


async def export_through_door(told: argparse.Namespace, console: Console) -> int:
    """The mailboxes of the desk that holds the home. Raises NobodyAnswers."""
    files = wiring.MailboxFiles()
    try:
        async for answer in wiring.knock(paths.home(told.home), "export", {"layout": told.format}):
            match answer:
                case {"text": str(text), "count": int(count)}:
                    return await _give_out(text, count, told, console, files)
        raise wiring.NobodyAnswers("it gives out no mailboxes")
    finally:
        files.close()


async def _give_out(
    text: str, count: int, told: argparse.Namespace, console: Console, files: wiring.MailboxFiles
) -> int:
    if told.file == "-":
        console.say(text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n"))
        return 0
    try:
        await files.write_export(Path(told.file), text, replace=True)
    except ExportFailed as failed:
        console.warn("export.failed", file=told.file, reason=str(failed))
        return COULD_NOT_RUN
    console.complain(console.wording.plural("export.done", count, file=told.file))
    return 0
