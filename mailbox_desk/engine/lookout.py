"""Watches our own network: asks witnesses before it calls it down, and looks out for its return.

It tells the engine `blinded` and `sighted`, each with the reason; it moves no mailbox's state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.engine.chores import say_fault
from mailbox_desk.engine.ports import Checker, Clock, Network
from mailbox_desk.engine.situation import Outlook, Situation
from mailbox_desk.model.check import FailureKind, HalfResult, Limits, Outcome
from mailbox_desk.model.mailbox import Endpoint, Mailbox, Security
from mailbox_desk.model.network import NetworkSettings, PublicSight, Sight
from mailbox_desk.model.verdict import VeilReason

_LOOK_AGAIN: Final = (3.0, 5.0)
"""Seconds between looks for the network while the desk is blind; the last repeats."""
_LONGEST_LOOK: Final = 4.0
"""Seconds that a look for the network waits for a name, or for a host: what this one sent is lost where the network
comes back only after, and the next look finds it."""
_PORTAL_LOOKS: Final = 5.0
_SIGHT_LASTS: Final = 60.0
"""Seconds for which a look at public points stands; nobody outside is asked more often while they answer."""
_POINTS: Final = tuple(
    Endpoint(host, 80, Security.NONE, "") for host in ("connectivity-check.ubuntu.com", "detectportal.firefox.com")
)
"""Names of two providers that stand there to be reached by everybody; who runs them learns no more than from any
browser or desktop. They are connected to where our mail servers alone can't tell; nothing is sent."""
_REASONS: Final = {Outlook.OFFLINE: VeilReason.OFFLINE, Outlook.PORTAL: VeilReason.CAPTIVE_PORTAL}


@dataclass(frozen=True, slots=True)
class Means:
    """What a lookout looks with."""

    clock: Clock
    checker: Checker
    network: Network
    limits: Limits
    settings: NetworkSettings


