"""All mail servers of the soak, and the way to them, as the injector has them now. Fits Checker."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Limits, Outcome, Step, StepRecord
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Endpoint
from mailbox_desk.model.verdict import Half


class Kind(StrEnum):
    """What the injector can do. The first two to a mailbox, the others to a site with all of its mailboxes."""

    WRONG_PASSWORD = "wrong_password"
    FLAPPING = "flapping"
    UNREACHED = "unreached"
    BUSY = "busy"
    THROTTLED = "throttled"
    REFUSES_ALL = "refuses_all"

    @property
    def is_of_one(self) -> bool:
        return self in (Kind.WRONG_PASSWORD, Kind.FLAPPING)


def _refused(half: Half) -> Failure:
    if half is Half.RECEIVING:
        text, code = "[AUTHENTICATIONFAILED] Authentication failed.", "AUTHENTICATIONFAILED"
    else:
        text, code = "535 5.7.8 Error: authentication failed", "535 5.7.8"
    return Failure(half, Step.SIGN_IN, FailureKind.REFUSED, text, code)


def _unreached(half: Half) -> Failure:
    return Failure(half, Step.CONNECT, FailureKind.UNREACHABLE, "Connection refused")


def _foreign(half: Half) -> Failure:
    text = "certificate verify failed: Hostname mismatch"
    return Failure(half, Step.TLS, FailureKind.UNTRUSTED, text, marks=frozenset({"name_mismatch"}))


def _busy(half: Half) -> Failure:
    text = "* BYE Server too busy, try again later" if half is Half.RECEIVING else "421 4.3.2 System busy, try later"
    return Failure(half, Step.GREETING, FailureKind.TEMPORARY, text)


def _throttled(half: Half) -> Failure:
    text = "[LIMIT] Too many login attempts" if half is Half.RECEIVING else "454 4.7.0 Too many login attempts"
    return Failure(half, Step.SIGN_IN, FailureKind.TEMPORARY, text, "LIMIT" if half is Half.RECEIVING else "454 4.7.0")


FAILURES: dict[Kind, Callable[[Half], Failure]] = {
    Kind.WRONG_PASSWORD: _refused,
    Kind.FLAPPING: _busy,
    Kind.UNREACHED: _unreached,
    Kind.BUSY: _busy,
    Kind.THROTTLED: _throttled,
    Kind.REFUSES_ALL: _refused,
}


@dataclass
class Weather:
    """`at`: what is wrong, by mailbox or by site. `met`: how many checks of a mailbox failed by what is wrong now;
    `turns`: when one that comes and goes came or went. `swallow`: how a cut line makes who knocks wait so many seconds;
    without it the line says no at once. `stranger`: somebody else answers for every host."""

    dice: random.Random
    site_of: dict[str, str]
    now: Callable[[], float]
    at: dict[str, Kind] = field(default_factory=dict)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_cut: bool = False
    stranger: bool = False
    checks: int = 0
    swallow: Callable[[float], Awaitable[None]] | None = None
    turns: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _failing: defaultdict[str, set[Half]] = field(default_factory=lambda: defaultdict(set))

    async def check(self, errand: Errand, on_step: Callable[[StepRecord], None] | None = None) -> HalfResult:
        await asyncio.sleep(0)
        self.checks += 1
        failure = self._failure(errand)
        await self._knock(errand.limits.connect)
        self._note_turn(errand, failed=failure is not None)
        if failure is None:
            return HalfResult(errand.half, Outcome.OK, seconds=0.1)
        return HalfResult(errand.half, Outcome.FAILED, failure=failure, seconds=0.1)

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        if self.is_cut:
            await self._knock(limits.connect)
            return False  # what was sent before the return is lost
        return self.at.get(self.site_of.get(endpoint.host, "")) is not Kind.UNREACHED

    async def _knock(self, limit: float) -> None:
        if self.is_cut and self.swallow is not None:
            await self.swallow(limit)

    def shut(self) -> None:
        pass

    def _note_turn(self, errand: Errand, *, failed: bool) -> None:
        name = errand.endpoint.username
        halves, was_failing = self._failing[name], bool(self._failing[name])
        (halves.add if failed else halves.discard)(errand.half)
        if self.at.get(name) is Kind.FLAPPING and bool(halves) is not was_failing:
            self.turns[name].append(self.now())

    def _failure(self, errand: Errand) -> Failure | None:
        if self.is_cut:
            return _unreached(errand.half)
        if self.stranger:
            return _foreign(errand.half)
        for where in (errand.endpoint.username, self.site_of[errand.endpoint.host]):
            kind = self.at.get(where)
            if kind is None or (kind is Kind.FLAPPING and self.dice.random() < 0.5):
                continue
            self.met[where, errand.endpoint.username] += 1
            return FAILURES[kind](errand.half)
        return None
