"""The system's hints of network and sleep, from the bus where there is one, and from gentle looks of our own.

Fits the engine's Network by shape. Hints decide nothing. Other systems than Linux have no bus: there the window lends
its ear, and without one there are the looks alone: the address that this computer would speak from says whether there
is a route at all, and which network it is.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from mailbox_desk.adapters.route import fingerprint
from mailbox_desk.adapters.system_bus import BusLost, hints
from mailbox_desk.model.network import FactKind, Hints, NetworkFact, PublicSight

_log = logging.getLogger(__name__)
_LOOK_EVERY: Final = 5.0
_CALL_AGAIN: Final = 60.0
"""Seconds before the bus is tried again."""
_SLEPT: Final = 10.0
_LINK: Final = frozenset({FactKind.ONLINE, FactKind.OFFLINE, FactKind.UNKNOWN, FactKind.PORTAL})


class SystemNetwork:
    """For one event loop. `public_sight` looks at public points; `salt` is this home's own; `look_every` is in
    seconds; `hints`: what the window hears where there is no bus (Windows, macOS)."""

    def __init__(
        self,
        public_sight: Callable[[], Awaitable[PublicSight]],
        salt: str,
        *,
        look_every: float = _LOOK_EVERY,
        hints: Hints | None = None,
    ) -> None:
        self._public_sight = public_sight
        self._fingerprint = partial(fingerprint, salt)
        self._look_every = look_every
        self._hints = hints

    async def here(self) -> str:
        return self._fingerprint()

    async def public_sight(self) -> PublicSight:
        return await self._public_sight()

    async def facts(self) -> AsyncGenerator[NetworkFact, None]:
        heard: asyncio.Queue[NetworkFact] = asyncio.Queue()
        looker = _Looker(self._fingerprint, heard.put_nowait)
        listening = [asyncio.create_task(self._look(looker), name="network looks")]
        if sys.platform == "linux":
            listening.append(asyncio.create_task(self._listen(looker, heard), name="system bus"))
        deafen = self._hints.listen(partial(_take, looker, heard)) if self._hints is not None else _nothing
        try:
            while True:
                yield await heard.get()
        finally:
            deafen()
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def _look(self, looker: _Looker) -> None:
        while True:
            looker.look()
            await asyncio.sleep(self._look_every)

    async def _listen(self, looker: _Looker, heard: asyncio.Queue[NetworkFact]) -> None:
        while True:
            try:
                async with aclosing(cast(AsyncGenerator[NetworkFact, None], hints())) as told:
                    async for fact in told:
                        _take(looker, heard, fact.kind)
            except BusLost as lost:
                _log.debug("no hints from the system bus: %s", lost)
            await asyncio.sleep(_CALL_AGAIN)


def _take(looker: _Looker, heard: asyncio.Queue[NetworkFact], kind: FactKind) -> None:
    looker.look()  # where the system speaks up, the route may be another
    if kind not in _LINK or looker.is_news(kind):
        heard.put_nowait(NetworkFact(kind))


def _nothing() -> None:
    """Nobody listens."""


@dataclass(slots=True)
class _Looker:
    """Tells what changed since the last look."""

    place: Callable[[], str]
    tell: Callable[[NetworkFact], None]
    _here: str | None = None
    _link: FactKind | None = None
    _lag: float | None = None

    def look(self) -> None:
        lag = _time_asleep()
        if lag is not None and self._lag is not None and lag - self._lag > _SLEPT:
            self.tell(NetworkFact(FactKind.WOKE))
        self._lag = lag
        here = self.place()
        if here == self._here:
            return
        self._here = here
        self._link = FactKind.ONLINE if here else FactKind.OFFLINE
        self.tell(NetworkFact(FactKind.CHANGED, here))
        self.tell(NetworkFact(self._link))

    def is_news(self, link: FactKind) -> bool:
        before, self._link = self._link, link
        return before is not link


def _time_asleep() -> float | None:
    """Seconds that this computer slept since it was started, by a clock that counts them; None where there is none to
    be asked (Windows: there the steady clock counts them itself, and the engine sees the gap)."""
    clock = getattr(time, _COUNTS_SLEEP.get(sys.platform, ""), None)
    return None if clock is None else time.clock_gettime(clock) - time.monotonic()


_COUNTS_SLEEP: Final = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}
