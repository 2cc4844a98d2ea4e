"""The command line: runs one command on an asyncio loop and turns what went wrong into a sentence and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from contextlib import suppress

from mailbox_desk import paths
from mailbox_desk.cli.check import check
from mailbox_desk.cli.console import Console, NobodyReads
from mailbox_desk.cli.demo import demo
from mailbox_desk.cli.explain import explain
from mailbox_desk.cli.export import export, export_through_door
from mailbox_desk.cli.import_ import import_file, import_through_door
from mailbox_desk.cli.service import service
from mailbox_desk.cli.source import NotPossible
from mailbox_desk.cli.table import live_table
from mailbox_desk.cli.watch import watch
from mailbox_desk.model.history import ArchiveFailed, StoreIsNewer
from mailbox_desk.model.vault_state import VaultClosed, WrongPassphrase
from mailbox_desk.wiring import HomeTaken, NobodyAnswers, bare_judge, discard_stdout, knock
from mailbox_desk.wording import Wording
from mailbox_desk.wording.report import COULD_NOT_RUN


def run(told: argparse.Namespace) -> int:
    """Run the command that was told; the answer is the exit code."""
    said = logging.StreamHandler(sys.stderr)
    said.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[said], format="%(levelname)s %(name)s: %(message)s")
    console = Console(Wording.load())
    try:
        if told.command == "explain":
            judge, words = bare_judge(), console.wording
            asked = sys.stdin.buffer
            return explain(asked, as_json=told.json, why=told.why, judge=judge, wording=words, out=sys.stdout)
        if told.command == "service":
            return service(told, console)
        return asyncio.run(_serve(told, console))
    except (NobodyReads, BrokenPipeError):
        discard_stdout()
        return 0


async def _serve(told: argparse.Namespace, console: Console) -> int:
    stop = asyncio.Event()
    task = asyncio.ensure_future(_guarded(told, console, stop))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no signal handlers on a loop: Ctrl-C raises there
            loop.add_signal_handler(number, lambda: _end(stop, task, told.command))
    try:
        return await task
    except asyncio.CancelledError:
        return 130


def _end(stop: asyncio.Event, task: asyncio.Task[int], command: str | None) -> None:
    stop.set()
    if command == "check":
        task.cancel()


async def _guarded(told: argparse.Namespace, console: Console, stop: asyncio.Event) -> int:
    try:
        match told.command:
            case "check":
                return await check(told, console)
            case "watch":
                return await watch(told, console, stop)
            case "import":
                return await import_file(told, console, stop)
            case "export":
                return await export(told, console)
            case "demo":
                return await demo(told, console, stop)
            case None if told.demo:
                return await demo(told, console, stop)
            case _:
                return await live_table(told, console, stop)
    except HomeTaken:
        return await _ask_the_first(told, console)
    except NotPossible as refused:
        console.warn(refused.key, **refused.values)
    except OSError as error:
        console.warn("cli.home_failed", reason=error.strerror or str(error))
    except StoreIsNewer as newer:
        console.warn("cli.store_newer", reason=str(newer))
    except ArchiveFailed as failed:
        console.warn("cli.store_failed", reason=str(failed))
    except WrongPassphrase:
        console.warn("cli.wrong_passphrase")
    except VaultClosed as closed:
        console.warn(f"cli.vault.{closed.state.value}")
    return COULD_NOT_RUN


async def _ask_the_first(told: argparse.Namespace, console: Console) -> int:
    """Another process holds the home: `check`, `import` and `export` are asked of it; else it can't help us."""
    code = COULD_NOT_RUN
    try:
        match told.command:
            case "import":
                return await import_through_door(told, console)
            case "export":
                return await export_through_door(told, console)
            case "check":
                pass
            case _:
                raise NobodyAnswers(told.command)
        async for answer in knock(paths.home(told.home), "check", {"json": told.json}):
            if "line" in answer:
                console.say(str(answer["line"]))
            if "exit" in answer:
                code = int(str(answer["exit"]))
    except NobodyAnswers:
        console.warn("cli.home_taken")
    return code
