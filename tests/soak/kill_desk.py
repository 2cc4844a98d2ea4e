"""A nest of whole desks to be killed: it has everything loaded, and hatches one desk a line.

In: home folder, how it ends ("time": from outside; "statement": it kills itself at the so-manyth statement of its
store or vault; "size": the system ends it in the middle of the write that makes a file larger), and the number for it.
Out: "pid N", then "i ID open|closed" as each incident and "v MAILBOX COUNT" as each secret is acknowledged, then "end".
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.world import World
from mailbox_desk.model.check import HalfResult, Limits, Outcome, StepRecord
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.history import Record
from mailbox_desk.model.mailbox import Endpoint, MailboxId
from mailbox_desk.model.network import FactKind
from mailbox_desk.model.settings import Settings
from mailbox_desk.paths import Home
from tests.adapters.kill_child import PASSPHRASE, say
from tests.engine.fakes import NothingThere
from tests.engine.networks import ScriptedNetwork
from tests.soak.weather import FAILURES, Kind

MAILBOXES = 50
ROTATES_EVERY = 0.2
SLEEPS_SELDOM = 0.08
"""Of the rotations: this computer sleeps a while, and all mailboxes are veiled."""
_FASTER = 300.0
_CHECKPOINT_PAGES = 40  # often, so that some are killed while pages go back into the file
_RULES, _PROVIDERS = load_rules(), load_providers()


class FastClock:
    """Fits Clock: five minutes take a second."""

    def now(self) -> float:
        return 1_800_000_000.0 + (time.time() - 1_790_000_000.0) * _FASTER

    def monotonic(self) -> float:
        return time.monotonic() * _FASTER

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / _FASTER)


class Unsteady:
    """Fits Checker: sites and mailboxes come and go, each by its own minutes."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock

    async def check(self, errand: Errand, on_step: Callable[[StepRecord], None] | None = None) -> HalfResult:
        await asyncio.sleep(0)
        turn = int(self._clock.now() / 1500.0)
        for where in (errand.endpoint.host, errand.endpoint.username):
            dice = random.Random(f"{where} {turn}")
            if dice.random() < 0.3:
                failure = FAILURES[dice.choice((Kind.UNREACHED, Kind.BUSY, Kind.WRONG_PASSWORD))](errand.half)
                return HalfResult(errand.half, Outcome.FAILED, failure=failure, seconds=0.1)
        return HalfResult(errand.half, Outcome.OK, seconds=0.1)

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        return True

    def shut(self) -> None:
        pass


class Telling(Database):
    """Says what it has written."""

    async def record(self, record: Record) -> None:
        await super().record(record)
        for each in record.incidents:
            say(f"i {each.id} {'open' if each.is_open else 'closed'}")


async def live(home: Home, ends_by: str, number: int) -> None:
    database, vault, clock, network = Telling(home), SealedVault(home), FastClock(), ScriptedNetwork()
    await database.open()
    await vault.open(passphrase=PASSPHRASE)
    world = World(
        checker=Unsteady(clock),
        finder=NothingThere(),
        vault=vault,
        archive=database,
        clock=clock,
        notifier=lambda notice: None,
        dice=random.random,
        judge=lambda failure, context: diagnose(failure, context, _RULES),
        explain=lambda response: explain(response, _RULES),
        providers=_PROVIDERS,
        network=network,
    )
    engine = Engine(world, Settings(interval=300.0), await database.load())
    await engine.start()
    await arm(database, vault, ends_by, number)
    say("ready")
    counts = {each: await count_of(vault, each) for each in engine.ids}
    while True:
        await asyncio.sleep(ROTATES_EVERY)
        if random.random() < SLEEPS_SELDOM:
            network.say(FactKind.SLEEPING)
        chosen = random.choice(engine.ids)
        counts[chosen] += 1
        await engine.replace_credential(chosen, Password(Secret(f"{chosen} {counts[chosen]}")))
        say(f"v {chosen} {counts[chosen]}")


async def arm(database: Database, vault: SealedVault, ends_by: str, number: int) -> None:
    left = [number]

    def count_down(statement: str) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    def prepare(store: sqlite3.Connection) -> None:
        store.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}").fetchall()
        if ends_by == "statement":
            store.set_trace_callback(count_down)

    for commits in (database._commits, vault._commits):
        assert commits is not None
        await commits.read(prepare)
    if ends_by == "size":
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))


async def count_of(vault: SealedVault, mailbox_id: MailboxId) -> int:
    credential = await vault.read(mailbox_id)
    assert isinstance(credential, Password)
    return int(credential.receiving.reveal().split()[1])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while line := sys.stdin.readline():
        root, ends_by, number = line.split()
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(Home(Path(root)), ends_by, int(number)))
            os._exit(1)
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        say(f"end {os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1}")


if __name__ == "__main__":
    main()
