"""Idle lines of real checks, for tests: a checker that hands its lines over, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.idle_lines import KeptLines
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import IDLE_SECONDS, Errand, Keeping
from mailbox_desk.model.mailbox import Endpoint, MailboxId, Security
from mailbox_desk.model.verdict import Half
from tests.adapters.checks import SHORT
from tests.servers.dovecot import DovecotUser


@dataclass
class LineLab:
    checker: MailChecker
    lines: KeptLines

    async def keep(
        self,
        user: str,
        port: int,
        security: Security = Security.NONE,
        *,
        idle_seconds: float = IDLE_SECONDS,
        secret: str = DovecotUser("").password,
    ) -> HalfResult:
        """Check, and keep the line under the user's name."""
        endpoint = Endpoint("localhost", port, security, user)
        keep = Keeping(MailboxId(user), idle_seconds)
        return await self.checker.check(Errand(Half.RECEIVING, endpoint, user, Secret(secret), SHORT, keep=keep))

    async def keep_all(self, users: Iterable[str], port: int, security: Security = Security.TLS) -> None:
        results = await asyncio.gather(*(self.keep(user, port, security) for user in users))
        assert all(result.is_ok for result in results), [each.failure for each in results if each.failure][:3]

    def holds(self, user: str) -> bool:
        return self.lines.holds(MailboxId(user))

    async def prove(self, user: str) -> bool:
        return await self.lines.prove(MailboxId(user))

    async def fallen(self, *users: str, seconds: float = 3.0) -> None:
        """Wait until the lines of these users, and of nobody else, have died."""
        awaited = {MailboxId(user) for user in users}
        async with asyncio.timeout(seconds):
            while awaited:
                told = set(await self.lines.fallen())
                assert told <= awaited, told - awaited
                awaited -= told

    async def nothing_fell(self, seconds: float) -> bool:
        """Nothing is told in so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self.lines.fallen()
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def line_lab(trust: Trust, *, threads: int = 8) -> AsyncIterator[LineLab]:
    checks, names, answers = Lane("lab-check", threads), Lane("lab-name", 2), Lane("lab-line", threads)
    lines = KeptLines(answers)
    try:
        yield LineLab(MailChecker(checks, names, trust=lambda: trust, keep=lines.take), lines)
    finally:
        lines.shut()
        await asyncio.sleep(0)
        for lane in (checks, names, answers):
            lane.close()
