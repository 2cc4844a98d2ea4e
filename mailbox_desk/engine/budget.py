"""How many sign-ins a host may see from us: connections at one time, and refusals within a window.

A sign-in under way counts as a refusal that may still come, so the limit holds even when all of them are refused.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mailbox_desk.engine.ports import Clock
from mailbox_desk.model.history import Refusal


class HostHeldBack(Exception):
    """No further sign-in at this host before `until` (seconds since 1970 UTC)."""

    def __init__(self, host: str, until: float) -> None:
        super().__init__(host)
        self.until = until


@dataclass(slots=True)
class Lease:
    """A place at a host. Say `refused` before it ends where the sign-in was refused."""

    host: str
    refused: bool = False


@dataclass(slots=True)
class _Host:
    limit: int
    running: int = 0
    refusals: deque[float] = field(default_factory=deque)
    waiting: deque[tuple[asyncio.Future[None], int | None]] = field(default_factory=deque)


class HostBudget:
    """Limits by host name. `refusal_limit` says how many refusals a host gets within `window` seconds."""

    def __init__(self, clock: Clock, *, connections: int, window: float, refusal_limit: Callable[[str], int]) -> None:
        self._clock = clock
        self._connections = connections
        self._window = window
        self._refusal_limit = refusal_limit
        self._hosts: dict[str, _Host] = {}

    def remember(self, refusals: Iterable[Refusal]) -> None:
        """Count refusals of an earlier run. One that lies in the future (a clock set back) counts as now."""
        now = self._clock.now()
        for refusal in sorted(refusals, key=lambda each: each.at):
            self._host(refusal.host).refusals.append(min(refusal.at, now))

    def clock_stepped(self, by: float) -> None:
        """The wall clock was set by so many seconds: what is remembered is as old as it was."""
        for host in self._hosts.values():
            host.refusals = deque(at + by for at in host.refusals)

    def refusals(self, host: str) -> int:
        """Refusals at this host within the window."""
        return len(self._recent(host))

    def limit(self, host: str) -> int:
        """How many refusals this host may see within the window."""
        return self._host(host).limit

    def left(self) -> dict[str, int]:
        """Refusals that each host known may still see within the window; sign-ins under way count as such."""
        return {
            host: max(0, state.limit - state.running - len(self._recent(host))) for host, state in self._hosts.items()
        }

    def held_until(self, host: str) -> float | None:
        """When the host may be tried again, None for at once. Seconds since 1970 UTC."""
        recent, limit = self._recent(host), self._host(host).limit
        return recent[len(recent) - limit] + self._window if len(recent) >= limit else None

    @asynccontextmanager
    async def lease(self, host: str, *, unlimited: bool) -> AsyncIterator[Lease]:
        """A place at the host, waited for in turn; `unlimited` lifts the limit on connections (loopback), not the
        one on refusals. Raises HostHeldBack."""
        key = host.lower()
        await self._enter(key, None if unlimited else self._connections)
        lease = Lease(key)
        try:
            yield lease
        finally:
            state = self._host(key)
            state.running -= 1
            if lease.refused:
                state.refusals.append(self._clock.now())
            self._let_in(key)

    async def _enter(self, host: str, most: int | None) -> None:
        state = self._host(host)
        if not state.waiting and self._has_place(host, most):
            state.running += 1
            return
        self._raise_if_held(host)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        state.waiting.append((turn, most))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                state.running -= 1  # the place was given in the very moment we left
                self._let_in(host)
            raise

    def _let_in(self, host: str) -> None:
        state = self._host(host)
        while state.waiting:
            turn, most = state.waiting[0]
            if turn.done():
                state.waiting.popleft()
                continue
            held = self.held_until(host)
            if held is None and not self._has_place(host, most):
                return
            state.waiting.popleft()
            if held is not None:
                turn.set_exception(HostHeldBack(host, held))
            else:
                state.running += 1
                turn.set_result(None)

    def _has_place(self, host: str, most: int | None) -> bool:
        state = self._host(host)
        free = most is None or state.running < most
        return free and state.running + len(self._recent(host)) < state.limit

    def _raise_if_held(self, host: str) -> None:
        until = self.held_until(host)
        if until is not None:
            raise HostHeldBack(host, until)

    def _host(self, host: str) -> _Host:
        key = host.lower()
        if key not in self._hosts:
            self._hosts[key] = _Host(self._refusal_limit(key))
        return self._hosts[key]

    def _recent(self, host: str) -> deque[float]:
        refusals = self._host(host).refusals
        oldest = self._clock.now() - self._window
        while refusals and refusals[0] <= oldest:
            refusals.popleft()
        return refusals
