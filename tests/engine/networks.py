"""A system that says what a test wants of its network, and an internet that is there, hidden or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from mailbox_desk.model.network import FactKind, NetworkFact, PublicSight, Sight
from tests.engine.fakes import Lab

PAGE = "http://login.hotel.test/"


@dataclass
class ScriptedNetwork:
    """Fits Network. `hangs`: what a look outside waits for before it tells what it saw at its start."""

    place: str = "home"
    sight: PublicSight = field(default_factory=lambda: PublicSight(Sight.OPEN))
    looks: int = 0
    hangs: Callable[[], Awaitable[None]] | None = None
    told: asyncio.Queue[NetworkFact] = field(default_factory=asyncio.Queue)

    async def here(self) -> str:
        return self.place

    async def facts(self) -> AsyncIterator[NetworkFact]:
        while True:
            yield await self.told.get()

    async def public_sight(self) -> PublicSight:
        self.looks += 1
        seen = self.sight
        if self.hangs is not None:
            await self.hangs()
        return seen

    def say(self, kind: FactKind, fingerprint: str = "") -> None:
        self.told.put_nowait(NetworkFact(kind, fingerprint))


def fleet(lab: Lab, count: int, hosts: int = 4) -> list[str]:
    """So many mailboxes at so many providers."""
    users = [f"u{number:03}" for number in range(count)]
    for place, user in enumerate(users):
        lab.mailbox(user, sending=False, host=f"imap.p{place % hosts}.test")
    return users


def cut(lab: Lab, network: ScriptedNetwork, *, page: str = "") -> None:
    """Nothing can be reached any more; with `page`, a sign-in page answers instead of the web."""
    lab.servers.network_is_cut = True
    network.sight = PublicSight(Sight.PORTAL, page) if page else PublicSight(Sight.NOTHING)


def mend(lab: Lab, network: ScriptedNetwork) -> None:
    lab.servers.network_is_cut = False
    network.sight = PublicSight(Sight.OPEN)
