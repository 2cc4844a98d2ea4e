"""Watches our own network: asks witnesses before it calls it down, and looks out for its return.

It tells the engine `blinded` and `sighted`; it moves no mailbox's state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from mailbox_desk.engine.ports import Checker, Clock
from mailbox_desk.engine.situation import WITNESSES, Outlook, Situation
from mailbox_desk.model.check import HalfResult, Limits, Outcome
from mailbox_desk.model.mailbox import Endpoint, Mailbox

_LOOK_AGAIN = (5.0, 10.0, 20.0, 30.0)
"""Seconds between looks for the network while the desk is blind; the last repeats."""


class Lookout:
    """One for all mailboxes."""

    def __init__(
        self,
        clock: Clock,
        checker: Checker,
        limits: Limits,
        *,
        blinded: Callable[[], None],
        sighted: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._checker = checker
        self._limits = limits
        self._blinded = blinded
        self._sighted = sighted
        self._situation = Situation()
        self._asking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.is_blind = False

    def know(self, mailbox: Mailbox) -> None:
        """The servers of this mailbox can be asked as witnesses."""
        for half in mailbox.halves:
            endpoint = mailbox.endpoint(half)
            if endpoint is not None:
                self._situation.know(endpoint)

    async def noted(self, endpoint: Endpoint, result: HalfResult) -> None:
        """Take in what a check met. Returns once the outlook is sure again, at most a connect limit or two later."""
        if result.was_reached:
            self._situation.reached(endpoint)
        elif result.outcome is Outcome.FAILED:
            self._situation.unreached(endpoint)
            await self._make_sure()
        self._tell()

    def look_now(self) -> None:
        """A person wants to know: look for the network at once."""
        if self.is_blind and self._watching is not None:
            self._watching.cancel()
            self._watching = asyncio.ensure_future(self._watch_for_return(at_once=True))

    def stop(self) -> None:
        for task in (self._asking, self._watching):
            if task is not None:
                task.cancel()

    async def _make_sure(self) -> None:
        if self._situation.outlook() is not Outlook.UNSURE:
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask(self._situation.witnesses()))
        await asyncio.shield(self._asking)

    async def _ask(self, endpoints: Sequence[Endpoint]) -> None:
        answers = await asyncio.gather(*(self._checker.reach(endpoint, self._limits) for endpoint in endpoints))
        for endpoint, is_there in zip(endpoints, answers, strict=True):
            self._situation.asked(endpoint)
            if not is_there:
                self._situation.unreached(endpoint)
        for endpoint, is_there in zip(endpoints, answers, strict=True):
            if is_there:
                self._situation.reached(endpoint)

    def _tell(self) -> None:
        offline = self._situation.outlook() is Outlook.OFFLINE
        if offline and not self.is_blind:
            self.is_blind = True
            self._watching = asyncio.ensure_future(self._watch_for_return(at_once=False))
            self._blinded()
        elif self.is_blind and self._situation.outlook() is Outlook.CLEAR:
            self.is_blind = False
            if self._watching is not None and self._watching is not asyncio.current_task():
                self._watching.cancel()
            self._watching = None
            self._sighted()

    async def _watch_for_return(self, *, at_once: bool) -> None:
        looks = 0
        while self.is_blind:
            if looks or not at_once:
                await self._clock.sleep(_LOOK_AGAIN[min(looks, len(_LOOK_AGAIN) - 1)])
            looks += 1
            await self._ask(self._situation.failing()[:WITNESSES])
            self._tell()
