"""A week at five real Dovecots: 20 of 200 passwords are changed on four hosts, and 5 of 5 on a fifth. Each is found
within its sign-in interval, and the refusals in Dovecot's own logs are those that the rule allows, one for one.

Made up are time, which jumps while nothing is under way, and the idle lines, which always answer: between two sign-ins
they prove a mailbox, as a line does whose server has not dropped it.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import trustme

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.adapters.trust import load_trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.ports import Archive, Checker
from mailbox_desk.engine.world import World
from mailbox_desk.model.check import HalfResult, Limits
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft, Errand
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.settings import Settings
from mailbox_desk.paths import Home
from tests.e2e.refusal_book import RefusalBook
from tests.engine.fakes import DAY, HOUR, NothingThere
from tests.engine.scripted_lines import ScriptedLines
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.soak.soak_clock import SoakClock

HOSTS, EACH, CHANGED, AT_THE_FIFTH = 4, 50, 5, 5
ROUND, SIGN_IN = HOUR, 4 * HOUR
SLOWEST = SIGN_IN + 1.2 * ROUND
"""A sign-in is due with the first round after its interval, and rounds are spread by a fifth."""


@dataclass
class Booked:
    """The real checker; each sign-in is written into the book of its host at the time of the made-up clock."""

    inner: MailChecker
    clock: SoakClock
    lines: ScriptedLines
    books: dict[str, RefusalBook]

    async def check(self, errand: Errand, on_step: object = None) -> HalfResult:
        result = await self.inner.check(errand)
        book, user = self.books[errand.endpoint.host], errand.endpoint.username
        if result.is_ok:
            book.passed(self.clock.monotonic(), user)
            if errand.keep is not None:
                self.lines.take(errand.keep)
        elif result.failure is not None and result.failure.is_refused_secret:
            book.refused(self.clock.monotonic(), user)
        return result

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        return await self.inner.reach(endpoint, limits)

    def shut(self) -> None:
        self.inner.shut()


@dataclass
class WeekOfHosts:
    """One home and five hosts; engines come and go."""

    hosts: list[Dovecot]
    home: Home
    clock: SoakClock = field(default_factory=SoakClock)
    vault: MemoryVault = field(default_factory=MemoryVault)
    lines: ScriptedLines = field(default_factory=ScriptedLines)

    def __post_init__(self) -> None:
        self.books = {host.host: RefusalBook() for host in self.hosts}
        self.rules = load_rules()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Engine]:
        checks, names = Lane("check", 8), Lane("name", 2)
        database = Database(self.home)
        await database.open()
        trust = load_trust({**os.environ, "SSL_CERT_FILE": str(self.hosts[0].ca_file)})
        checker = Booked(MailChecker(checks, names, trust=lambda: trust), self.clock, self.lines, self.books)
        world = World(
            checker=cast(Checker, self.clock.counted(checker)),
            finder=NothingThere(),
            vault=self.vault,
            archive=cast(Archive, self.clock.counted(database)),
            clock=self.clock,
            notifier=lambda incident: None,
            dice=random.Random(7).random,
            judge=lambda failure, context: diagnose(failure, context, self.rules),
            explain=lambda response: explain(response, self.rules),
            providers=load_providers(),
            lines=self.lines,
        )
        engine = Engine(world, Settings(interval=ROUND, sign_in_every=SIGN_IN), await database.load())
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()
            await database.close()
            checks.close()
            names.close()

    def drafts(self) -> list[Draft]:
        return [
            Draft(
                Mailbox(
                    MailboxId(user.name),
                    user.name,
                    Endpoint(host.host, host.imaps_port, Security.TLS, user.name),
                    None,
                ),
                Password(Secret(user.password)),
            )
            for host in self.hosts
            for user in host.users
        ]

    def change(self) -> dict[str, set[str]]:
        """Change the first passwords of each host, all in one moment."""
        changed = {host.host: {user.name for user in host.users[:CHANGED]} for host in self.hosts}
        for host in self.hosts:
            for name in changed[host.host]:
                host.set_password(name, f"another of {name}")
        return changed


@pytest.fixture
def hosts() -> Iterator[list[Dovecot]]:
    ca = trustme.CA()
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                Dovecot(
                    [DovecotUser(f"u{place:02}@host{number}.example", f"pw-{number}-{place}") for place in range(many)],
                    ca=ca,
                    address=f"127.0.0.{number}",
                )
            )
            for number, many in enumerate([*[EACH] * HOSTS, AT_THE_FIFTH], start=2)
        ]


@pytest.mark.long
@pytest.mark.timeout(2400)
async def test_changed_passwords_are_found_in_time_and_refused_as_often_as_the_rule_allows(
    hosts: list[Dovecot], tmp_path: Path
) -> None:
    week = WeekOfHosts(hosts, Home(tmp_path))
    async with week.run() as engine:
        async for _ in engine.add_all(week.drafts()):
            pass
        await week.clock.pass_by(DAY)
        assert {engine.board.get(each).shown.value for each in engine.ids} == {"CONNECTED"}  # type: ignore[union-attr]
        assert not any(host.refusals(user.name) for host in hosts for user in host.users)
        at, changed = week.clock.monotonic(), week.change()
        await week.clock.pass_by(2 * DAY)
    for _ in range(2):  # over restarts
        async with week.run() as engine:
            await week.clock.pass_by(2 * DAY)
            in_need = {each for each in engine.ids if engine.board.get(each).shown.value == "NEEDS_YOU"}  # type: ignore[union-attr]
            assert in_need == set().union(*changed.values())
    for host in hosts:
        book = week.books[host.host]
        assert book.faults == [], host.host
        assert book.owed() == [], host.host
        assert set(book.found) == changed[host.host]
        assert max(book.found.values()) - at <= SLOWEST
        logged = {user.name: count for user in host.users if (count := host.refusals(user.name))}
        assert logged == book.allowed, host.host
