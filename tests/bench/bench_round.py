"""500 mailboxes at a real Dovecot over TLS: the desk's round against a bare imapclient pool doing the same commands.

Prints ratios (median of 3 pairs) and exits 1 on a miss: wall <= 1.25, CPU <= 1.4.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import resource
import ssl
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import trustme
from imapclient import IMAPClient

from mailbox_desk import wiring
from mailbox_desk.adapters.trust import load_trust
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Shown
from tests.servers.dovecot import Dovecot, DovecotUser

MAILBOXES, THREADS, PAIRS = 500, 32, 3
MOST_WALL, MOST_CPU = 1.25, 1.4


class Measured:
    """Wall and CPU seconds of this process, within the context."""

    def __enter__(self) -> Measured:
        self._began, self._used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        return self

    def __exit__(self, *_: object) -> None:
        after = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu = after.ru_utime + after.ru_stime - self._used.ru_utime - self._used.ru_stime
        self.wall = time.perf_counter() - self._began


def bare_pool(
    port: int, users: list[DovecotUser], context: ssl.SSLContext, hosts: Sequence[str] = ("localhost",)
) -> Measured:
    """What the figures are held against: one shared context, 32 threads, nothing but the commands."""

    def check(user: DovecotUser, host: str) -> None:
        client = IMAPClient(host, port, ssl_context=context, timeout=30)
        client.login(user.name, user.password)
        if client.has_capability("ID"):
            client.id_({"name": "bare"})
        client.select_folder("INBOX", readonly=True)
        if client.has_capability("QUOTA"):
            client.get_quota_root("INBOX")
        client.logout()

    with Measured() as measured, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(check, users, itertools.cycle(hosts)))
    return measured


def desk_round(port: int, users: list[DovecotUser], hosts: Sequence[str] = ("localhost",)) -> Measured:
    """The same mailboxes through the whole engine. Its start (rules and provider files read) is no part of the round,
    as the context of the bare pool is not."""
    rows = [
        CsvMailbox(
            number,
            Mailbox(
                MailboxId(str(number)),
                user.name,
                Endpoint(host, port, Security.TLS, user.name),
                None,
            ),
            Password(Secret(user.password)),
        )
        for number, (user, host) in enumerate(zip(users, itertools.cycle(hosts), strict=False))
    ]

    async def run() -> Measured:
        async with wiring.csv_house(rows) as house:
            await house.engine.start(first_round=False)
            with Measured() as measured:
                async for snapshot in house.engine.round():
                    assert snapshot.shown is Shown.CONNECTED, snapshot
        return measured

    return asyncio.run(run())


def main() -> int:
    logging.basicConfig(level=logging.WARNING)
    users = [DovecotUser(f"user{number:04}@example.org") for number in range(MAILBOXES)]
    with Dovecot(users, ca=trustme.CA()) as server:
        os.environ["SSL_CERT_FILE"] = str(server.ca_file)
        context = load_trust(os.environ).verifying
        bare_pool(server.imaps_port, users, context)  # the first round makes the mail folders
        desk_round(server.imaps_port, users)
        walls, cpus = [], []
        for _ in range(PAIRS):
            bare, desk = bare_pool(server.imaps_port, users, context), desk_round(server.imaps_port, users)
            walls.append(desk.wall / bare.wall)
            cpus.append(desk.cpu / bare.cpu)
            print(f"  bare {bare.wall:.2f} s, CPU {bare.cpu:.2f} s; desk {desk.wall:.2f} s, CPU {desk.cpu:.2f} s")
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    print(f"round of {MAILBOXES}: wall x{wall:.2f} (at most {MOST_WALL}), CPU x{cpu:.2f} (at most {MOST_CPU})")
    return int(wall > MOST_WALL or cpu > MOST_CPU)


if __name__ == "__main__":
    sys.exit(main())
