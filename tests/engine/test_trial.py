"""One mailbox's part in a trial, purely: it joins, waits, tries and leaves, and no secret rests but at the end."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from mailbox_desk.engine.plan import Wish, halves_to_check, next_due
from mailbox_desk.engine.trial import PROBE_WAITS, given_up, group_of, joined, moved, refused_on_trial, trial_of
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.trial import Role, Trial
from mailbox_desk.model.verdict import Half, Verdict

NOW = 1000.0
IN, OUT = Half.RECEIVING, Half.SENDING
PROBE = Trial("mail.example", NOW, Role.PROBE, NOW + PROBE_WAITS[0], shared=True)
WAITS = replace(PROBE, role=Role.WAITS)


def resting(sending: HalfStanding | None = None) -> Standing:
    """Refused twice, once at each half: both need the person."""
    half = HalfStanding(Verdict.NEEDS_YOU, refusals=1, resting=True, failing_since=1.0, tries=1)
    return Standing(MailboxId("a"), half, sending or half)


def test_those_at_needs_you_are_rejudged_too_and_nothing_rests() -> None:
    standing = joined(resting(), IN, WAITS, 4, NOW)
    assert (standing.receiving.verdict, standing.sending.verdict) == (Verdict.RECONNECTING, Verdict.RECONNECTING)
    for half in Half:
        view = standing.half(half)
        assert (view.refusals, view.resting, view.due) == (0, False, None)
        assert view.diagnosis is not None
        assert view.diagnosis.cause is Cause.PROVIDER_OUTAGE
    assert group_of(standing) == "good-secrets:mail.example:1000"


def test_who_waits_is_tried_by_a_person_alone() -> None:
    standing = joined(resting(), IN, WAITS, 4, NOW)
    assert next_due(standing) is None
    assert halves_to_check(standing, Wish.SCHEDULED, NOW + 1e6) == ()
    assert halves_to_check(standing, Wish.ALL, NOW + 1e6) == ()
    assert halves_to_check(standing, Wish.THIS_ONE, NOW) == (IN, OUT)
    assert refused_on_trial(standing, IN, NOW) == standing


def test_the_probe_is_due_alone_after_5_15_and_60_minutes() -> None:
    standing, now = joined(resting(HalfStanding(Verdict.CONNECTED, due=5.0)), IN, PROBE, 4, NOW), NOW
    for wait in PROBE_WAITS:
        assert next_due(standing) == now + wait
        now += wait
        assert halves_to_check(standing, Wish.SCHEDULED, now) == (IN,), "the other half waits for the one secret"
        standing = refused_on_trial(standing, IN, now)
    assert trial_of(standing) is None
    assert standing.receiving.resting
    assert standing.sending.resting
    assert standing.receiving.diagnosis is not None
    assert standing.receiving.diagnosis.who is Actor.ADMIN_OR_PROVIDER
    assert (standing.receiving.verdict, standing.sending.verdict) == (Verdict.NEEDS_YOU, Verdict.NEEDS_YOU)


def test_news_of_another_trial_is_not_for_this_one() -> None:
    standing = joined(resting(), IN, WAITS, 4, NOW)
    last_try = replace(WAITS, role=Role.LAST_TRY, until=NOW + 9)
    assert moved(standing, replace(last_try, began=1.0)) == standing
    standing = moved(standing, last_try)
    assert next_due(standing) == NOW + 9
    assert given_up(resting(), 3, NOW) == resting(), "no part in any trial"


def test_a_last_try_that_is_refused_rests_at_once() -> None:
    standing = moved(joined(resting(), IN, WAITS, 4, NOW), replace(WAITS, role=Role.LAST_TRY))
    standing = refused_on_trial(standing, IN, NOW)
    assert standing.receiving.resting
    assert standing.state.verdict is Verdict.NEEDS_YOU


def test_it_is_kept_as_it_is_and_older_stores_are_read() -> None:
    standing = joined(resting(), IN, PROBE, 4, NOW)
    body = msgspec.json.encode(standing)
    assert msgspec.json.decode(body, type=Standing) == standing
    older = msgspec.json.decode(body)
    for half in ("receiving", "sending"):
        del older[half]["trial"], older[half]["well_since"]
    assert trial_of(msgspec.convert(older, Standing)) is None
