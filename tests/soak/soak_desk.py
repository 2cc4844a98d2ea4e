"""The desk of the soak: real board, journal, budget, rules, store and vault; made up are servers, clock and network."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import psutil

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.engine.board import Gone
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.ports import Archive
from mailbox_desk.engine.world import World
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.notice import Notice
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.paths import Home
from tests.engine.fakes import NothingThere
from tests.engine.networks import ScriptedNetwork
from tests.soak.soak_clock import SoakClock
from tests.soak.weather import Weather

PASSPHRASE = Secret("the passphrase of the soak")
GOOGLE = "google"
SITES = (*(f"site{number}.test" for number in range(7)), GOOGLE)


@dataclass(frozen=True, slots=True)
class Size:
    """What must not grow."""

    kilobytes: int
    objects: int
    tasks: int
    threads: int
    files: int


@dataclass
class SoakDesk:
    """One home; engines come and go. `each`: mailboxes a site; `sites`: mailboxes by site; `site_of`: the site of each
    host; `told` and `seen`: what a person was told, and what was ever shown of any mailbox."""

    home: Home
    each: int
    dice: random.Random
    clock: SoakClock = field(default_factory=SoakClock)
    network: ScriptedNetwork = field(default_factory=ScriptedNetwork)
    names: tuple[str, ...] = SITES
    told: list[Notice] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    sites: dict[str, list[str]] = field(default_factory=dict)
    site_of: dict[str, str] = field(default_factory=dict)
    passwords: int = 0
    starts: int = 0

    def __post_init__(self) -> None:
        self._drafts = [self._draft(site, number) for site in self.names for number in range(self.each)]
        self.weather = Weather(random.Random(self.dice.random()), self.site_of, self.clock.now)
        self._rules, self._providers = load_rules(), load_providers()
        self._vault = SealedVault(self.home)

    async def open(self) -> None:
        await self._vault.open(passphrase=PASSPHRASE)
        await self._start()
        for draft in self._drafts:
            await self.engine.add(draft)

    async def close(self) -> None:
        await self.engine.stop()
        await self._database.close()
        await self._vault.close()

    async def restart(self) -> None:
        await self.engine.stop()
        await self._database.close()
        await self._start()

    async def be_impatient(self) -> None:
        """A store that is locked is waited for no longer than a moment: the test has no minutes."""
        commits = self._database._commits
        assert commits is not None
        await commits.read(lambda store: store.execute("PRAGMA busy_timeout = 50").fetchall())

    async def give_new_password(self, user: str) -> None:
        self.passwords += 1
        await self.engine.replace_credential(MailboxId(user), self._password(user))

    def size(self) -> Size:
        gc.collect()
        process = psutil.Process()
        tasks = len(asyncio.all_tasks())
        kilobytes = process.memory_info().rss // 1024
        return Size(kilobytes, len(gc.get_objects()), tasks, threading.active_count(), process.num_fds())

    def shown(self) -> Counter[str]:
        return Counter(each.shown.value for each in self.engine.board.snapshots())

    async def _start(self) -> None:
        self._database = Database(self.home)
        await self._database.open()
        self.starts += 1
        world = World(
            checker=self.weather,
            finder=NothingThere(),
            vault=self.clock.counted(self._vault),
            archive=cast(Archive, self.clock.counted(self._database)),
            clock=self.clock,
            notifier=lambda notice: self._hear(notice),
            dice=self.dice.random,
            judge=lambda failure, context: diagnose(failure, context, self._rules),
            explain=lambda response: explain(response, self._rules),
            providers=self._providers,
            network=self.network,
        )
        self.engine = Engine(world, Settings(interval=300.0), await self._database.load())
        self.engine.board.subscribe(self._see)
        await self.engine.start()

    def _see(self, news: Snapshot | Gone) -> None:
        if isinstance(news, Snapshot):
            self.seen.add(news.shown.value)

    def _hear(self, notice: Notice) -> None:
        self.told.append(notice)

    def _password(self, user: str) -> Password:
        return Password(Secret(f"password {self.passwords} of {user}"))

    def _draft(self, site: str, number: int) -> Draft:
        domain = "gmail.com" if site == GOOGLE else site
        user = f"m{number}@{domain}"
        receives = Endpoint(f"imap.{domain}", 993, Security.TLS, user)
        sends = Endpoint(f"smtp.{domain}", 465, Security.TLS, user)
        self.sites.setdefault(site, []).append(user)
        self.site_of |= {receives.host: site, sends.host: site}
        mailbox = Mailbox(MailboxId(user), user, receives, sends if number % 4 == 0 else None)
        return Draft(mailbox, self._password(user))
