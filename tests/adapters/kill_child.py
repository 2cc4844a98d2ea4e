"""A nest of processes to be killed: it has everything loaded, and hatches one writer of store and vault a line.

In: home folder and the largest file size in bytes (0: none), at which the system ends the writer in the middle of a
write. Out: "pid N", then "d MAILBOX N" and "v MAILBOX N" as each write is acknowledged, then "end".
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from pathlib import Path

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.history import Record
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.paths import Home
from tests.adapters.makings import change, heartbeat, incident, standing

MAILBOXES = 20
PASSPHRASE = Secret("a passphrase")
_CHECKPOINT_PAGES = 40  # often, so that some are killed while pages go back into the file


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


async def change_for_ever(database: Database, vault: SealedVault, number: int, count: int) -> None:
    while True:
        count += 1
        await database.record(
            Record(
                standing=standing(number, last_checked=count),
                heartbeat=heartbeat(number, count),
                change=change(number, count),
                incidents=(incident(f"{number}-{count}", (number,), count),),
            )
        )
        say(f"d {number} {count}")
        await vault.write(MailboxId(f"id-{number}"), Password(Secret(f"secret {number} {count}")))
        say(f"v {number} {count}")


async def write_for_ever(home: Home, largest: int) -> None:
    database, vault = Database(home), SealedVault(home)
    await database.open()
    await vault.open(passphrase=PASSPHRASE)
    for commits in (database._commits, vault._commits):
        assert commits is not None
        await commits.read(lambda store: store.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}").fetchall())
    counts = {each.mailbox_id: int(each.last_checked or 0) for each in (await database.load()).standings}
    if largest:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    say("ready")
    numbers = range(1, MAILBOXES + 1)
    await asyncio.gather(*(change_for_ever(database, vault, n, counts[MailboxId(f"id-{n}")]) for n in numbers))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while line := sys.stdin.readline():
        root, largest = line.split()
        pid = os.fork()
        if pid == 0:
            asyncio.run(write_for_ever(Home(Path(root)), int(largest)))
            os._exit(1)
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        say(f"end {os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1}")


if __name__ == "__main__":
    main()
