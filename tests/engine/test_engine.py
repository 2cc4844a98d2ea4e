"""The engine in a made-up world: what a person would see of it, hour by hour."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft, HalfTried, HeldBack, StepTaken, TryOutEnded
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, HOUR, Lab, Script, accept, busy, full, refuse, unreachable, with_settings


async def test_all_well_stays_connected_and_is_looked_at_every_five_minutes(lab: Lab) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    assert lab.servers.visits.count(("ann", Half.RECEIVING)) == 13
    assert len(lab.shelf.beats) == 13
    assert lab.incidents == []


async def test_one_bad_check_is_silent(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    lab.servers.set("ann", busy)
    await lab.clock.pass_by(310)
    assert lab.shown("ann") == "SUSPECT"
    lab.servers.set("ann", accept)
    await lab.clock.pass_by(310)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.incidents == []


async def test_an_outage_reconnects_by_itself_and_tells_once(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    lab.servers.set("ann", busy)
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), lab.cause("ann")) == ("RECONNECTING", "server_busy")
    opened = lab.incidents[-1]
    assert opened.started_at < opened.opened_at
    lab.servers.set("ann", accept)
    await lab.clock.pass_by(2 * HOUR)
    assert lab.shown("ann") == "CONNECTED"
    assert [incident.is_open for incident in lab.incidents] == [True, False]
    assert len({incident.id for incident in lab.incidents}) == 1


async def test_a_full_mailbox_needs_you_and_is_looked_at_gently(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.servers.set("ann", full)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "NEEDS_YOU"
    before = len(lab.servers.visits)
    await lab.clock.pass_by(DAY)
    assert 4 <= len(lab.servers.visits) - before <= 10
    lab.servers.set("ann", accept)
    await lab.clock.pass_by(8 * HOUR)
    assert lab.shown("ann") == "CONNECTED"


async def test_a_dead_line_does_not_talk_over_a_need(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.servers.set("ann", full)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("ann", busy)
    await lab.clock.pass_by(DAY)
    assert (lab.shown("ann"), lab.cause("ann")) == ("NEEDS_YOU", "over_quota")


async def test_two_hosts_out_of_reach_blind_the_desk_and_down_nobody(lab: Lab) -> None:
    lab.mailbox("ann", sending=False, host="one.example")
    lab.mailbox("bob", sending=False, host="two.example")
    await lab.start()
    await lab.clock.pass_by(60)
    lab.servers.network_is_cut = True
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), lab.shown("bob")) == ("BLIND", "BLIND")
    assert lab.incidents == []
    lab.servers.network_is_cut = False
    await lab.clock.pass_by(60)
    assert (lab.shown("ann"), lab.shown("bob")) == ("CONNECTED", "CONNECTED")
    assert lab.incidents == []


async def test_who_comes_while_the_desk_is_blind_is_blind_too(lab: Lab) -> None:
    for user, host in (("ann", "one.example"), ("bob", "two.example")):
        lab.mailbox(user, sending=False, host=host)
    engine = await lab.start()
    await lab.clock.pass_by(60)
    lab.servers.network_is_cut = True
    await lab.clock.pass_by(HOUR)
    new = Mailbox(MailboxId("new"), "new@example.com", Endpoint("three.example", 993, Security.TLS, "new"), None)
    await engine.add(Draft(new, Password(Secret("pw"))))
    await lab.clock.pass_by(HOUR)
    assert lab.history("new") == ["BLIND"], "from its first moment"
    assert ("new", Half.RECEIVING) not in lab.servers.visits
    assert lab.incidents == []
    lab.servers.network_is_cut = False
    await lab.clock.pass_by(60)
    assert lab.shown("new") == "CONNECTED"


async def test_who_comes_while_the_vault_closes_is_blind_too(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(60)
    new = Mailbox(MailboxId("new"), "new@example.com", Endpoint("mail.example", 993, Security.TLS, "new"), None)
    lab.vault.state = VaultState.LOCKED
    await lab.clock.pass_by(400)
    lab.vault.state = VaultState.OPEN  # unlocked elsewhere, and not noticed yet
    await engine.add(Draft(new, Password(Secret("pw"))))
    await lab.clock.settle()
    assert lab.shown("new") == "BLIND"
    await lab.clock.pass_by(60)
    assert (lab.shown("ann"), lab.shown("new")) == ("CONNECTED", "CONNECTED")


@pytest.mark.parametrize("trouble", [unreachable, busy])
async def test_the_first_retry_waits_as_long_as_the_plan_says_first(lab: Lab, trouble: Script) -> None:
    """The second opinion is no retry: RECONNECTING begins with the plan's first wait, then comes the second."""
    lab.mailbox("ann", sending=False)
    lab.servers.set("ann", trouble)
    await lab.start()
    looks: list[float] = []
    while len(looks) < 5:
        before = len(lab.servers.visits)
        await lab.clock.pass_by(1)
        if len(lab.servers.visits) > before and lab.shown("ann") == "RECONNECTING":
            looks.append(lab.clock.monotonic())
    assert [round(later - earlier) for earlier, later in pairwise(looks)] == [5, 10, 20, 40]


