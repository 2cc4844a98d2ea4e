"""Many that fail alike, with an engine: one incident, one notice, the same words for all; and they part again."""

from __future__ import annotations

import random
from collections.abc import Sequence

from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.incident import Incident, IncidentKind
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.network import FactKind
from tests.engine.fakes import HOUR, Lab, Script, accept, busy, refuse
from tests.engine.networks import ScriptedNetwork, cut, mend

MANY = 38


def out_of_order(errand: Errand) -> Failure:
    return Failure(errand.half, Step.GREETING, FailureKind.CLOSED, "provider_outage")


def fill(lab: Lab, provider: str = "google", count: int = MANY) -> list[str]:
    """So many mailboxes at one provider, on two hosts, each with a domain of its own."""
    lab.dice = random.Random(7).random
    names = [f"{provider}{number}" for number in range(count)]
    for number, name in enumerate(names):
        lab.mailbox(name, sending=False, host=f"imap{number % 2}.{provider}.example", provider=provider)
    return names


def all_answer(lab: Lab, names: Sequence[str], *scripts: Script) -> None:
    for number, name in enumerate(names):
        lab.servers.set(name, scripts[number % len(scripts)])


def shared(lab: Lab) -> list[Incident]:
    """Those that did not go into a wider one: one host is seen to be down before all of the provider is."""
    return [each for each in lab.shelf.kept.values() if each.kind is IncidentKind.SHARED and not each.part_of]


def open_ones(lab: Lab) -> list[Incident]:
    return [each for each in lab.shelf.kept.values() if each.is_open]


async def test_a_provider_that_is_down_is_one_incident_and_one_notice_and_all_rows_say_the_same(lab: Lab) -> None:
    names = fill(lab)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names, busy, out_of_order)
    await lab.clock.pass_by(HOUR)
    (incident,) = open_ones(lab)
    assert incident.place is not None
    assert (incident.place.circle.value, incident.place.name) == ("provider", "google")
    assert (incident.count, incident.of, incident.cause.value) == (MANY, MANY, "provider_outage")
    assert {lab.cause(name) for name in names} == {"provider_outage"}
    assert {lab.shown(name) for name in names} == {"RECONNECTING"}
    rules = {each.rule for name in names if (each := lab.snapshot(name).standing.diagnosis)}
    assert rules == {"neighbours-provider"}
    assert {lab.snapshot(name).part_of for name in names} == {incident.id}
    assert lab.told() == [("shared", MANY)]
    all_answer(lab, names, accept)
    await lab.clock.pass_by(3 * HOUR)
    assert lab.told() == [("shared", MANY), ("back", MANY)]
    assert open_ones(lab) == []
    assert {lab.snapshot(name).part_of for name in names} == {""}
    assert len(shared(lab)) == 1


async def test_singles_that_went_into_it_are_over_but_nothing_of_them_is_told(lab: Lab) -> None:
    names = fill(lab)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names[:2], busy)
    await lab.clock.pass_by(1200)
    assert sorted(each.kind.value for each in open_ones(lab)) == ["single", "single"]
    all_answer(lab, names, busy)
    await lab.clock.pass_by(HOUR)
    (incident,) = open_ones(lab)
    went = [each for each in lab.shelf.kept.values() if each is not incident]
    assert all(each.part_of in lab.shelf.kept for each in went)
    assert incident.started_at == min(each.started_at for each in went)
    all_answer(lab, names, accept)
    await lab.clock.pass_by(3 * HOUR)
    assert [kind for kind, _ in lab.told()].count("back") == 1


async def test_a_wrong_password_inside_an_outage_keeps_its_own_cause(lab: Lab) -> None:
    names = fill(lab)
    lab.servers.set(names[0], refuse)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    all_answer(lab, names[1:], busy)
    await lab.clock.pass_by(HOUR)
    assert (lab.cause(names[0]), lab.shown(names[0])) == ("credentials_rejected", "NEEDS_YOU")
    (incident,) = shared(lab)
    assert (incident.count, incident.of) == (MANY - 1, MANY)
    all_answer(lab, names[1:], accept)
    await lab.clock.pass_by(3 * HOUR)
    assert [each.cause.value for each in open_ones(lab)] == ["credentials_rejected"]


async def test_two_outages_at_once_are_two_incidents(lab: Lab) -> None:
    first, second = fill(lab, "google", 10), fill(lab, "yahoo", 12)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, (*first, *second), busy)
    await lab.clock.pass_by(HOUR)
    assert sorted((each.place.name, each.count) for each in open_ones(lab) if each.place) == [
        ("google", 10),
        ("yahoo", 12),
    ]
    assert sum(count for _, count in lab.told()) == 22
    assert len(lab.told()) <= 2
    all_answer(lab, first, accept)
    await lab.clock.pass_by(3 * HOUR)
    assert [each.place.name for each in open_ones(lab) if each.place] == ["yahoo"]


