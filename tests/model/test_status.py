"""The law, walked pair by pair: every verdict with every event, every cause, every veil."""

from __future__ import annotations

from itertools import product

import pytest

from mailbox_desk.model.cause import CAUSES, Actor, Cause, RetryKind
from mailbox_desk.model.status import TRANSITIONS, Event, EventKind, IllegalMove, leads_to, step, switched
from mailbox_desk.model.verdict import Half, Shown, State, Veil, VeilKind, VeilReason, Verdict

BLIND, PAUSED = Veil(VeilReason.OFFLINE), Veil(VeilReason.BY_PERSON, until=60.0)
VEIL_OF = {
    EventKind.PAUSED: PAUSED,
    EventKind.RESUMED: PAUSED,
    EventKind.BLINDED: BLIND,
    EventKind.SIGHTED: BLIND,
}
JUDGING = (EventKind.FAILED, EventKind.CONFIRMED, EventKind.REJUDGED)

# The law once more, in the words of the plan: what a person would expect of each pair (None: no such move).
EXPECTED: dict[tuple[Verdict, EventKind], Verdict | str | None] = {
    (Verdict.CHECKING, EventKind.PASSED): Verdict.CONNECTED,
    (Verdict.CHECKING, EventKind.FAILED): Verdict.SUSPECT,
    (Verdict.CHECKING, EventKind.CONFIRMED): None,
    (Verdict.CHECKING, EventKind.REJUDGED): None,
    (Verdict.CONNECTED, EventKind.PASSED): Verdict.CONNECTED,
    (Verdict.CONNECTED, EventKind.FAILED): Verdict.SUSPECT,
    (Verdict.CONNECTED, EventKind.CONFIRMED): None,
    (Verdict.CONNECTED, EventKind.REJUDGED): None,
    (Verdict.SUSPECT, EventKind.PASSED): Verdict.CONNECTED,
    (Verdict.SUSPECT, EventKind.FAILED): Verdict.SUSPECT,
    (Verdict.SUSPECT, EventKind.CONFIRMED): "cause",
    (Verdict.SUSPECT, EventKind.REJUDGED): "cause",
    (Verdict.RECONNECTING, EventKind.PASSED): Verdict.CONNECTED,
    (Verdict.RECONNECTING, EventKind.FAILED): Verdict.RECONNECTING,
    (Verdict.RECONNECTING, EventKind.CONFIRMED): "cause",
    (Verdict.RECONNECTING, EventKind.REJUDGED): "cause",
    (Verdict.NEEDS_YOU, EventKind.PASSED): Verdict.CONNECTED,
    (Verdict.NEEDS_YOU, EventKind.FAILED): Verdict.NEEDS_YOU,
    (Verdict.NEEDS_YOU, EventKind.CONFIRMED): Verdict.NEEDS_YOU,
    (Verdict.NEEDS_YOU, EventKind.REJUDGED): "cause",
}
for _verdict in Verdict:
    _after_person = Verdict.RECONNECTING if _verdict is Verdict.NEEDS_YOU else _verdict
    EXPECTED[_verdict, EventKind.SECRET_REPLACED] = _after_person
    EXPECTED[_verdict, EventKind.SERVERS_CHANGED] = _after_person
    for _kind in VEIL_OF:
        EXPECTED[_verdict, _kind] = _verdict


def event_of(kind: EventKind, cause: Cause) -> Event:
    return Event(kind, cause=cause if kind in JUDGING else None, veil=VEIL_OF.get(kind))


@pytest.mark.parametrize(("verdict", "kind", "cause"), list(product(Verdict, EventKind, Cause)))
def test_every_pair_of_the_law(verdict: Verdict, kind: EventKind, cause: Cause) -> None:
    expected = EXPECTED[verdict, kind]
    state = State(verdict, None)
    if expected is None:
        with pytest.raises(IllegalMove):
            step(state, event_of(kind, cause))
        assert kind not in TRANSITIONS[verdict]
        return
    after = step(state, event_of(kind, cause))
    then = CAUSES[cause].then
    if kind in JUDGING and isinstance(then, VeilReason):
        assert after.receiving is verdict
        assert {veil.reason for veil in after.veils} == {then}
    elif expected == "cause":
        assert after.receiving is then
    else:
        assert after.receiving is expected
    assert after.sending is None


