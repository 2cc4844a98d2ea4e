"""Hosts that refuse good secrets: who is on trial, who tries, and what the servers see of it, over restarts."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from mailbox_desk.engine.trial import group_of, trial_of
from mailbox_desk.model.cause import Actor
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Held
from mailbox_desk.model.trial import Role
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, HOUR, Lab, accept, refuse, unreachable, with_settings

IN, OUT = Half.RECEIVING, Half.SENDING
MINUTE = 60.0
FIVE = [f"u{number}" for number in range(5)]


async def refusing(lab: Lab, users: list[str], *, sending: bool = False, secret: str | None = None) -> None:
    """All of a host were well for an hour, and then their secrets are refused."""
    for user in users:
        lab.mailbox(user, sending=sending, secret=secret or f"pw of {user}")
    await lab.start()
    await lab.clock.pass_by(HOUR + 1)
    for user in users:
        lab.servers.set(user, refuse)


def roles(lab: Lab, users: list[str]) -> Counter[str]:
    found = [trial_of(lab.snapshot(user).standing) for user in users]
    return Counter(each[1].role.value for each in found if each is not None)


def probe_of(lab: Lab, users: list[str]) -> str:
    found = {user: trial_of(lab.snapshot(user).standing) for user in users}
    return next(user for user, each in found.items() if each is not None and each[1].role is Role.PROBE)


def refused_in_all(lab: Lab) -> int:
    return sum(lab.servers.refused.values())


async def test_all_are_rejudged_and_one_probe_tries_for_them(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    assert {lab.shown(user) for user in FIVE} == {"RECONNECTING"}
    assert {lab.cause(user) for user in FIVE} == {"provider_outage"}
    assert roles(lab, FIVE) == {"probe": 1, "waits": 4}
    assert len({group_of(lab.snapshot(user).standing) for user in FIVE}) == 1
    assert not any(lab.snapshot(user).standing.receiving.resting for user in FIVE)
    waiting = [lab.snapshot(user) for user in FIVE if lab.snapshot(user).held is not None]
    assert {each.held for each in waiting} == {Held.GOOD_SECRETS}
    assert len(waiting) == 4
    assert len({each.held_until for each in waiting}) == 1


async def test_the_probe_tries_after_5_15_and_60_minutes_and_then_all_need_somebody(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    before, probe = refused_in_all(lab), probe_of(lab, FIVE)
    moments = []
    for _ in range(90):
        was = refused_in_all(lab)
        await lab.clock.pass_by(MINUTE)
        moments += [lab.clock.monotonic()] * (refused_in_all(lab) - was)
    assert [round((later - earlier) / MINUTE) for earlier, later in pairwise(moments)] == [15, 60]
    assert {lab.shown(user) for user in FIVE} == {"NEEDS_YOU"}
    said = [lab.snapshot(user).standing.diagnosis for user in FIVE]
    assert {each.who for each in said if each is not None} == {Actor.ADMIN_OR_PROVIDER}
    assert all(lab.snapshot(user).standing.receiving.resting for user in FIVE)
    await lab.restart()
    await lab.clock.pass_by(7 * DAY)
    assert refused_in_all(lab) == before + 3, "and nobody tries any more"
    assert lab.servers.refused[probe, IN] >= 4


async def test_the_probe_passes_and_the_others_follow_with_one_try_each(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    changed = next(user for user in FIVE if user != probe_of(lab, FIVE))
    for user in FIVE:
        if user != changed:
            lab.servers.set(user, accept)
    before = lab.servers.refused[changed, IN]
    await lab.clock.pass_by(10 * MINUTE)
    assert [lab.shown(user) for user in FIVE if user != changed] == ["CONNECTED"] * 4
    assert lab.shown(changed) == "NEEDS_YOU", "this one was changed meanwhile"
    await lab.restart()
    await lab.clock.pass_by(3 * DAY)
    assert lab.servers.refused[changed, IN] == before + 1
    assert roles(lab, FIVE) == {}
    assert lab.cause(changed) == "credentials_rejected"


@pytest.mark.parametrize(
    ("users", "secret", "worked", "script"),
    [
        (FIVE[:2], None, True, refuse),
        (FIVE, "one for all", True, refuse),
        (FIVE, None, False, refuse),
        (FIVE, None, True, lambda errand: _says(errand, "basic_auth_disabled")),
    ],
    ids=["only two", "the same secret", "never worked", "a text that names another cause"],
)
async def test_no_trial_without_reason(lab: Lab, users: list[str], secret: str, worked: bool, script: object) -> None:
    for user in users:
        lab.mailbox(user, sending=False, secret=secret or user)
        if not worked:
            lab.servers.set(user, script)  # type: ignore[arg-type]  # one of the scripts above
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for user in users:
        lab.servers.set(user, script)  # type: ignore[arg-type]
    await lab.clock.pass_by(DAY)
    assert roles(lab, users) == {}
    assert {lab.shown(user) for user in users} == {"NEEDS_YOU"}
    assert set(lab.servers.refused.values()) == {2}


def _says(errand: Errand, cause: str) -> Failure:
    return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, cause)


async def test_a_few_changed_passwords_among_many_are_each_their_own(lab: Lab) -> None:
    users = [f"m{number:02d}" for number in range(20)]
    for user in users:
        lab.mailbox(user, sending=False, secret=user)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for user in users[:4]:
        lab.servers.set(user, refuse)
    await lab.clock.pass_by(DAY)
    assert lab.servers.refused == {(user, IN): 2 for user in users[:4]}
    assert {lab.shown(user) for user in users[:4]} == {"NEEDS_YOU"}


async def test_both_halves_wait_while_their_one_secret_is_on_trial(lab: Lab) -> None:
    await refusing(lab, FIVE, sending=True)
    await lab.clock.pass_by(6 * MINUTE)
    assert {lab.shown(user) for user in FIVE} == {"RECONNECTING"}
    seen = len(lab.servers.visits)
    await lab.clock.pass_by(2 * MINUTE)
    waiting = [user for user in FIVE if user != probe_of(lab, FIVE)]
    assert not {user for user, _ in lab.servers.visits[seen:]} & set(waiting)
    for user in FIVE:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(10 * MINUTE)
    for user in FIVE:
        standing = lab.snapshot(user).standing
        assert lab.shown(user) == "CONNECTED"
        assert (standing.receiving.refusals, standing.sending.refusals) == (0, 0)


async def test_check_all_leaves_it_alone_and_check_now_is_one_try(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    before = refused_in_all(lab)
    ids = [MailboxId(user) for user in FIVE]
    lab.engine.check_now(ids)
    await lab.clock.settle()
    assert refused_in_all(lab) == before
    user = next(user for user in FIVE if user != probe_of(lab, FIVE))
    lab.engine.check_now([MailboxId(user)])
    await lab.clock.settle()
    assert refused_in_all(lab) == before + 1
    assert lab.shown(user) == "RECONNECTING"
    lab.servers.set(user, accept)
    lab.engine.check_now([MailboxId(user)])
    await lab.clock.settle()
    assert lab.shown(user) == "CONNECTED"
    assert roles(lab, FIVE) == {"last_try": 4}, "the host takes a good secret again"


async def test_a_probe_that_is_removed_paused_or_renewed_has_an_heir(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    first = probe_of(lab, FIVE)
    await lab.engine.remove(MailboxId(first))
    left = [user for user in FIVE if user != first]
    await lab.clock.settle()
    second = probe_of(lab, left)
    await lab.engine.pause([MailboxId(second)], until=None)
    await lab.clock.settle()
    third = probe_of(lab, left)
    assert second != third
    await lab.engine.replace_credential(MailboxId(third), Password(Secret("new")))
    lab.servers.set(third, accept)
    await lab.clock.pass_by(1)
    assert lab.shown(third) == "CONNECTED"
    rest = [user for user in left if user not in (second, third)]
    assert probe_of(lab, rest) in rest
    for user in rest:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.shown(user) for user in rest} == {"CONNECTED"}


async def test_weather_at_the_probe_is_no_refusal(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    for user in FIVE:
        lab.servers.set(user, unreachable)
    before = refused_in_all(lab)
    await lab.clock.pass_by(3 * HOUR)
    assert {lab.shown(user) for user in FIVE} == {"RECONNECTING"}
    for user in FIVE:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in FIVE} == {"CONNECTED"}
    assert refused_in_all(lab) == before


async def test_an_end_amid_its_word_to_the_others_leaves_no_trial_without_a_probe(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(6 * MINUTE)
    probe = probe_of(lab, FIVE)
    await lab.engine.stop()
    del lab.shelf.standings[MailboxId(probe)], lab.shelf.mailboxes[MailboxId(probe)]
    await lab.start()
    left = [user for user in FIVE if user != probe]
    assert roles(lab, left) == {"probe": 1, "waits": 3}
    for user in left:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(10 * MINUTE)
    assert {lab.shown(user) for user in left} == {"CONNECTED"}


async def test_no_digest_and_no_secret_is_ever_stored(lab: Lab) -> None:
    await refusing(lab, FIVE)
    await lab.clock.pass_by(20 * MINUTE)
    kept = repr(lab.shelf.standings) + repr(lab.shelf.refusals) + repr(lab.shelf.kept)
    for user in FIVE:
        mark = lab.engine._desk.good_secrets.mark(Secret(f"pw of {user}"))
        assert f"pw of {user}" not in kept
        assert repr(mark)[2:-1] not in kept
        assert mark.hex() not in kept


@pytest.mark.parametrize("restarts", [0, 2])
async def test_a_host_that_refuses_300_good_secrets_for_an_hour(lab: Lab, restarts: int) -> None:
    dice = random.Random(5)
    lab.dice = dice.random
    users = [f"p{number:03d}" for number in range(300)]
    await refusing(lab, users, sending=True)
    for part in range(restarts + 1):
        await lab.clock.pass_by(HOUR / (restarts + 1))
        if part < restarts:
            await lab.restart()
    during = refused_in_all(lab)
    assert during <= 40, "8 in 10 minutes until the host is in doubt, then the probe alone"
    groups = {group_of(lab.snapshot(user).standing) for user in users} - {None}
    assert len(groups) <= 2, "one for each host: receiving and sending"
    assert "NEEDS_YOU" not in {lab.shown(user) for user in users}
    for user in users:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}, "all back alone"
    assert refused_in_all(lab) == during
    assert not any(lab.snapshot(user).standing.receiving.refusals for user in users)


async def test_a_week_with_changed_passwords_on_five_hosts(lab: Lab) -> None:
    """20 of 200 on four hosts, each refused twice; 5 of 5 on a fifth: twice at most before the trial, three probes."""
    dice = random.Random(11)
    lab.dice = dice.random
    users = [f"w{number:03d}" for number in range(200)]
    fifth = [f"x{number}" for number in range(5)]
    for place, user in enumerate(users):
        lab.mailbox(user, sending=False, secret=user, host=f"h{place % 4}.example")
    for user in fifth:
        lab.mailbox(user, sending=False, secret=user, host="fifth.example")
    lab.settings = with_settings(interval=900.0)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    changed = dice.sample(users, 20)
    for user in (*changed, *fifth):
        lab.servers.set(user, refuse)
    await lab.clock.pass_by(4 * HOUR)
    lab.settings = with_settings(interval=4 * HOUR)
    for _ in range(2):
        await lab.restart()
        await lab.clock.pass_by(3.5 * DAY)
    assert {user: lab.servers.refused[user, IN] for user in changed} == dict.fromkeys(changed, 2)
    at_fifth = [lab.servers.refused[user, IN] for user in fifth]
    assert 5 + 3 <= sum(at_fifth) <= 2 * 5 + 3
    assert {lab.shown(user) for user in (*changed, *fifth)} == {"NEEDS_YOU"}
    others = [user for user in users if user not in changed]
    assert {lab.shown(user) for user in others} == {"CONNECTED"}
    assert sum(lab.servers.refused[user, IN] for user in others) == 0
    assert {lab.cause(user) for user in changed} == {"credentials_rejected"}
    judged = Counter(lab.cause(user) for user in fifth)
    assert judged["provider_outage"] >= 3, "who was tried only after the probe had given up is judged by himself"
    assert set(judged) <= {"provider_outage", "credentials_rejected"}


async def test_a_few_changed_passwords_that_are_seen_first_hold_no_host_on_trial(lab: Lab) -> None:
    """Where sign-ins are rare, the first three that come may all be those whose passwords changed."""
    changed, good = FIVE[:3], [f"g{number}" for number in range(5)]
    for user in (*changed, *good):
        lab.mailbox(user, sending=False, secret=f"pw of {user}")
    lab.settings = with_settings(interval=4 * HOUR)
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    for user in changed:
        lab.servers.set(user, refuse)
        engine.check_now([MailboxId(user)])
    await lab.clock.pass_by(MINUTE)
    assert roles(lab, changed) == {"probe": 1, "waits": 2}
    for user in good[:3]:
        engine.check_now([MailboxId(user)])
    await lab.clock.pass_by(MINUTE)
    assert roles(lab, changed) == {"probe": 1, "waits": 2}, "three passed, three are refused: still in doubt"
    engine.check_now([MailboxId(good[3])])
    await lab.clock.pass_by(MINUTE)
    assert {lab.shown(user) for user in changed} == {"NEEDS_YOU"}
    assert {lab.cause(user) for user in changed} == {"credentials_rejected"}
    refused = refused_in_all(lab)
    await lab.clock.pass_by(7 * DAY)
    assert refused_in_all(lab) == refused <= 2 * len(changed)
    assert {lab.shown(user) for user in good} == {"CONNECTED"}
