"""Idle lines in a made-up world: who keeps one, what it stands for, what its death leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.diagnosis.provider import Limit, LimitKind, Limits, Provider
from mailbox_desk.engine.lines import NoLines
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.network import FactKind
from mailbox_desk.model.settings import WhoIdles
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import HOUR, Lab, busy, full, refuse, with_settings
from tests.engine.networks import ScriptedNetwork
from tests.engine.scripted_lines import ScriptedLines, with_lines

ANN = MailboxId("ann")


@pytest.fixture
def lines(lab: Lab) -> ScriptedLines:
    return with_lines(lab)


def sign_ins(lab: Lab, user: str = "ann") -> int:
    return lab.servers.visits.count((user, Half.RECEIVING))


def provider(**limits: int) -> Provider:
    known = tuple(Limit(LimitKind(name), value) for name, value in limits.items())
    return Provider("some", "Some", hosts=("mail.example",), limits=Limits(known))


async def test_a_line_stands_for_sign_ins_for_four_hours(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    assert lines.holds(ANN)
    await lab.clock.pass_by(4 * HOUR - 400)
    assert sign_ins(lab) == 1
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    beats = [beat for beat in lab.shelf.beats if beat.receiving == "ok"]
    assert len(beats) == 47
    standing = lab.snapshot("ann").standing
    assert standing.receiving.checked_at == standing.last_checked == beats[-1].at
    assert standing.receiving.worked_at == beats[0].at
    await lab.clock.pass_by(800)
    assert sign_ins(lab) == 2


async def test_the_sending_half_keeps_its_own_sign_ins(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert sign_ins(lab) == 1
    assert lab.servers.visits.count(("ann", Half.SENDING)) == 13
    assert len(lab.shelf.beats) == 13  # one for both halves


async def test_without_lines_all_is_as_ever(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.lines = NoLines()
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert sign_ins(lab) == 13


async def test_a_death_is_a_check_at_once_and_silent_where_that_passes(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(100)
    lab.seen.clear()
    lines.drop("ann")
    await lab.clock.settle()
    assert lab.seen[0].checking_now
    assert sign_ins(lab) == 2
    assert lab.servers.visits.count(("ann", Half.SENDING)) == 1
    assert lab.history("ann") == ["CONNECTED"]
    assert lines.holds(ANN)
    assert (lab.incidents, lab.notices) == ([], [])
    standing = lab.snapshot("ann").standing
    assert standing.receiving.due == standing.sending.due  # the next round stays where it was


async def test_a_death_and_a_failed_check_is_doubt_and_no_verdict(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    lab.servers.set("ann", busy)
    lines.drop("ann")
    await lab.clock.settle()
    assert lab.shown("ann") == "SUSPECT"
    assert not lines.holds(ANN)
    await lab.clock.pass_by(400)
    assert lab.shown("ann") == "RECONNECTING"


async def test_a_line_that_does_not_answer_leads_to_a_sign_in(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    lines.deaf.add("ann")
    await lab.clock.pass_by(310)
    assert sign_ins(lab) == 2
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]


@pytest.mark.parametrize("script", [refuse, busy, full])
async def test_who_fails_keeps_no_line_and_is_proved_by_none(lab: Lab, lines: ScriptedLines, script: object) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    lab.servers.set("ann", script)  # type: ignore[arg-type]
    lab.engine.check_now([ANN])
    await lab.clock.settle()
    assert lab.shown("ann") == "SUSPECT"
    assert not lines.holds(ANN)


async def test_a_refusal_at_sending_is_judged_by_a_sign_in_and_not_by_the_line(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann")
    await lab.start()
    lab.servers.set("ann", refuse, Half.SENDING)
    await lab.clock.pass_by(310 + 310)
    assert sign_ins(lab) == 2
    assert lab.cause("ann") == "protocol_disabled"


async def test_check_now_signs_in(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    await lab.clock.pass_by(60)
    lab.engine.check_now([ANN])
    await lab.clock.settle()
    assert sign_ins(lab) == 2
    assert lines.proofs["ann"] == 0


async def test_who_is_paused_or_gets_a_new_secret_gives_the_line_up(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await engine.pause([ANN], None)
    await lab.clock.settle()
    assert not lines.holds(ANN)
    await engine.resume([ANN])
    await lab.clock.pass_by(10)
    assert lines.holds(ANN)
    before = lines.kept[ANN]
    await engine.replace_credential(ANN, Password(Secret("new")))
    await lab.clock.settle()
    assert lines.kept[ANN] is not before


async def test_who_moves_or_is_removed_gives_the_line_up(lab: Lab, lines: ScriptedLines) -> None:
    mailbox = lab.mailbox("ann", sending=False)
    engine = await lab.start()
    before = lines.kept[ANN]
    assert mailbox.receiving is not None
    await engine.update(replace(mailbox, receiving=replace(mailbox.receiving, host="other.example")))
    await lab.clock.settle()
    assert lines.kept[ANN] is not before
    await engine.remove(ANN)
    assert not lines.holds(ANN)


async def test_who_is_blinded_gives_the_line_up(lab: Lab, lines: ScriptedLines) -> None:
    for user in ("ann", "bob", "cat"):
        lab.mailbox(user, sending=False, host=f"{user}.example")
    await lab.start()
    lab.servers.unreachable_hosts = {f"{user}.example" for user in ("ann", "bob", "cat")}
    lines.drop("ann")
    await lab.clock.pass_by(30)
    assert lab.shown("bob") == "BLIND"
    assert lines.kept == {}
    lab.servers.unreachable_hosts = set()
    await lab.clock.pass_by(400)
    assert set(lines.kept) == {"ann", "bob", "cat"}


async def test_another_address_renews_them_and_is_no_news_of_anybody(lab: Lab, lines: ScriptedLines) -> None:
    """A VPN comes up: what was kept goes over the old address and is dead, or will be."""
    network = lab.network = ScriptedNetwork()
    users = [f"user{number:02}" for number in range(40)]
    for user in users:
        lab.mailbox(user, sending=False)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    before, seen = dict(lines.kept), len(lab.seen)
    assert set(before) == {MailboxId(user) for user in users}
    for place in ("vpn", "home"):
        lab.servers.visits.clear()
        network.say(FactKind.CHANGED, place)
        await lab.clock.settle()
        assert len(lab.servers.visits) <= 1, "none in a storm"
        await lab.clock.pass_by(5)
        assert sorted(user for user, _ in lab.servers.visits) == users, "each once, by a sign-in"
        assert all(lines.kept[each] is not old for each, old in before.items()), "a line of its own address"
    assert {each.shown.value for each in lab.seen[seen:]} == {"CONNECTED"}
    assert (lab.notices, lab.incidents) == ([], [])


async def test_a_line_that_comes_after_a_pause_is_given_up(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    lab.servers.clock, lab.servers.seconds = lab.clock, 5.0
    engine = await lab.start()
    await engine.pause([ANN], None)
    await lab.clock.pass_by(10)
    assert sign_ins(lab) == 1
    assert not lines.holds(ANN)


@pytest.mark.parametrize(("who", "held"), [("all", {"ann", "bob"}), ("important", {"bob"}), ("none", set())])
async def test_the_setting_says_who_keeps_one(lab: Lab, lines: ScriptedLines, who: str, held: set[str]) -> None:
    lab.settings = with_settings(idle_lines=WhoIdles(who))
    lab.mailbox("ann", sending=False)
    lab.shelf.mailboxes[MailboxId("bob")] = replace(lab.mailbox("bob", sending=False), tags=("Important",))
    await lab.start()
    await lab.clock.pass_by(1)
    assert set(lines.kept) == held


async def test_an_account_keeps_one_connection_free_for_the_check(lab: Lab, lines: ScriptedLines) -> None:
    lab.providers = (provider(connections=3, idle_minutes=10),)
    for user in ("ann", "bob", "cat"):
        mailbox = lab.mailbox(user, sending=False, provider="some")
        assert mailbox.receiving is not None
        lab.shelf.mailboxes[mailbox.id] = replace(mailbox, receiving=replace(mailbox.receiving, username="shared"))
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lines.most == 2
    assert {keeping.idle_seconds for keeping in lines.kept.values()} == {10 * 60 * 0.97}


async def test_an_account_of_one_connection_keeps_no_line(lab: Lab, lines: ScriptedLines) -> None:
    lab.providers = (provider(connections=1),)
    lab.mailbox("ann", sending=False, provider="some")
    await lab.start()
    assert (lab.shown("ann"), lines.most) == ("CONNECTED", 0)


async def test_lines_that_die_young_again_and_again_are_done_without(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    for _ in range(3):
        await lab.clock.pass_by(20)
        lines.drop("ann")
        await lab.clock.settle()
    assert sign_ins(lab) == 4
    assert not lines.holds(ANN)
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    await lab.clock.pass_by(HOUR + 400)
    assert lines.holds(ANN)


async def test_a_thousand_that_fall_are_all_looked_at(lab: Lab, lines: ScriptedLines) -> None:
    users = [f"user{number}" for number in range(1000)]
    for user in users:
        lab.mailbox(user, sending=False)
    lab.settings = with_settings(first_round_spacing=0.001)
    await lab.start()
    await lab.clock.pass_by(60)
    assert len(lines.kept) == 1000
    lines.drop(*users)
    await lab.clock.settle()
    assert all(sign_ins(lab, user) == 2 for user in users[::100])
    assert len(lines.kept) == 1000
    assert lab.notices == []


async def test_the_end_shuts_them(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await engine.stop()
    assert lines.is_shut


async def test_a_desk_of_one_round_keeps_none(lab: Lab, lines: ScriptedLines) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start(first_round=False)
    assert [each.shown.value async for each in engine.round()] == ["CONNECTED"]
    assert lines.most == 0


async def test_the_gauges_count_them(lab: Lab, lines: ScriptedLines) -> None:
    for name in "abc":
        lab.mailbox(name, sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(60)
    assert (await engine.gauges()).lines == 3
    lab.servers.set("a", refuse)
    lines.drop("a")
    await lab.clock.pass_by(60)
    assert (await engine.gauges()).lines == 2
    await engine.stop()
    lab.settings = with_settings(idle_lines=WhoIdles.NONE)
    assert (await (await lab.start()).gauges()).lines is None