def test_the_table_names_no_pair_beyond_the_expected() -> None:
    assert {(verdict, kind) for verdict, row in TRANSITIONS.items() for kind in row} == {
        pair for pair, expected in EXPECTED.items() if expected is not None
    }


def test_a_resting_secret_is_never_called_reconnecting() -> None:
    for cause in Cause:
        assert leads_to(cause, resting=True) is not Verdict.RECONNECTING
    after = step(State(Verdict.SUSPECT, None), Event(EventKind.CONFIRMED, cause=Cause.SERVER_BUSY, resting=True))
    assert after.receiving is Verdict.NEEDS_YOU


@pytest.mark.parametrize(("receiving", "sending"), list(product([*Verdict, None], [*Verdict, None])))
def test_the_worse_half_is_shown(receiving: Verdict | None, sending: Verdict | None) -> None:
    order = [Verdict.NEEDS_YOU, Verdict.RECONNECTING, Verdict.SUSPECT, Verdict.CHECKING, Verdict.CONNECTED]
    on = [verdict for verdict in (receiving, sending) if verdict]
    expected = next((verdict for verdict in order if verdict in on), Verdict.CHECKING)
    assert State(receiving, sending).shown.value == expected.value


def test_an_event_moves_only_its_half() -> None:
    after = step(State(Verdict.CHECKING, Verdict.CHECKING), Event(EventKind.PASSED, Half.SENDING))
    assert (after.receiving, after.sending) == (Verdict.CHECKING, Verdict.CONNECTED)


def test_veils_lift_alone_and_the_verdict_stands_again() -> None:
    state = State(Verdict.CONNECTED, None)
    for veil in (BLIND, Veil(VeilReason.VAULT_LOCKED)):
        state = step(state, Event(EventKind.BLINDED, veil=veil))
    state = step(state, Event(EventKind.PAUSED, veil=PAUSED))
    assert state.shown is Shown.PAUSED
    state = step(state, Event(EventKind.RESUMED, veil=PAUSED))
    assert state.shown is Shown.BLIND
    state = step(state, Event(EventKind.SIGHTED, veil=BLIND))
    assert state.shown is Shown.BLIND
    state = step(state, Event(EventKind.SIGHTED, veil=Veil(VeilReason.VAULT_LOCKED)))
    assert state.shown is Shown.CONNECTED


def test_a_second_veil_of_one_reason_replaces_the_first() -> None:
    state = step(State(Verdict.CONNECTED, None), Event(EventKind.PAUSED, veil=PAUSED))
    longer = Veil(VeilReason.BY_PERSON, until=99.0)
    assert step(state, Event(EventKind.PAUSED, veil=longer)).veils == {longer}


@pytest.mark.parametrize("kind", [EventKind.PAUSED, EventKind.BLINDED, EventKind.RESUMED, EventKind.SIGHTED])
def test_veil_events_must_name_their_veil(kind: EventKind) -> None:
    with pytest.raises(IllegalMove):
        step(State(Verdict.CONNECTED, None), Event(kind))


def test_a_pause_is_not_made_of_blindness() -> None:
    with pytest.raises(IllegalMove):
        step(State(Verdict.CONNECTED, None), Event(EventKind.PAUSED, veil=BLIND))


def test_confirmed_must_name_a_cause() -> None:
    with pytest.raises(IllegalMove):
        step(State(Verdict.SUSPECT, None), Event(EventKind.CONFIRMED))


def test_switching_halves() -> None:
    state = State(Verdict.CONNECTED, None)
    assert switched(state, Half.SENDING, on=True).sending is Verdict.CHECKING
    assert switched(state, Half.RECEIVING, on=True).receiving is Verdict.CONNECTED
    assert switched(state, Half.RECEIVING, on=False).receiving is None


def test_every_cause_has_its_row_and_every_reason_its_kind() -> None:
    assert set(CAUSES) == set(Cause)
    assert all(isinstance(reason.kind, VeilKind) for reason in VeilReason)
    for cause, row in CAUSES.items():
        if row.then is Verdict.RECONNECTING:
            assert row.retry.kind is not RetryKind.NEVER, f"{cause}: nothing would ever mend it"
            assert row.who is not Actor.YOU
        assert list(row.retry.waits) == sorted(row.retry.waits)
