"""The rule that protects accounts, kept to the letter: counted at the servers, over weeks and restarts."""

from __future__ import annotations

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, HOUR, Lab, accept, busy, refuse, unreachable, with_settings

IN, OUT = Half.RECEIVING, Half.SENDING


async def test_a_shared_wrong_secret_is_sent_once_at_each_protocol_in_a_week_with_restarts(lab: Lab) -> None:
    lab.mailbox("ann")
    lab.servers.set("ann", refuse)
    await lab.start()
    await lab.clock.pass_by(90)
    assert lab.shown("ann") == "SUSPECT"
    assert lab.servers.refused == {("ann", IN): 1}
    await lab.restart()
    for _ in range(3):
        await lab.clock.pass_by(2 * DAY + 8 * HOUR)
        await lab.restart()
    assert lab.servers.refused == {("ann", IN): 1, ("ann", OUT): 1}
    assert lab.servers.visits == [("ann", IN), ("ann", OUT)]
    assert (lab.shown("ann"), lab.cause("ann")) == ("NEEDS_YOU", "credentials_rejected")
    assert lab.snapshot("ann").standing.receiving.resting
    assert lab.snapshot("ann").standing.sending.resting


async def test_a_mailbox_that_only_receives_is_refused_twice_at_the_same_place(lab: Lab) -> None:
    lab.mailbox("bob", sending=False)
    lab.servers.set("bob", refuse)
    await lab.start()
    for _ in range(3):
        await lab.clock.pass_by(2 * DAY)
        await lab.restart()
    assert lab.servers.refused == {("bob", IN): 2}
    assert lab.history("bob")[:3] == ["CHECKING", "SUSPECT", "NEEDS_YOU"]


async def test_the_second_opinion_comes_after_two_to_five_minutes(lab: Lab) -> None:
    lab.mailbox("bob", sending=False)
    lab.servers.set("bob", refuse)
    await lab.start()
    await lab.clock.pass_by(119)
    assert lab.servers.refused == {("bob", IN): 1}
    await lab.clock.pass_by(182)
    assert lab.servers.refused == {("bob", IN): 2}


async def test_accepted_at_the_other_protocol_only_the_refusing_half_is_down(lab: Lab) -> None:
    lab.mailbox("cat")
    lab.servers.set("cat", refuse, IN)
    await lab.start()
    await lab.clock.pass_by(HOUR / 6)
    standing = lab.snapshot("cat").standing
    assert (lab.shown("cat"), lab.cause("cat")) == ("NEEDS_YOU", "protocol_disabled")
    assert standing.sending.verdict is not None
    assert standing.sending.verdict.value == "CONNECTED"
    assert not standing.receiving.resting
    await lab.clock.pass_by(2 * DAY)
    await lab.restart()
    await lab.clock.pass_by(5 * DAY)
    assert lab.servers.refused == {("cat", IN): 2}
    assert lab.snapshot("cat").standing.receiving.resting
    assert not lab.snapshot("cat").standing.sending.resting
    assert lab.servers.visits.count(("cat", OUT)) > 1000


async def test_sending_refused_receiving_accepted(lab: Lab) -> None:
    lab.mailbox("dan")
    lab.servers.set("dan", refuse, OUT)
    await lab.start()
    await lab.clock.pass_by(3 * DAY)
    assert lab.servers.refused == {("dan", OUT): 2}
    standing = lab.snapshot("dan").standing
    assert standing.sending.resting
    assert not standing.receiving.resting
    assert standing.receiving.verdict is not None
    assert standing.receiving.verdict.value == "CONNECTED"


async def test_two_secrets_are_counted_apart(lab: Lab) -> None:
    lab.mailbox("eve", other="another")
    lab.servers.set("eve", refuse)
    await lab.start()
    await lab.clock.pass_by(3 * DAY)
    assert lab.servers.refused == {("eve", IN): 2, ("eve", OUT): 2}


async def test_a_second_opinion_that_cannot_be_had_there_is_asked_here(lab: Lab) -> None:
    lab.mailbox("fay")
    lab.servers.set("fay", refuse, IN)
    lab.servers.set("fay", busy, OUT)
    await lab.start()
    await lab.clock.pass_by(3 * DAY)
    assert lab.servers.refused == {("fay", IN): 2}
    assert lab.snapshot("fay").standing.receiving.resting


