"""How fast the desk asks the token endpoints: one request after the other at each, never more than so many a minute.

Who needs a token for a check now goes before those who renew ahead of time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.engine.agenda import Agenda, Appointment
from mailbox_desk.engine.ports import Clock

Turn = asyncio.Future[None]


@dataclass(slots=True)
class _Endpoint:
    """`free_at`: seconds of the clock that never goes back. Both lines are in the order of coming."""

    free_at: float = 0.0
    urgent: dict[str, Turn] = field(default_factory=dict)
    patient: dict[str, Turn] = field(default_factory=dict)
    timer: Appointment | None = None


class Pace:
    """`per_minute` says how many requests a minute an endpoint may get."""

    def __init__(self, clock: Clock, agenda: Agenda, per_minute: Callable[[str], int]) -> None:
        self._clock, self._agenda, self._per_minute = clock, agenda, per_minute
        self._endpoints: dict[str, _Endpoint] = {}

    async def turn(self, endpoint: str, who: str, *, urgent: bool) -> None:
        """Wait for a turn at this endpoint. `who` names it for `hasten`: one turn a name at a time."""
        state = self._state(endpoint)
        turn: Turn = asyncio.get_running_loop().create_future()
        line = state.urgent if urgent else state.patient
        line[who] = turn
        self._serve(endpoint)
        try:
            await turn
        finally:
            for each in (state.urgent, state.patient):
                if each.get(who) is turn:
                    del each[who]

    def hasten(self, who: str) -> None:
        """Who waits patiently, if anywhere, is in a hurry now."""
        for state in self._endpoints.values():
            turn = state.patient.pop(who, None)
            if turn is not None:
                state.urgent[who] = turn

    def hold(self, endpoint: str, seconds: float) -> None:
        """The endpoint asked for a rest."""
        state = self._state(endpoint)
        state.free_at = max(state.free_at, self._clock.monotonic() + seconds)

    def _serve(self, endpoint: str) -> None:
        state, now = self._state(endpoint), self._clock.monotonic()
        while (state.urgent or state.patient) and state.free_at <= now:
            line = state.urgent or state.patient
            turn = line.pop(next(iter(line)))
            if not turn.done():
                turn.set_result(None)
                state.free_at = now + 60.0 / self._per_minute(endpoint)
        if (state.urgent or state.patient) and state.timer is None:
            state.timer = self._agenda.after(state.free_at - now, lambda: self._come_due(endpoint))

    def _come_due(self, endpoint: str) -> None:
        self._state(endpoint).timer = None
        self._serve(endpoint)

    def _state(self, endpoint: str) -> _Endpoint:
        return self._endpoints.setdefault(endpoint, _Endpoint())
