"""One mailbox throttled at a provider slows the rounds of all its mailboxes, and of nobody else's."""

from __future__ import annotations

from mailbox_desk.engine.throttle import EASES_AFTER, Throttle
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Held
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import HOUR, Lab, accept


def test_it_slows_by_levels_and_eases_by_levels() -> None:
    throttle, now = Throttle(), 0.0
    assert throttle.factor("google", now) == 1.0
    for expected in (2.0, 4.0, 8.0, 8.0):
        now += 100.0
        throttle.throttled("google", now)
        assert throttle.factor("google", now) == expected
    assert throttle.factor("zoho", now) == 1.0
    assert [throttle.factor("google", now + step * EASES_AFTER) for step in (0.9, 1, 2, 3, 4)] == [8, 4, 2, 1, 1]
    assert throttle.factor("google", now) == 1.0, "what has eased is forgotten"


def test_a_burst_is_one_throttling() -> None:
    throttle = Throttle()
    for second in range(50):
        throttle.throttled("google", float(second))
    assert throttle.factor("google", 50.0) == 2.0


def throttled(errand: Errand) -> Failure:
    return Failure(errand.half, Step.SIGN_IN, FailureKind.TEMPORARY, "too_many_logins")


async def test_the_others_at_the_provider_come_less_often_and_the_pane_says_until_when(lab: Lab) -> None:
    users = [f"g{number}" for number in range(4)]
    for user in (*users, "z"):
        lab.mailbox(user, sending=False, host=f"{user}.example", provider="google" if user != "z" else "zoho")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    usual = lab.servers.visits.count(("g1", Half.RECEIVING))
    lab.servers.set("g0", throttled)
    await lab.clock.pass_by(HOUR)
    slowed = lab.servers.visits.count(("g1", Half.RECEIVING)) - usual
    assert slowed <= usual * 0.67
    assert lab.servers.visits.count(("z", Half.RECEIVING)) >= 2 * usual - 2, "another provider is not slowed"
    lab.engine.check_now([MailboxId("g2")])
    await lab.clock.pass_by(1)
    assert (lab.snapshot("g2").standing.last_checked or 0) >= lab.clock.now() - 2, "a person is not held back"
    seen = [each for each in lab.seen if each.held is Held.THROTTLE]
    assert {each.mailbox.provider for each in seen} == {"google"}
    assert all(each.held_until is not None and each.shown.value == "CONNECTED" for each in seen if each.id != "g0")
    lab.servers.set("g0", accept)
    lab.engine.check_now([MailboxId("g0")])
    await lab.clock.pass_by(4 * HOUR)
    before = lab.servers.visits.count(("g1", Half.RECEIVING))
    await lab.clock.pass_by(HOUR)
    assert lab.servers.visits.count(("g1", Half.RECEIVING)) - before >= usual - 2, "it eases by itself"
