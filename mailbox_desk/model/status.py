"""The law: how a mailbox's state moves. One table, one function; an absent pair raises.

Everything that moves state lives here; who calls step() is one asyncio task a mailbox (engine.watcher).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.cause import CAUSES, Cause
from mailbox_desk.model.verdict import Half, State, Veil, VeilReason, Verdict


class EventKind(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    CONFIRMED = "confirmed"
    REJUDGED = "rejudged"
    SECRET_REPLACED = "secret_replaced"
    SERVERS_CHANGED = "servers_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    BLINDED = "blinded"
    SIGHTED = "sighted"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `half` None means both; `resting` says that a twice refused secret stays unused."""

    kind: EventKind
    half: Half | None = None
    cause: Cause | None = None
    resting: bool = False
    veil: Veil | None = None


class Move(StrEnum):
    """What a pair of the table does to a verdict besides naming the next one."""

    STAND = "stand"
    BY_CAUSE = "by_cause"
    BY_CAUSE_IF_GRAVER = "by_cause_if_graver"


class IllegalMove(Exception):
    """An event that the law does not know for this verdict: a fault of ours, never of a server."""


_VEIL_ROW: Final = {
    EventKind.PAUSED: Move.STAND,
    EventKind.RESUMED: Move.STAND,
    EventKind.BLINDED: Move.STAND,
    EventKind.SIGHTED: Move.STAND,
}
_TABLE: dict[Verdict, dict[EventKind, Verdict | Move]] = {
    Verdict.CHECKING: {
        EventKind.PASSED: Verdict.CONNECTED,
        EventKind.FAILED: Verdict.SUSPECT,
        EventKind.SECRET_REPLACED: Move.STAND,
        EventKind.SERVERS_CHANGED: Move.STAND,
        **_VEIL_ROW,
    },
    Verdict.CONNECTED: {
        EventKind.PASSED: Move.STAND,
        EventKind.FAILED: Verdict.SUSPECT,
        EventKind.SECRET_REPLACED: Move.STAND,
        EventKind.SERVERS_CHANGED: Move.STAND,
        **_VEIL_ROW,
    },
    Verdict.SUSPECT: {
        EventKind.PASSED: Verdict.CONNECTED,
        EventKind.FAILED: Move.STAND,
        EventKind.CONFIRMED: Move.BY_CAUSE,
        EventKind.REJUDGED: Move.BY_CAUSE,
        EventKind.SECRET_REPLACED: Move.STAND,
        EventKind.SERVERS_CHANGED: Move.STAND,
        **_VEIL_ROW,
    },
    Verdict.RECONNECTING: {
        EventKind.PASSED: Verdict.CONNECTED,
        EventKind.FAILED: Move.STAND,
        EventKind.CONFIRMED: Move.BY_CAUSE,
        EventKind.REJUDGED: Move.BY_CAUSE,
        EventKind.SECRET_REPLACED: Move.STAND,
        EventKind.SERVERS_CHANGED: Move.STAND,
        **_VEIL_ROW,
    },
    Verdict.NEEDS_YOU: {
        EventKind.PASSED: Verdict.CONNECTED,
        EventKind.FAILED: Move.STAND,
        # A dead line says nothing of the suspended account behind it: only a new need replaces the old one.
        EventKind.CONFIRMED: Move.BY_CAUSE_IF_GRAVER,
        EventKind.REJUDGED: Move.BY_CAUSE,
        # The person has acted; until the server answered, it is the desk's turn.
        EventKind.SECRET_REPLACED: Verdict.RECONNECTING,
        EventKind.SERVERS_CHANGED: Verdict.RECONNECTING,
        **_VEIL_ROW,
    },
}
TRANSITIONS: Mapping[Verdict, Mapping[EventKind, Verdict | Move]] = MappingProxyType(
    {verdict: MappingProxyType(row) for verdict, row in _TABLE.items()}
)


def step(state: State, event: Event) -> State:
    """The state after `event`. Raises IllegalMove where the table has no such pair for a half that is on."""
    halves = {half: _judged(state.of(half), half, event) for half in Half}
    return State(halves[Half.RECEIVING], halves[Half.SENDING], _veils_after(state.veils, event))


def leads_to(cause: Cause, *, resting: bool) -> Verdict | VeilReason:
    """Where a confirmed failure leads. A resting secret is not retried, so only a person can mend it."""
    then = CAUSES[cause].then
    return Verdict.NEEDS_YOU if resting and then is Verdict.RECONNECTING else then


def _judged(verdict: Verdict | None, half: Half, event: Event) -> Verdict | None:
    if verdict is None or event.half not in (None, half):
        return verdict
    move = TRANSITIONS[verdict].get(event.kind)
    if move is None:
        raise IllegalMove(f"{verdict.value} knows no {event.kind.value}")
    if _veil_of_cause(event) is not None:
        return verdict
    match move:
        case Verdict():
            return move
        case Move.STAND:
            return verdict
        case Move.BY_CAUSE | Move.BY_CAUSE_IF_GRAVER:
            return _by_cause(verdict, event, only_graver=move is Move.BY_CAUSE_IF_GRAVER)


def _by_cause(verdict: Verdict, event: Event, *, only_graver: bool) -> Verdict:
    if event.cause is None:
        raise IllegalMove(f"{event.kind.value} names no cause")
    then = leads_to(event.cause, resting=event.resting)
    if not isinstance(then, Verdict) or (only_graver and then.gravity < verdict.gravity):
        return verdict
    return then


def _veil_of_cause(event: Event) -> Veil | None:
    if event.cause is None or event.kind not in (EventKind.FAILED, EventKind.CONFIRMED, EventKind.REJUDGED):
        return None
    then = CAUSES[event.cause].then
    return Veil(then) if isinstance(then, VeilReason) else None


def _veils_after(veils: frozenset[Veil], event: Event) -> frozenset[Veil]:
    added = _veil_of_cause(event)
    match event.kind:
        case EventKind.PAUSED | EventKind.BLINDED:
            if event.veil is None or event.veil.kind.value != _KIND_WANTED[event.kind]:
                raise IllegalMove(f"{event.kind.value} needs a veil of its own kind")
            added = event.veil
        case EventKind.RESUMED | EventKind.SIGHTED:
            if event.veil is None:
                raise IllegalMove(f"{event.kind.value} must name the veil it lifts")
            return _without(veils, event.veil.reason)
        case _:
            pass
    return veils if added is None else _without(veils, added.reason) | {added}


_KIND_WANTED: Final = {EventKind.PAUSED: "PAUSED", EventKind.BLINDED: "BLIND"}


def _without(veils: frozenset[Veil], reason: VeilReason) -> frozenset[Veil]:
    return frozenset(veil for veil in veils if veil.reason is not reason)


def switched(state: State, half: Half, *, on: bool) -> State:
    """The state with a half switched on (then it is CHECKING) or off. Servers are set up, not judged, by this."""
    now = state.of(half)
    wanted = (now or Verdict.CHECKING) if on else None
    return replace(state, receiving=wanted) if half is Half.RECEIVING else replace(state, sending=wanted)
