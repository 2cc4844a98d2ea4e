"""Makes checks: the name look-up on one lane of threads, the rest on another. Fits the engine's Checker by shape.

A check always ends: each step has its limit, the whole has one, and a clock on the loop's side shuts what outlives it.
A thread that even then sits in foreign code is written off, and a fresh one takes its place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, NameUnusable, ResolveTimedOut, connect
from mailbox_desk.adapters.failures import StepFailed
from mailbox_desk.adapters.idling import Idling
from mailbox_desk.adapters.lookup import Lookup
from mailbox_desk.adapters.trust import Trust, load_trust
from mailbox_desk.adapters.visit import Visit
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import HalfResult, Limits, Step, StepRecord
from mailbox_desk.model.errand import Errand, Keeping
from mailbox_desk.model.mailbox import Endpoint

PROGRAM: Final = "Mailbox Desk"
_SWEEP_SECONDS: Final = 0.5
_PATIENCE: Final = 2.0
"""How many times its whole limit a check may hold a thread: at one its sockets are shut, at this it is written off."""

_log = logging.getLogger(__name__)


class MailChecker:
    """For one event loop. `checks` and `resolver` are lanes of threads; the resolver's should have spares.
    `trust`: what loads whom to trust; called once, on a worker. `keep` takes the lines that checks leave idling."""

    def __init__(
        self,
        checks: Lane,
        resolver: Lane,
        *,
        trust: Callable[[], Trust] = lambda: load_trust(os.environ),
        program: str = PROGRAM,
        keep: Callable[[Keeping, Idling], None] | None = None,
    ) -> None:
        self._checks = checks
        self._lookup = Lookup(resolver)
        self._trust = _Once(trust)
        self._program = program
        self._keep = keep
        self._under_way: dict[Cutoff, asyncio.Future[tuple[Address, ...]] | None] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    async def check(self, errand: Errand, on_step: Callable[[StepRecord], None] | None = None) -> HalfResult:
        """Check one half. Cancelling shuts its sockets, so that the worker comes free at once."""
        if self._keep is None:
            errand = replace(errand, keep=None)
        visit = Visit(errand, _teller(on_step), self._program)
        with self._watched(visit.cutoff), closing(visit):
            try:
                with visit.course.step(Step.RESOLVE):
                    addresses = await self._addresses(visit.cutoff, errand.endpoint, errand.limits)
            except StepFailed as failed:
                return visit.failed(failed.failure)
            patience = _PATIENCE * errand.limits.total
            try:
                result = await self._checks.run(partial(visit.run, addresses, self._trust.get), patience=patience)
            except TimeoutError:
                _log.warning("a check at %s hung beyond all limits; its thread was given up", errand.endpoint.host)
                return visit.given_up()
            # Here and not on the worker: a check that was called off must leave no line behind.
            if errand.keep and self._keep and (idling := visit.handed_over()) is not None:
                self._keep(errand.keep, idling)
            return result

    def trust(self) -> Trust:
        """Whom our checks trust; loaded once, so for worker threads."""
        return self._trust.get()

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        """Whether the host can be connected to; nothing is sent."""
        cutoff = Cutoff()
        with self._watched(cutoff):
            try:
                addresses = await self._addresses(cutoff, endpoint, limits)
                await self._checks.run(partial(_touch, addresses, cutoff, limits.connect))
            except (OSError, NameUnusable, ResolveTimedOut, ConnectTimedOut, LineShut, TotalTimedOut):
                return False
        return True

    def shut(self) -> None:
        """Shut every socket at once; checks under way end as closed, later ones are as ever."""
        for cutoff, answer in list(self._under_way.items()):
            cutoff.shut()
            if answer is not None:
                answer.cancel()

    async def _addresses(self, cutoff: Cutoff, endpoint: Endpoint, limits: Limits) -> tuple[Address, ...]:
        answer = self._lookup.start(endpoint.host, endpoint.port, limits.resolve)
        self._under_way[cutoff] = answer
        try:
            return await answer
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if cutoff.is_shut and not (task and task.cancelling()):
                raise LineShut from None  # `shut` called the answer off; nobody cancelled the one who waits
            raise
        finally:
            self._under_way[cutoff] = None

    @contextmanager
    def _watched(self, cutoff: Cutoff) -> Iterator[None]:
        self._under_way[cutoff] = None
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._sweep)
        try:
            yield
        finally:
            del self._under_way[cutoff]
            cutoff.shut()

    def _sweep(self) -> None:
        """Shut what outlived its time. The worker's own limits end a check first, if nothing is wrong with them."""
        now = time.monotonic()
        for cutoff in list(self._under_way):
            if now >= cutoff.ends:
                cutoff.shut(overdue=True)
        self._checks.relieve()
        self._sweeper = None
        if self._under_way:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._sweep)


class _Once:
    """Something that is costly to make, made by the first thread that needs it."""

    def __init__(self, make: Callable[[], Trust]) -> None:
        self._make = make
        self._made: Trust | None = None
        self._lock = threading.Lock()

    def get(self) -> Trust:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


def _teller(on_step: Callable[[StepRecord], None] | None) -> Callable[[StepRecord], None] | None:
    """Brings a step from whichever thread to the loop's."""
    if on_step is None:
        return None
    loop = asyncio.get_running_loop()

    def tell(record: StepRecord) -> None:
        try:
            loop.call_soon_threadsafe(on_step, record)
        except RuntimeError:
            return  # the loop has closed: nobody is left to hear it

    return tell


def _touch(addresses: tuple[Address, ...], cutoff: Cutoff, seconds: float) -> None:
    cutoff.close(connect(addresses, cutoff, seconds))
