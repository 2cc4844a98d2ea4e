"""`check`: one full round, a line as each mailbox ends.

Exit 0: all connected; 1: some not; 2: could not run, or all blind.
"""

from __future__ import annotations

import argparse

from mailbox_desk.cli.console import Console
from mailbox_desk.cli.source import NotPossible, engine_for, vault_trouble
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording.report import COULD_NOT_RUN, SOME_NOT, Reporter, cause_of, round_code


async def check(told: argparse.Namespace, console: Console) -> int:
    """Run the round; the answer is the exit code."""
    bad_rows: list[int] = []
    async with engine_for(told, console, bad_rows=bad_rows) as engine:
        since = engine.now()
        reporter = Reporter(console.wording, since)
        await engine.start(first_round=False)
        if not engine.ids:
            raise NotPossible("cli.no_mailboxes")
        shown: list[Snapshot] = []
        async for snapshot in engine.round():
            shown.append(snapshot)
            now = engine.now()
            console.say(reporter.as_json(snapshot, now) if told.json else reporter.as_text(snapshot, now))
        code = verdict_of(shown, console, engine)
    return max(code, SOME_NOT) if bad_rows else code


def verdict_of(shown: list[Snapshot], console: Console, engine: Engine) -> int:
    """The exit code; where all are blind, why is said."""
    code = round_code(shown)
    if code == COULD_NOT_RUN:
        cause = cause_of(shown[0])
        console.warn(vault_trouble(engine) or f"cli.blind.{cause.value if cause else 'local_network'}")
    return code
