"""1,000 idle lines at a real Dovecot: what they cost, and how soon a kick is seen: from the server's BYE, by its
log, to the snapshot that says so.

Prints figures and exits 1 on a miss: 60 kB a line; quiet minutes < 1 % of a core, < 5 wake-ups a second; p95 < 1 s for
1 and 50 kicked at once, < 5 s for all. Needs root (hibernation). `bench_lines.py [MAILBOXES] [--minutes 10]`: how many
mailboxes, and how long nothing happens (10 is what the desk promises, 1 shows as much).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import re
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import trustme

from mailbox_desk import wiring
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.settings import Settings, WhoIdles
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from tests.servers.dovecot import Dovecot, DovecotUser

_asked = argparse.ArgumentParser()
_asked.add_argument("mailboxes", type=int, nargs="?", default=1000)
_asked.add_argument("--minutes", type=float, default=1.0)
ASKED = _asked.parse_args()
MAILBOXES: int = ASKED.mailboxes
MOST_BYTES, MOST_CPU, MOST_WAKES = 60_000, 0.01, 5.0
QUIET_SECONDS: float = ASKED.minutes * 60
SOON, SOON_FOR_ALL = 1.0, 5.0
LONG = 1e6
"""Seconds: sign-in checks are off while the lines are measured."""


def row(server: Dovecot, user: DovecotUser) -> CsvMailbox:
    endpoint = Endpoint(server.host, server.imaps_port, Security.TLS, user.name)
    return CsvMailbox(1, Mailbox(MailboxId(user.name), user.name, endpoint, None), Password(Secret(user.password)))


def memory() -> int:
    """Bytes of this process that lie in memory (not shared)."""
    gc.collect()
    fields = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return int(fields["Private_Dirty"].split()[0]) * 1024


class Watching:
    """Snapshots as they are published."""

    def __init__(self, engine: Engine) -> None:
        self.connected: set[MailboxId] = set()
        self.seen: dict[MailboxId, float] = {}
        self.changed = asyncio.Event()
        engine.board.subscribe(self._hear)

    def _hear(self, news: Snapshot | Gone) -> None:
        if isinstance(news, Gone):
            return
        if news.checking_now:
            self.seen.setdefault(news.id, time.time())
        elif news.shown is Shown.CONNECTED:
            self.connected.add(news.id)
        self.changed.set()

    def forget(self) -> None:
        self.seen.clear()
        self.connected.clear()

    async def all_looked_at(self, many: int) -> None:
        async with asyncio.timeout(60):
            while len(self.seen) < many:
                self.changed.clear()
                await self.changed.wait()

    async def all_connected(self, many: int) -> None:
        async with asyncio.timeout(180):
            while len(self.connected) < many:
                self.changed.clear()
                await self.changed.wait()


class Bench:
    """Most mailboxes hibernate at one server. It has them in one process, and a kick takes all of that, so those that
    are kicked apart are at another."""

    def __init__(self) -> None:
        names = [f"user{number:04}@example.org" for number in range(MAILBOXES - 51)]
        self.kickable = ["one@example.org", *(f"fifty{number:02}@example.org" for number in range(50))]
        ca = trustme.CA()
        self.many = Dovecot([DovecotUser(name) for name in names], ca=ca, hibernate=True, top_conf=_CONF)
        self.few = Dovecot([DovecotUser(name) for name in self.kickable], ca=ca, top_conf=_CONF)
        self.all = [*self.kickable, *names]
        self.misses: list[str] = []

    def rows(self) -> list[CsvMailbox]:
        return [row(server, user) for server in (self.few, self.many) for user in server.users]

    def judge(self, what: str, *, fits: bool) -> None:
        if not fits:
            self.misses.append(what)

    async def desk_bytes(self, who: WhoIdles, then: Callable[[Watching], Awaitable[None]] | None = None) -> int:
        """Memory of a desk whose mailboxes are all connected; `then` goes on with it."""
        settings = Settings(interval=LONG, sign_in_every=LONG, idle_lines=who, first_round_spacing=0.005)
        async with wiring.csv_house(self.rows(), settings=settings) as house:
            watching = Watching(house.engine)
            await house.engine.start()
            await watching.all_connected(MAILBOXES)
            await asyncio.sleep(5)
            used = memory()
            if then is not None:
                await then(watching)
            began = time.monotonic()
            await house.engine.stop()
            seconds = time.monotonic() - began
        print(f"  lines of {who.value}: {used / 1e6:.1f} MB, stopped in {seconds:.2f} s (< 1)")
        self.judge("stop", fits=seconds < 1.0)
        return used

    async def quiet_and_kicks(self, watching: Watching) -> None:
        await self.quiet()
        await self.kick(watching, self.kickable[:1], self.few, "one@*", SOON)
        await self.kick(watching, self.kickable[1:], self.few, "fifty*", SOON)
        await self.kick(watching, self.all[51:], self.many, "*", SOON_FOR_ALL)
        await self.crash(watching, self.all[51:])

    async def quiet(self) -> None:
        """A while in which nothing happens."""
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        await asyncio.sleep(QUIET_SECONDS)
        after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - began
        cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds
        wakes = (after.ru_nvcsw - before.ru_nvcsw) / seconds
        print(f"  quiet for {seconds / 60:.1f} min: {cpu:.2%} of a core (< {MOST_CPU:.0%}), ", end="")
        print(f"{wakes:.2f} wake-ups a second (< {MOST_WAKES:.0f})", flush=True)
        self.judge("quiet", fits=cpu < MOST_CPU and wakes < MOST_WAKES)

    async def kick(self, watching: Watching, names: Sequence[str], server: Dovecot, mask: str, most: float) -> None:
        """Kick these at once, and see when each is being checked; then wait until all are well again."""
        watching.forget()
        began = time.time()
        await asyncio.to_thread(server.kick, mask)
        await watching.all_looked_at(len(names))
        dropped = goodbyes(server, began)
        late = [watching.seen[MailboxId(name)] - dropped[name] for name in names]
        await watching.all_connected(len(names))
        self.tell_late(f"{len(names)} kicked within {max(dropped.values()) - began:.1f} s", late, most, began)
        await asyncio.sleep(3)

    async def crash(self, watching: Watching, names: Sequence[str]) -> None:
        """The lines of the large server end in one moment. Told to, it drops a hundred a second; only the end of the
        process that has the sockets drops them all."""
        watching.forget()
        began = time.time()
        self.many.kill("imap-login")
        await watching.all_looked_at(int(len(names) * 0.9))
        await asyncio.sleep(3)
        late = [at - began for at in watching.seen.values()]
        await watching.all_connected(len(late))
        self.tell_late(f"{len(late)} dropped in one moment", late, SOON_FOR_ALL, began)

    def tell_late(self, what: str, late: list[float], most: float, began: float) -> None:
        late.sort()
        p95, back = late[min(len(late) - 1, int(len(late) * 0.95))], time.time() - began
        print(
            f"  {what}: first {late[0]:.3f} s, p95 {p95:.3f} s (< {most:.0f}), last {late[-1]:.3f} s; "
            f"all were back after {back:.1f} s",
            flush=True,
        )
        self.judge(what, fits=p95 < most)

    async def run(self) -> None:
        bare = await self.desk_bytes(WhoIdles.NONE)
        with_lines = await self.desk_bytes(WhoIdles.ALL, self.quiet_and_kicks)
        each = (with_lines - bare) / MAILBOXES
        print(f"  {each / 1000:.1f} kB a line (<= {MOST_BYTES / 1000:.0f})")
        self.judge("memory", fits=each <= MOST_BYTES)


_CONF = """
imap_idle_notify_interval = 29 mins
log_timestamp = "%Y-%m-%d %H:%M:%S.%{usecs} "
"""
_GOODBYE = re.compile(r"(?P<at>\S+ \S+) imap(?:-hibernate)?\((?P<user>[^)]+)\).*Disconnected: ")


def goodbyes(server: Dovecot, since: float) -> dict[str, float]:
    """When Dovecot dropped each user's line (seconds since 1970 UTC): its log says so to the microsecond."""
    found: dict[str, float] = {}
    for said in _GOODBYE.finditer(server.log()):
        at = datetime.fromisoformat(said["at"]).timestamp()
        if at >= since:
            found.setdefault(said["user"], at)
    return found


def main() -> int:
    logging.basicConfig(level=logging.WARNING)
    bench = Bench()
    with bench.many, bench.few:
        os.environ["SSL_CERT_FILE"] = str(bench.many.ca_file)
        print(f"{MAILBOXES} mailboxes")
        asyncio.run(bench.run())
    print(f"missed: {', '.join(bench.misses)}" if bench.misses else "all as it should be")
    return int(bool(bench.misses))


if __name__ == "__main__":
    sys.exit(main())
