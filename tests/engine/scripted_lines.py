"""Idle lines whose fate the test decides. Fits IdleLines."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from mailbox_desk.model.errand import Keeping
from mailbox_desk.model.mailbox import MailboxId
from tests.engine.fakes import Lab


@dataclass
class ScriptedLines:
    kept: dict[MailboxId, Keeping] = field(default_factory=dict)
    deaf: set[str] = field(default_factory=set)
    proofs: Counter[str] = field(default_factory=Counter)
    most: int = 0
    is_shut: bool = False
    _fallen: list[MailboxId] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, keeping: Keeping) -> None:
        self.kept[keeping.mailbox_id] = keeping
        self.most = max(self.most, len(self.kept))

    def drop(self, *users: str) -> None:
        """The server drops these lines."""
        for user in users:
            del self.kept[MailboxId(user)]
            self._fallen.append(MailboxId(user))
        self._news.set()

    def holds(self, mailbox_id: MailboxId) -> bool:
        return mailbox_id in self.kept

    async def prove(self, mailbox_id: MailboxId) -> bool:
        self.proofs[mailbox_id] += 1
        if mailbox_id in self.deaf and mailbox_id in self.kept:
            self.drop(mailbox_id)
        return mailbox_id in self.kept

    async def fallen(self) -> tuple[MailboxId, ...]:
        await self._news.wait()
        self._news.clear()
        told, self._fallen = tuple(self._fallen), []
        return told

    def give_up(self, mailbox_id: MailboxId) -> None:
        self.kept.pop(mailbox_id, None)

    def shut(self) -> None:
        self.kept.clear()
        self.is_shut = True


def with_lines(lab: Lab) -> ScriptedLines:
    """Every server of this lab has IDLE."""
    lines = ScriptedLines()
    lab.lines, lab.servers.keep = lines, lines.take
    return lines