class Lookout:
    """One for all mailboxes. `reason`: why no server can be seen, None where they can; `page`: where a person signs in
    to the network. While `is_asleep`, nobody's failure counts."""

    def __init__(
        self, means: Means, *, blinded: Callable[[VeilReason], None], sighted: Callable[[VeilReason], None]
    ) -> None:
        self._means = means
        self._blinded = blinded
        self._sighted = sighted
        self._situation = Situation(loopback_counts=means.settings.loopback_counts)
        self._asking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._weighing: asyncio.Task[None] | None = None
        self._outside: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._portal_hinted = False
        self.reason: VeilReason | None = None
        self.page = ""
        self.is_asleep = False

    @property
    def is_blind(self) -> bool:
        return self.reason is not None

    def know(self, mailbox: Mailbox) -> None:
        """The servers of this mailbox can be asked as witnesses."""
        site = "" if mailbox.provider == "generic" else mailbox.provider
        for half in mailbox.halves:
            endpoint = mailbox.endpoint(half)
            if endpoint is not None:
                self._situation.know(endpoint, site)

    async def noted(self, endpoint: Endpoint, result: HalfResult) -> None:
        """Take in what a check met. Returns once the outlook is sure again, at most a few limits later."""
        if not self._situation.counts(endpoint) or self.is_asleep:
            return
        if result.failure is not None and result.failure.kind is FailureKind.UNTRUSTED:
            await self._ask_once(self._see_who_answers)  # a sign-in page shows a certificate of its own
        elif result.was_reached:
            self._situation.reached(endpoint)
        elif result.outcome is Outcome.FAILED:
            self._situation.unreached(endpoint)
            await self._make_sure()
        self._tell()

    def look_now(self) -> None:
        """A person wants to know, or the system says that the network is back: look for it at once."""
        if self.is_blind and self._watching is not None:
            self._watching.cancel()
            self._watch(at_once=True)

    def hinted(self, sight: Sight) -> None:
        """The system says that there is no network, or a sign-in page before it. It may err: ask."""
        self._portal_hinted = sight is Sight.PORTAL
        if sight is Sight.OPEN or self.is_blind or self.is_asleep:
            return
        if self._weighing is not None:
            self._weighing.cancel()
        self._weighing = asyncio.ensure_future(self._weigh(sight))
        self._weighing.add_done_callback(lambda ended: say_fault(ended, "hint"))

    async def _weigh(self, sight: Sight) -> None:
        if sight is Sight.PORTAL:
            self._situation.looked(None)
            await self._ask_once(self._see_who_answers)
        else:
            self._situation.suspect()
            await self._make_sure()
        self._tell()

    async def is_there(self, turn: int) -> bool:
        """Whether any of a few hosts can be reached; True where we have none to ask."""
        hosts = self._situation.to_ask_again(turn)
        return not hosts or any(await self._reached(hosts))

    async def settle(self) -> None:
        """After a sleep no host answered: find out why, and tell."""
        self._situation.suspect()
        await self._make_sure()
        self._tell()

    def stop(self) -> None:
        for task in (self._asking, self._watching, self._weighing, self._outside):
            if task is not None:
                task.cancel()

    async def _make_sure(self) -> None:
        self._let_sight_fade()
        if self._situation.outlook() is Outlook.UNSURE:
            await self._ask_once(self._find_out)

    async def _ask_once(self, ask: Callable[[], Coroutine[None, None, None]]) -> None:
        """One asks for all who wonder at the same time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(ask())
        await asyncio.shield(self._asking)

    async def _find_out(self) -> None:
        await self._ask(self._situation.witnesses())
        if self._situation.outlook() is Outlook.UNSURE:
            await self._look_in_public()

    async def _see_who_answers(self) -> None:
        self._let_sight_fade()
        if self._situation.sight is None:
            await self._look_in_public()

    def _let_sight_fade(self) -> None:
        is_old = self._means.clock.monotonic() - self._looked_at > _SIGHT_LASTS
        if is_old and self._situation.sight is not Sight.PORTAL:
            self._situation.looked(None)

    async def _look_in_public(self) -> None:
        """Nobody of ours answers, or somebody who is not ours: is the internet there at all?"""
        settings, seen = self._means.settings, PublicSight(Sight.NOTHING)
        may_look = settings.portal_probes or settings.public_points
        if not may_look and not self._situation.fails_widely:
            seen = PublicSight(Sight.OPEN)  # one silent site, and nobody may be asked: then it is that site
        if settings.portal_probes:
            seen = await self._means.network.public_sight()
        elif self._portal_hinted:
            seen = PublicSight(Sight.PORTAL)
        if seen.sight is Sight.NOTHING and settings.public_points and any(await self._reached(_POINTS)):
            seen = PublicSight(Sight.OPEN)
        self.page = seen.page
        self._looked_at = self._means.clock.monotonic()
        self._situation.looked(seen.sight)

    async def _reached(self, endpoints: Sequence[Endpoint], limits: Limits | None = None) -> Sequence[bool]:
        reach, limits = self._means.checker.reach, limits or self._means.limits
        return await asyncio.gather(*(reach(endpoint, limits) for endpoint in endpoints))

    async def _ask(self, endpoints: Sequence[Endpoint], limits: Limits | None = None) -> None:
        answers = await self._reached(endpoints, limits)
        for endpoint, is_there in zip(endpoints, answers, strict=True):
            self._situation.asked(endpoint)
            if not is_there:
                self._situation.unreached(endpoint)
        for endpoint, is_there in zip(endpoints, answers, strict=True):
            if is_there:
                self._situation.reached(endpoint)

    def _tell(self) -> None:
        outlook = self._situation.outlook()
        if outlook is Outlook.UNSURE:
            return
        before, self.reason = self.reason, _REASONS.get(outlook)
        if before is self.reason:
            return
        if self.reason is not None:  # the new veil before the old one goes: nobody looks in between
            self._blinded(self.reason)
        if before is not None:
            self._sighted(before)
        if self.reason is not None and before is None:
            self._watch(at_once=False)
        elif self.reason is None:
            self._end_watch()

    def _end_watch(self) -> None:
        """What looks outside still would tell of a network that was down."""
        for task in (self._watching, self._outside):
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def _watch(self, *, at_once: bool) -> None:
        self._watching = asyncio.ensure_future(self._watch_for_return(at_once=at_once))
        self._watching.add_done_callback(lambda ended: say_fault(ended, "lookout"))

    async def _watch_for_return(self, *, at_once: bool) -> None:
        looks = 0
        while self.is_blind:
            if looks or not at_once:
                is_portal = self.reason is VeilReason.CAPTIVE_PORTAL
                pause = _PORTAL_LOOKS if is_portal else _LOOK_AGAIN[min(looks, len(_LOOK_AGAIN) - 1)]
                await self._means.clock.sleep(pause)
            if self.reason is VeilReason.CAPTIVE_PORTAL:
                await self._look_in_public()
            else:
                await self._look_for_hosts(looks)
            looks += 1
            self._tell()

    async def _look_for_hosts(self, turn: int) -> None:
        limits = self._means.limits
        resolve, connect = min(limits.resolve, _LONGEST_LOOK), min(limits.connect, _LONGEST_LOOK)
        await self._ask(self._situation.to_ask_again(turn), replace(limits, resolve=resolve, connect=connect))
        self._let_sight_fade()
        if self._situation.outlook() is Outlook.CLEAR or self._situation.sight is Sight.OPEN:
            return
        if self._outside is None or self._outside.done():
            self._outside = asyncio.ensure_future(self._look_outside())
            self._outside.add_done_callback(lambda ended: say_fault(ended, "look outside"))

    async def _look_outside(self) -> None:
        """The link may be back, with a sign-in page before it. Beside the looks for hosts: where packets are swallowed
        it takes a minute, and the network may come back meanwhile."""
        await self._look_in_public()
        self._tell()