async def test_two_dead_hosts_among_good_ones_are_down_not_blind(lab: Lab) -> None:
    for number in range(4):
        lab.mailbox(f"u{number}", sending=False, host=f"h{number}.example")
    await lab.start()
    lab.servers.unreachable_hosts = {"h0.example", "h1.example"}
    await lab.clock.pass_by(HOUR)
    assert [lab.shown(f"u{number}") for number in range(4)] == ["RECONNECTING"] * 2 + ["CONNECTED"] * 2
    assert "BLIND" not in lab.history("u0")


async def test_one_dead_host_alone_is_down(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.servers.set("ann", unreachable)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), lab.cause("ann")) == ("RECONNECTING", "network_unreachable")


async def test_a_pause_is_kept_over_a_restart_and_ends_by_itself(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await engine.pause([MailboxId("ann")], until=lab.clock.now() + 2 * HOUR)
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "PAUSED"
    await lab.restart()
    seen = len(lab.servers.visits)
    await lab.clock.pass_by(HOUR / 2)
    assert lab.shown("ann") == "PAUSED"
    assert len(lab.servers.visits) == seen
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "CONNECTED"


async def test_resume_looks_again_soon(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await engine.pause([MailboxId("ann")], until=None)
    await lab.clock.pass_by(DAY)
    await engine.resume([MailboxId("ann")])
    seen = len(lab.servers.visits)
    await lab.clock.pass_by(10)
    assert len(lab.servers.visits) == seen + 1


async def test_a_locked_vault_blinds_and_only_unlock_prompts(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.vault.state = VaultState.LOCKED
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "BLIND"
    assert (lab.vault.prompts, lab.servers.visits) == (0, [])
    await engine.unlock()
    await lab.clock.pass_by(10)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.vault.prompts == 1


async def test_a_vault_unlocked_elsewhere_is_noticed(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.vault.state = VaultState.LOCKED
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.vault.state = VaultState.OPEN
    await lab.clock.pass_by(60)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.vault.prompts == 0


async def test_a_lost_secret_needs_you(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    lab.vault.secrets.clear()
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "NEEDS_YOU"
    assert lab.servers.visits == []


async def test_a_store_that_fails_is_said_and_watching_goes_on(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.mailbox("ann", sending=False)
    lab.shelf.full = True
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.snapshot("ann").warnings == ("store_failed",)
    assert lab.servers.visits.count(("ann", Half.RECEIVING)) >= 12
    lab.shelf.full = False
    await lab.clock.pass_by(HOUR)
    assert lab.snapshot("ann").warnings == ()
    assert "disk full" in caplog.text


async def test_add_update_remove(lab: Lab) -> None:
    engine = await lab.start()
    mailbox = Mailbox(MailboxId("new"), "new@example.com", Endpoint("mail.example", 993, Security.TLS, "new"), None)
    await engine.add(Draft(mailbox, Password(Secret("pw"))))
    await lab.clock.pass_by(5)
    assert lab.shown("new") == "CONNECTED"
    sending = Endpoint("smtp.example", 465, Security.TLS, "new")
    await engine.update(replace(mailbox, sending=sending))
    await lab.clock.pass_by(5)
    assert ("new", Half.SENDING) in lab.servers.visits
    await engine.update(replace(mailbox, receiving=None, sending=sending))
    await lab.clock.pass_by(5)
    assert lab.snapshot("new").standing.receiving.verdict is None
    await engine.remove(MailboxId("new"))
    assert engine.board.get(MailboxId("new")) is None
    assert (lab.shelf.mailboxes, lab.vault.secrets) == ({}, {})
    seen = len(lab.servers.visits)
    await lab.clock.pass_by(DAY)
    assert len(lab.servers.visits) == seen


async def test_pinning_checks_at_once(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(5)
    seen = len(lab.servers.visits)
    await engine.pin_certificate(MailboxId("ann"), Half.RECEIVING, "AB" * 32)
    await lab.clock.pass_by(5)
    assert len(lab.servers.visits) == seen + 1
    endpoint = lab.shelf.mailboxes[MailboxId("ann")].receiving
    assert endpoint is not None
    assert endpoint.pinned_sha256 == "ab" * 32


async def test_the_first_round_is_spread_and_the_visible_come_first(lab: Lab) -> None:
    for number in range(200):
        lab.mailbox(f"u{number:03d}", sending=False, host="127.0.0.1")
    engine = await lab.start()
    engine.prioritise([MailboxId("u150"), MailboxId("u151")])
    await lab.clock.pass_by(1)
    early = {user for user, _ in lab.servers.visits}
    assert {"u150", "u151"} <= early
    assert len(early) < 40
    await lab.clock.pass_by(12)
    assert len({user for user, _ in lab.servers.visits}) == 200


async def test_at_most_four_connections_a_host(lab: Lab) -> None:
    lab.servers.clock, lab.servers.seconds = lab.clock, 5.0
    for number in range(20):
        lab.mailbox(f"u{number}", sending=False)
    engine = await lab.start(first_round=False)
    engine.check_now([MailboxId(f"u{number}") for number in range(20)])
    await lab.clock.pass_by(HOUR / 60)
    assert lab.servers.most_at_once == 4
    assert len(lab.servers.visits) == 20


async def test_a_round_tells_each_mailbox_once_and_settled(lab: Lab) -> None:
    lab.mailbox("good")
    lab.mailbox("wrong")
    lab.mailbox("down", sending=False, host="down.example")
    lab.servers.set("wrong", refuse)
    lab.servers.set("down", busy)
    engine = await lab.start(first_round=False)
    told: dict[str, str] = {}

    async def gather() -> None:
        async for snapshot in engine.round():
            told[snapshot.id] = snapshot.shown.value

    task = asyncio.ensure_future(gather())
    await lab.clock.pass_by(5)
    await task
    assert told == {"good": "CONNECTED", "wrong": "NEEDS_YOU", "down": "RECONNECTING"}


async def test_the_clock_set_back_neither_stops_nor_hurries_the_watch(lab: Lab) -> None:
    lab.mailbox("ann", sending=False)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for skew in (-10 * DAY, 10 * DAY, 0.0):
        lab.clock.skew = skew
        before = len(lab.servers.visits)
        await lab.clock.pass_by(HOUR)
        assert 11 <= len(lab.servers.visits) - before <= 14


async def test_trying_out_tells_steps_stores_nothing_and_counts_refusals(lab: Lab) -> None:
    engine = await lab.start()
    receiving = Endpoint("mail.example", 993, Security.TLS, "new")
    draft = Draft(Mailbox(MailboxId("new"), "new@example.com", receiving, receiving), Password(Secret("pw")))
    told = [step async for step in engine.try_out(draft)]
    assert [type(step) for step in told] == [StepTaken, HalfTried, StepTaken, HalfTried, TryOutEnded]
    assert isinstance(told[-1], TryOutEnded)
    assert told[-1].passed
    lab.servers.set("new", refuse)
    for count in range(1, 9):
        told = [step async for step in engine.try_out(draft)]
        assert [type(step) for step in told] == [StepTaken, HalfTried, TryOutEnded]
        assert isinstance(told[1], HalfTried)
        assert told[1].refusals_at_host == count
    told = [step async for step in engine.try_out(draft)]
    assert [type(step) for step in told] == [HeldBack, HeldBack, TryOutEnded]
    assert (lab.shelf.mailboxes, lab.shelf.standings, lab.shelf.beats, lab.vault.secrets) == ({}, {}, [], {})
    assert len(lab.shelf.refusals) == 8


async def test_settings_short_interval_shortens_the_second_opinion(lab: Lab) -> None:
    lab.settings = with_settings(interval=2.0)
    lab.mailbox("ann", sending=False)
    lab.servers.set("ann", busy)
    await lab.start()
    await lab.clock.pass_by(6)
    assert lab.shown("ann") == "RECONNECTING"


async def test_a_bare_text_is_judged_with_its_provider(lab: Lab) -> None:
    engine = await lab.start()
    assert engine.explain("535 no").rule == "of generic"
    assert engine.explain("535 no", "yahoo").rule == "of yahoo"
