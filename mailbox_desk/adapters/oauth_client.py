"""Brings a question to an OAuth server and its answer back, off the loop's thread. Every fault becomes TokenFailed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import Address
from mailbox_desk.adapters.lookup import Lookup
from mailbox_desk.adapters.oauth_answers import failure_by_exception
from mailbox_desk.adapters.oauth_web import Place, Question, WebAnswer, ask, place_of
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import Step
from mailbox_desk.model.oauth import TokenFailed

MOST_AT_ONE_HOST: Final = 4
"""Questions under way at one host: a provider that hangs must not take all threads from the others."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Seconds: for the name look-up, and for all that follows."""

    resolve: float = 5.0
    exchange: float = 25.0


class OAuthClient:
    """For one event loop. `lane`: threads for what blocks; `resolver`: those for names, with spares; `trust`: whom TLS
    trusts, called on a worker."""

    def __init__(
        self,
        lane: Lane,
        resolver: Lane,
        trust: Callable[[], Trust],
        limits: WebLimits,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._lane: Final = lane
        self._lookup = Lookup(resolver)
        self._trust = trust
        self._limits = limits
        self._doors: dict[str, asyncio.Semaphore] = {}
        self.now = now
        self.sleep = sleep

    async def run(self, work: Callable[[], T]) -> T:
        """Do something that blocks."""
        return await self._lane.run(work)

    async def ask(self, question: Question, step: Step, redactor: Redactor) -> WebAnswer:
        """Raises TokenFailed where no answer came. Cancelling shuts the socket, so that the thread comes free."""
        cutoff = Cutoff()
        try:
            place = place_of(question.url)
            addresses = await self._lookup.start(place.host, place.port, self._limits.resolve)
            work = partial(self._exchange, question, place, addresses, cutoff)
            async with self._doors.setdefault(place.host, asyncio.Semaphore(MOST_AT_ONE_HOST)):
                cutoff.ends = time.monotonic() + self._limits.exchange
                return await self._lane.run(work, limit=self._limits.exchange + 1)
        except Exception as error:
            raise TokenFailed(failure_by_exception(step, error, redactor)) from error
        finally:
            cutoff.shut()

    def _exchange(self, question: Question, place: Place, addresses: tuple[Address, ...], cutoff: Cutoff) -> WebAnswer:
        return ask(question, place, addresses, self._trust(), cutoff, self._limits.exchange)
