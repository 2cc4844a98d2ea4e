"""A week with a wrong password at a real Dovecot, three restarts in it: its own log counts the refusals.

Only time is made up: it jumps from one appointment to the next while nothing is under way.
"""

from __future__ import annotations

import functools
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

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
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.settings import settings_from
from mailbox_desk.paths import Home
from tests.engine.fakes import DAY, HOUR, JumpingClock, NothingThere
from tests.servers.dovecot import Dovecot, DovecotUser

PASSWORD = DovecotUser("x").password


class Counted:
    """Passes every call on and counts those under way, so that the clock knows when it may jump."""

    def __init__(self, inner: object, under_way: list[object]) -> None:
        self._inner = inner
        self._under_way = under_way

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name == "shut":
            return method

        @functools.wraps(method)
        async def counted(*args: object, **named: object) -> object:
            token = object()
            self._under_way.append(token)
            try:
                return await method(*args, **named)
            finally:
                self._under_way.remove(token)

        return counted


class Week:
    """One home, one Dovecot, and engines that come and go."""

    def __init__(self, dovecot: Dovecot, home: Home) -> None:
        self.dovecot = dovecot
        self.home = home
        self.under_way: list[object] = []
        self.clock = JumpingClock(busy=lambda: bool(self.under_way))
        self.vault = MemoryVault()
        self.rules = load_rules()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Engine]:
        checks, names = Lane("check", 8), Lane("name", 2)
        database = Database(self.home)
        await database.open()
        stored = await database.load()
        trust = load_trust({**os.environ, "SSL_CERT_FILE": str(self.dovecot.ca_file)})
        checker = MailChecker(checks, names, trust=lambda: trust)
        world = World(
            checker=cast(Checker, Counted(checker, self.under_way)),
            finder=NothingThere(),
            vault=self.vault,
            archive=cast(Archive, Counted(database, self.under_way)),
            clock=self.clock,
            notifier=lambda incident: None,
            dice=random.Random(7).random,
            judge=lambda failure, context: diagnose(failure, context, self.rules),
            explain=lambda response: explain(response, self.rules),
            providers=load_providers(),
        )
        engine = Engine(world, settings_from(stored.settings)[0], stored)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()
            await database.close()
            checks.close()
            names.close()

    def draft(self, user: str, password: str, *, sending: bool) -> Draft:
        receiving = Endpoint(self.dovecot.host, self.dovecot.imaps_port, Security.TLS, user)
        submission = Endpoint(self.dovecot.host, self.dovecot.submission_port, Security.STARTTLS, user)
        mailbox = Mailbox(MailboxId(user), user, receiving, submission if sending else None)
        return Draft(mailbox, Password(Secret(password)))


@pytest.mark.parametrize(
    ("user", "sending", "allowed"), [("user0900@example.org", True, 2), ("user0901@example.org", False, 2)]
)
async def test_a_wrong_password_over_a_week_and_three_restarts(
    dovecot: Dovecot, tmp_path: Path, user: str, sending: bool, allowed: int
) -> None:
    week = Week(dovecot, Home(tmp_path))
    async with week.run() as engine:
        await engine.add(week.draft(user, "not-the-password", sending=sending))
        await week.clock.pass_by(60)
        assert dovecot.refusals(user) == 1
    for _ in range(3):
        async with week.run() as engine:
            await week.clock.pass_by(2 * DAY + 8 * HOUR)
            snapshot = engine.board.get(MailboxId(user))
            assert snapshot is not None
            assert snapshot.shown.value == "NEEDS_YOU"
            assert snapshot.standing.diagnosis is not None
            assert snapshot.standing.diagnosis.cause.value == "credentials_rejected"
    assert dovecot.refusals(user) == allowed


async def test_a_day_with_the_right_password_brings_no_refusal(dovecot: Dovecot, tmp_path: Path) -> None:
    user = "user0902@example.org"
    week = Week(dovecot, Home(tmp_path))
    async with week.run() as engine:
        await engine.add(week.draft(user, PASSWORD, sending=True))
        await week.clock.pass_by(6 * HOUR)
        snapshot = engine.board.get(MailboxId(user))
        assert snapshot is not None
        assert snapshot.shown.value == "CONNECTED"
        beats = await engine.heartbeats(MailboxId(user), 0.0)
    assert dovecot.refusals(user) == 0
    assert 60 <= len(beats) <= 90