async def test_a_restart_amid_doubles_and_loses_nothing(lab: Lab) -> None:
    names = fill(lab)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names, busy)
    await lab.clock.pass_by(HOUR)
    before = open_ones(lab)
    await lab.restart()
    await lab.clock.pass_by(HOUR)
    assert [each.id for each in open_ones(lab)] == [each.id for each in before]
    assert {lab.snapshot(name).part_of for name in names} == {before[0].id}
    assert lab.told() == [("shared", MANY)]
    all_answer(lab, names, accept)
    await lab.restart()
    await lab.clock.pass_by(3 * HOUR)
    assert lab.told() == [("shared", MANY), ("back", MANY)]
    assert open_ones(lab) == []


async def test_a_veil_that_blinds_ends_no_incident_and_begins_none_shared_or_own_over_a_restart_too(lab: Lab) -> None:
    network = lab.network = ScriptedNetwork()
    names = [*fill(lab, count=4), *fill(lab, "yahoo", 1), *fill(lab, "zoho", 1)]
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names[:5], busy)
    await lab.clock.pass_by(HOUR)
    before, written, told = {each.id: each.members for each in open_ones(lab)}, len(lab.shelf.written), lab.told()
    assert sorted(len(each) for each in before.values()) == [1, 4]
    cut(lab, network)
    network.say(FactKind.OFFLINE)
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(name) for name in names} == {"BLIND"}
    assert len(lab.shelf.written) == written, "nothing came back, and nothing fell"
    await lab.restart()
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(name) for name in names} == {"BLIND"}
    assert {each.id: each.members for each in open_ones(lab)} == before
    mend(lab, network)
    await lab.clock.pass_by(HOUR)
    assert [lab.shown(name) for name in names] == ["RECONNECTING"] * 5 + ["CONNECTED"]
    assert {each.id: each.members for each in open_ones(lab)} == before
    assert lab.told() == told
    all_answer(lab, names, accept)
    await lab.clock.pass_by(3 * HOUR)
    assert open_ones(lab) == []
    assert sum(count for kind, count in lab.told() if kind == "back") == 5


async def test_the_paused_and_the_removed_take_part_in_nothing(lab: Lab) -> None:
    names = fill(lab, count=5)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names, busy)
    await lab.clock.pass_by(HOUR)
    await lab.engine.pause([MailboxId(names[0])], None)
    await lab.engine.remove(MailboxId(names[1]))
    await lab.clock.pass_by(60)
    (incident,) = open_ones(lab)
    assert (incident.count, incident.of) == (3, 3)
    assert lab.snapshot(names[0]).part_of == ""
    await lab.engine.resume([MailboxId(names[0])])
    await lab.clock.pass_by(600)
    assert open_ones(lab)[0].count == 4
    for name in (names[0], *names[2:]):
        await lab.engine.remove(MailboxId(name))
    await lab.clock.pass_by(60)
    assert open_ones(lab) == []
    assert [kind for kind, _ in lab.told()] == ["shared", "withdrawn"]


async def test_paused_all_together_nobody_is_said_to_be_back(lab: Lab) -> None:
    names = fill(lab, count=4)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names, busy)
    await lab.clock.pass_by(HOUR)
    await lab.engine.pause([MailboxId(name) for name in names], None)
    await lab.clock.pass_by(HOUR)
    assert open_ones(lab) == []
    assert lab.told() == [("shared", 4), ("withdrawn", 4)]


async def test_who_does_not_come_back_with_the_others_has_a_trouble_of_its_own(lab: Lab) -> None:
    names = fill(lab, count=10)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, names, busy)
    await lab.clock.pass_by(HOUR)
    all_answer(lab, names[1:], accept)
    await lab.clock.pass_by(6 * HOUR)
    (left,) = open_ones(lab)
    assert (left.kind, left.mailboxes) == (IncidentKind.SINGLE, (MailboxId(names[0]),))
    assert lab.cause(names[0]) == "server_busy"
    assert lab.told() == [("shared", 10), ("back", 9)]
    lab.servers.set(names[0], accept)
    await lab.clock.pass_by(2 * HOUR)
    assert lab.told() == [("shared", 10), ("back", 9), ("back", 1)]


async def test_two_are_no_crowd_and_few_among_many_well_are_none(lab: Lab) -> None:
    names = fill(lab, count=20)
    await lab.start()
    await lab.clock.pass_by(600)
    all_answer(lab, [names[0], names[3], names[4], names[7]], busy)
    await lab.clock.pass_by(HOUR)
    assert shared(lab) == []
    assert {lab.cause(names[0]), lab.cause(names[3])} == {"server_busy"}


async def test_a_mailbox_that_comes_and_goes_is_quietly_unsteady_for_as_long_as_it_does(lab: Lab) -> None:
    (name,) = fill(lab, count=1)
    await lab.start()
    await lab.clock.pass_by(600)
    for _ in range(12):
        lab.servers.set(name, busy)
        await lab.clock.pass_by(400)
        lab.servers.set(name, accept)
        await lab.clock.pass_by(400)
    (incident,) = open_ones(lab)
    assert incident.kind is IncidentKind.UNSTEADY
    assert lab.snapshot(name).unsteady_since == incident.started_at
    told = len(lab.notices)
    await lab.restart()
    await lab.clock.pass_by(600)
    assert [each.id for each in open_ones(lab)] == [incident.id]
    await lab.clock.pass_by(2 * HOUR)
    assert open_ones(lab) == []
    assert lab.snapshot(name).unsteady_since is None
    assert len(lab.notices) == told <= 2
