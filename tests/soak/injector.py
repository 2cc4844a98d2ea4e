"""Draws what goes wrong, does it when its time has come, and writes it into the book."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mailbox_desk.model.network import FactKind, PublicSight, Sight
from tests.engine.fakes import DAY, HOUR
from tests.engine.networks import ScriptedNetwork
from tests.soak.book import OVER_WITHIN, Book, Trouble
from tests.soak.soak_clock import SoakClock
from tests.soak.weather import Kind, Weather

MINUTE = 60.0
LASTS = {
    Kind.WRONG_PASSWORD: (30 * MINUTE, 8 * HOUR),
    Kind.FLAPPING: (2 * HOUR, 5 * HOUR),
    Kind.UNREACHED: (3 * MINUTE, 4 * HOUR),
    Kind.BUSY: (3 * MINUTE, 3 * HOUR),
    Kind.THROTTLED: (3 * HOUR, 6 * HOUR),
    Kind.REFUSES_ALL: (30 * MINUTE, 70 * MINUTE),
}
"""Those of minutes may pass unnoticed, and must not be told then."""
_SETTLES_WITHIN = 120.0  # after the network is back or the computer woke

Act = Callable[[], Awaitable[None]]


@dataclass
class Injector:
    """`sites`: mailboxes by site. `gives_new_password`: a person's part. `restarts`: ends the desk, starts it again."""

    dice: random.Random
    sites: dict[str, list[str]]
    clock: SoakClock
    weather: Weather
    network: ScriptedNetwork
    gives_new_password: Callable[[str], Awaitable[None]]
    restarts: Act
    book: Book = field(default_factory=Book)
    _acts: list[tuple[float, int, Act]] = field(default_factory=list)
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def plan(self, seconds: float) -> None:
        """Everything that goes wrong up to then; the last hours are left for what must end."""
        end = seconds - 8 * HOUR
        for site in self.sites:
            self._plan_site(site, end)
        self._plan_often(2 * DAY, end, self._cut)
        self._plan_often(1.2 * DAY, end, self._sleep)
        self._plan_often(4 * DAY, end, self._restart)

    async def run(self, seconds: float) -> None:
        """Until so many seconds after the start have gone by."""
        while self._acts and self._acts[0][0] <= seconds:
            at, _, act = heapq.heappop(self._acts)
            await self.clock.pass_by(max(0.0, at - self.clock.monotonic()))
            await act()
        await self.clock.pass_by(max(0.0, seconds - self.clock.monotonic()))

    def _at(self, when: float, act: Act) -> None:
        heapq.heappush(self._acts, (when, next(self._count), act))

    def _plan_often(self, mean: float, end: float, act: Act) -> None:
        at = self.dice.uniform(0.3, 0.8) * mean
        while at < end:
            self._at(at, act)
            at += self.dice.uniform(0.5, 1.5) * mean

    def _plan_site(self, site: str, end: float) -> None:
        at = self.dice.uniform(1, 8) * HOUR
        while True:
            kind = self.dice.choice(list(Kind))
            lasts = self.dice.uniform(*LASTS[kind])
            over = at + lasts + OVER_WITHIN[kind]
            if over > end:
                return
            concerned = [[name] for name in self.dice.sample(self.sites[site], 2)] if kind.is_of_one else [None]
            for each in concerned:
                self._at_both(at + self.dice.uniform(0, 600), lasts, kind, each[0] if each else site, site)
            at = over + self.dice.uniform(1, 6) * HOUR

    def _at_both(self, at: float, lasts: float, kind: Kind, where: str, site: str) -> None:
        trouble = Trouble(kind, where, (where,) if kind.is_of_one else tuple(self.sites[site]), 0.0)

        async def begin() -> None:
            trouble.began = self.clock.now()
            self.book.troubles.append(trouble)
            self.weather.at[where] = kind

        async def end() -> None:
            del self.weather.at[where]
            trouble.ended = self.clock.now()
            trouble.met = {name: self.weather.met.pop((where, name), 0) for name in trouble.mailboxes}
            trouble.turns = self.weather.turns.pop(where, [])
            if kind is Kind.WRONG_PASSWORD:
                await self.gives_new_password(where)

        self._at(at, begin)
        self._at(at + lasts, end)

    async def _restart(self) -> None:
        self.book.restarts.append(self.clock.now())
        await self.restarts()

    async def _cut(self) -> None:
        """Our own network: by a broken line or a sign-in page, with the system's word of it or without."""
        began, says = self.clock.now(), self.dice.random() < 0.5
        is_page = self.dice.random() < 0.3
        self.weather.is_cut = True
        self.network.sight = PublicSight(Sight.PORTAL, "http://login.hotel.test/") if is_page else NOTHING
        if says:
            self.network.say(FactKind.PORTAL if is_page else FactKind.OFFLINE)

        async def mend() -> None:
            self.weather.is_cut = False
            self.network.sight = PublicSight(Sight.OPEN)
            if says:
                self.network.say(FactKind.ONLINE)
            self.book.blind.append((began, self.clock.now() + _SETTLES_WITHIN))

        self._at(self.clock.monotonic() + self.dice.uniform(5 * MINUTE, 2 * HOUR), mend)

    async def _sleep(self) -> None:
        """This computer sleeps; the clock that never goes back stands meanwhile, as on Linux."""
        began, says = self.clock.now(), self.dice.random() < 0.7
        if says:
            self.network.say(FactKind.SLEEPING)
            await self.clock.settle()
        self.clock.skew += self.dice.uniform(0.5, 9) * HOUR
        if says:
            self.network.say(FactKind.WOKE)
        self.book.blind.append((began, self.clock.now() + _SETTLES_WITHIN))


NOTHING = PublicSight(Sight.NOTHING)