async def test_check_all_leaves_a_resting_secret_alone_and_check_now_tries_once(lab: Lab) -> None:
    lab.mailbox("gus", sending=False)
    lab.mailbox("hal", sending=False)
    lab.servers.set("gus", refuse)
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.servers.refused["gus", IN] == 2
    engine.check_now([MailboxId("gus"), MailboxId("hal")])
    await lab.clock.pass_by(10)
    assert lab.servers.refused["gus", IN] == 2
    engine.check_now([MailboxId("gus")])
    await lab.clock.pass_by(HOUR)
    assert lab.servers.refused["gus", IN] == 3
    assert lab.shown("gus") == "NEEDS_YOU"
    lab.servers.set("gus", accept)
    engine.check_now([MailboxId("gus")])
    await lab.clock.pass_by(1)
    assert lab.shown("gus") == "CONNECTED"
    assert lab.snapshot("gus").standing.receiving.refusals == 0


async def test_a_round_leaves_a_resting_secret_alone(lab: Lab) -> None:
    lab.mailbox("gus", sending=False)
    lab.servers.set("gus", refuse)
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    told = [snapshot.shown.value async for snapshot in engine.round()]
    assert told == ["NEEDS_YOU"]
    assert lab.servers.refused["gus", IN] == 2


async def test_check_now_while_in_doubt_is_the_second_opinion(lab: Lab) -> None:
    lab.mailbox("ida")
    lab.servers.set("ida", refuse)
    engine = await lab.start()
    assert lab.shown("ida") == "SUSPECT"
    engine.check_now([MailboxId("ida")])
    await lab.clock.settle()
    assert lab.shown("ida") == "NEEDS_YOU"
    await lab.clock.pass_by(DAY)
    assert lab.servers.refused == {("ida", IN): 1, ("ida", OUT): 1}


async def test_a_success_clears_the_count(lab: Lab) -> None:
    lab.mailbox("joe", sending=False)
    lab.servers.set("joe", refuse)
    await lab.start()
    assert lab.shown("joe") == "SUSPECT"
    lab.servers.set("joe", accept)
    await lab.clock.pass_by(400)
    assert lab.shown("joe") == "CONNECTED"
    assert lab.snapshot("joe").standing.receiving.refusals == 0
    assert lab.incidents == []


async def test_a_new_secret_is_tried_at_once_and_counts_anew(lab: Lab) -> None:
    lab.mailbox("kim")
    lab.servers.set("kim", refuse)
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("kim", accept)
    await engine.replace_credential(MailboxId("kim"), Password(Secret("new")))
    await lab.clock.pass_by(2)
    assert lab.shown("kim") == "CONNECTED"
    assert [incident.is_open for incident in lab.incidents] == [True, False]


async def test_a_refusal_amid_trouble_still_waits_for_its_second_opinion(lab: Lab) -> None:
    lab.mailbox("lee", sending=False)
    lab.servers.set("lee", unreachable)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("lee") == "RECONNECTING"
    lab.servers.set("lee", refuse)
    await lab.clock.pass_by(15 * 60)
    await lab.clock.pass_by(3 * DAY)
    assert lab.servers.refused == {("lee", IN): 2}
    assert (lab.shown("lee"), lab.cause("lee")) == ("NEEDS_YOU", "credentials_rejected")


async def test_a_host_sees_at_most_eight_refusals_in_ten_minutes(lab: Lab) -> None:
    users = [f"user{number:02d}" for number in range(30)]
    for user in users:
        lab.mailbox(user, sending=False)
        lab.servers.set(user, refuse)
    lab.settings = with_settings(second_opinion=(3000.0, 3000.0), interval=3600.0)
    await lab.start()
    await lab.clock.pass_by(60)
    assert sum(lab.servers.refused.values()) == 8
    held = [user for user in users if lab.snapshot(user).held_until is not None]
    assert len(held) == 22
    assert {lab.shown(user) for user in held} == {"CHECKING"}
    await lab.restart()
    await lab.clock.pass_by(300)
    assert sum(lab.servers.refused.values()) == 8
    await lab.clock.pass_by(300)
    assert sum(lab.servers.refused.values()) == 16
    await lab.clock.pass_by(1300)
    assert sum(lab.servers.refused.values()) == 30


async def test_many_at_once_never_pass_the_limit_of_a_host(lab: Lab) -> None:
    lab.servers.clock, lab.servers.seconds = lab.clock, 1.0
    for number in range(40):
        lab.mailbox(f"u{number}", sending=False, host="127.0.0.1")
        lab.servers.set(f"u{number}", refuse)
    engine = await lab.start(first_round=False)
    engine.check_now([MailboxId(f"u{number}") for number in range(40)])
    await lab.clock.pass_by(30)
    assert sum(lab.servers.refused.values()) == 8
    assert lab.servers.most_at_once <= 8
