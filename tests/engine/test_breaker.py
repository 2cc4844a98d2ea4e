"""The breaker of a host: a table, what counts as like failures, and the engine that keeps to it."""

from __future__ import annotations

from itertools import product

import pytest

from mailbox_desk.engine.breaker import LIKE_FAILURES, TURNS, Breakers, Circuit, Sign
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Held
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import HOUR, Lab, accept, busy, refuse

IN = Half.RECEIVING
HOST = "mail.example"
USERS = [f"u{number}" for number in range(12)]


def fault(kind: FailureKind, step: Step = Step.GREETING) -> Failure:
    return Failure(IN, step, kind, "x")


def failing(*users: str, breakers: Breakers | None = None, kind: FailureKind = FailureKind.TEMPORARY) -> Breakers:
    breakers = breakers or Breakers()
    for user in users:
        breakers.noted(IN, HOST, MailboxId(user), fault(kind))
    return breakers


def test_the_table_has_every_pair() -> None:
    assert set(TURNS) == set(product(Circuit, Sign))


def test_the_fifth_like_failure_makes_its_mailbox_the_probe() -> None:
    assert failing(*USERS[: LIKE_FAILURES - 1]).probe(IN, HOST) is None
    breakers = failing(*USERS[:LIKE_FAILURES])
    assert breakers.probe(IN, HOST.upper()) == USERS[4]
    assert breakers.probe(Half.SENDING, HOST) is None
    assert breakers.probe(IN, "other.example") is None


def test_one_mailbox_that_fails_five_times_says_nothing_of_its_host() -> None:
    assert failing(*(["u0"] * 20)).probe(IN, HOST) is None


def test_another_kind_of_failure_is_counted_anew() -> None:
    breakers = failing(*USERS[:4])
    failing(*USERS[4:8], breakers=breakers, kind=FailureKind.CLOSED)
    assert breakers.probe(IN, HOST) is None
    failing(USERS[8], breakers=breakers, kind=FailureKind.CLOSED)
    assert breakers.probe(IN, HOST) == USERS[8]


@pytest.mark.parametrize(
    "answer",
    [None, fault(FailureKind.REFUSED, Step.SIGN_IN), fault(FailureKind.UNTRUSTED, Step.TLS)],
    ids=["passed", "refused", "untrusted"],
)
def test_a_host_that_answers_closes_it_and_clears_the_count(answer: Failure | None) -> None:
    breakers = failing(*USERS[:5])
    breakers.noted(IN, HOST, MailboxId("u9"), answer)
    assert breakers.probe(IN, HOST) is None
    assert failing(*USERS[:4], breakers=breakers).probe(IN, HOST) is None


def test_while_open_whatever_fails_changes_nothing() -> None:
    breakers = failing(*USERS[:5])
    failing(*USERS[5:], breakers=breakers, kind=FailureKind.TIMED_OUT)
    assert breakers.probe(IN, HOST) == USERS[4]


def test_who_takes_over_is_the_probe_and_only_of_an_open_one() -> None:
    breakers = failing(*USERS[:5])
    breakers.take_over(IN, HOST, MailboxId("u0"))
    assert breakers.probe(IN, HOST) == "u0"
    breakers.reset()
    breakers.take_over(IN, HOST, MailboxId("u0"))
    assert breakers.probe(IN, HOST) is None


def visits(lab: Lab, user: str) -> int:
    return lab.servers.visits.count((user, IN))


async def down(lab: Lab) -> None:
    """Twelve mailboxes at a host that has been down for an hour, and one that is well elsewhere."""
    for user in USERS:
        lab.mailbox(user, sending=False)
    lab.mailbox("well", sending=False, host="well.example")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for user in USERS:
        lab.servers.set(user, busy)
    await lab.clock.pass_by(HOUR)


async def test_one_probe_stands_for_all_and_the_pane_says_so(lab: Lab) -> None:
    await down(lab)
    assert {lab.shown(user) for user in USERS} == {"RECONNECTING"}, "each was seen down by a check of its own"
    held = [user for user in USERS if lab.snapshot(user).held is Held.BREAKER]
    assert len(held) == 11
    before = {user: visits(lab, user) for user in USERS}
    await lab.clock.pass_by(4 * HOUR)
    tries = {user: visits(lab, user) - before[user] for user in USERS}
    assert 8 <= sum(tries.values()) <= 20, "as many as one alone would have made"
    assert sum(count > 0 for count in tries.values()) >= 6, "each time another's turn"
    still = [user for user in USERS if lab.snapshot(user).held is Held.BREAKER]
    assert len(still) >= 11
    assert all((lab.snapshot(user).held_until or 0.0) > lab.clock.now() for user in still)
    assert lab.shown("well") == "CONNECTED"


async def test_a_probe_with_a_trouble_of_its_own_holds_up_nobody(lab: Lab) -> None:
    await down(lab)
    (probe,) = (user for user in USERS if lab.snapshot(user).held is not Held.BREAKER)
    for user in USERS:
        if user != probe:
            lab.servers.set(user, accept)
    await lab.clock.pass_by(2 * HOUR)
    assert {user for user in USERS if lab.shown(user) != "CONNECTED"} == {probe}


async def test_the_host_is_back_and_all_follow_within_a_while(lab: Lab) -> None:
    await down(lab)
    for user in USERS:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(HOUR / 2 + 80)
    assert {lab.shown(user) for user in USERS} == {"CONNECTED"}
    assert {lab.snapshot(user).held for user in USERS} == {None}


async def test_a_person_is_never_held_back_and_his_success_ends_it(lab: Lab) -> None:
    await down(lab)
    user = next(user for user in USERS if lab.snapshot(user).held is Held.BREAKER)
    before = visits(lab, user)
    lab.engine.check_now([MailboxId(user)])
    await lab.clock.settle()
    assert visits(lab, user) == before + 1
    for each in USERS:
        lab.servers.set(each, accept)
    lab.engine.check_now([MailboxId(user)])
    await lab.clock.settle()
    assert lab.shown(user) == "CONNECTED"
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(each) for each in USERS} == {"CONNECTED"}


async def test_a_probe_that_is_paused_or_removed_has_an_heir(lab: Lab) -> None:
    await down(lab)
    for _ in range(2):
        probe = next(user for user in USERS if user in lab.engine.ids and lab.snapshot(user).held is None)
        await lab.engine.pause([MailboxId(probe)], until=None)
        await lab.clock.pass_by(HOUR)
        running = [user for user in USERS if lab.shown(user) == "RECONNECTING"]
        assert len([user for user in running if lab.snapshot(user).held is None]) == 1
    probe = next(user for user in running if lab.snapshot(user).held is None)
    await lab.engine.remove(MailboxId(probe))
    running.remove(probe)
    for user in running:
        lab.servers.set(user, accept)
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.shown(user) for user in running} == {"CONNECTED"}


async def test_our_own_network_opens_no_breaker(lab: Lab) -> None:
    for user in USERS:
        lab.mailbox(user, sending=False, host=f"h{int(user[1:]) % 3}.example")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.unreachable_hosts = {f"h{number}.example" for number in range(3)}
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in USERS} == {"BLIND"}
    lab.servers.unreachable_hosts = set()
    await lab.clock.pass_by(30)
    assert {lab.shown(user) for user in USERS} == {"CONNECTED"}


async def test_refusals_open_no_breaker(lab: Lab) -> None:
    for user in USERS:
        lab.mailbox(user, sending=False)
        lab.servers.set(user, refuse)
    await lab.start()
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.snapshot(user).held for user in USERS} == {None}
