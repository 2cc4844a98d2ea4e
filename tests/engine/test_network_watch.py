"""Own network first: what is seen, told, counted and tried when the network goes, hides, sleeps or is another."""

from __future__ import annotations

import pytest

from mailbox_desk.model.network import KNOWN, FactKind, NetworkSettings, NewNetwork
from mailbox_desk.model.verdict import VeilReason
from tests.engine.fakes import HOUR, Lab, accept, refuse, with_settings
from tests.engine.networks import PAGE, ScriptedNetwork, cut, fleet, mend

MINUTE = 60.0
FLEET = 500


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


@pytest.fixture
def lab(network: ScriptedNetwork) -> Lab:
    return Lab(network=network)


def shown(lab: Lab) -> set[str]:
    return {each.shown.value for each in lab.engine.board.snapshots()}


def veils(lab: Lab) -> set[str]:
    return {veil.reason.value for each in lab.engine.board.snapshots() for veil in each.standing.veils}


def nothing_counted(lab: Lab) -> bool:
    down = {"RECONNECTING", "NEEDS_YOU"}
    return not lab.notices and not lab.shelf.written and not down & {each.shown.value for each in lab.seen}


async def watched(lab: Lab, count: int = FLEET) -> None:
    """A desk of so many mailboxes, all judged and well."""
    fleet(lab, count)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert shown(lab) == {"CONNECTED"}


async def test_ten_minutes_without_network_are_nobodys_outage(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab)
    cut(lab, network)
    await lab.clock.pass_by(10 * MINUTE)
    assert shown(lab) == {"BLIND"}
    assert veils(lab) == {"offline"}
    mend(lab, network)
    lab.servers.visits.clear()
    await lab.clock.pass_by(30)
    assert shown(lab) == {"CONNECTED"}, "no hint was needed"
    assert nothing_counted(lab)
    assert lab.servers.most_at_once <= 4 * lab.settings.connections_per_host
    await lab.clock.pass_by(MINUTE)
    assert 0 < len(lab.servers.visits) <= FLEET + 20, "each once, none in a storm"


async def test_with_the_systems_hint_it_goes_and_comes_within_seconds(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 20)
    cut(lab, network)
    network.say(FactKind.OFFLINE)
    await lab.clock.pass_by(1)
    assert shown(lab) == {"BLIND"}
    await lab.clock.pass_by(5 * MINUTE)
    mend(lab, network)
    network.say(FactKind.ONLINE)
    await lab.clock.pass_by(1)
    assert shown(lab) == {"CONNECTED"}


async def test_a_hint_that_errs_changes_nothing(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 20)
    network.say(FactKind.OFFLINE)
    network.say(FactKind.PORTAL)
    await lab.clock.pass_by(10 * MINUTE)
    assert "BLIND" not in {each.shown.value for each in lab.seen}


async def test_behind_a_sign_in_page_all_are_blind_in_one_stroke(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab)
    cut(lab, network, page=PAGE)
    await lab.clock.pass_by(5 * MINUTE)
    assert veils(lab) == {"captive_portal"}
    assert lab.engine.network.reason is VeilReason.CAPTIVE_PORTAL
    assert lab.engine.network.page == PAGE
    lab.servers.visits.clear()
    await lab.clock.pass_by(HOUR)
    assert lab.servers.visits == [], "no check is made"
    mend(lab, network)
    await lab.clock.pass_by(10)
    assert shown(lab) == {"CONNECTED"}
    assert nothing_counted(lab)


async def test_an_outage_of_the_only_provider_is_told_as_what_it_is(lab: Lab, network: ScriptedNetwork) -> None:
    fleet(lab, 20, hosts=1)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.unreachable_hosts = {"imap.p0.test"}
    await lab.clock.pass_by(HOUR)
    assert shown(lab) == {"RECONNECTING"}
    assert network.looks <= 61, "nobody outside is asked more than once a minute"


async def test_the_only_provider_out_of_reach_with_all_else_is_our_own_network(
    lab: Lab, network: ScriptedNetwork
) -> None:
    fleet(lab, 20, hosts=1)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    cut(lab, network)
    await lab.clock.pass_by(HOUR)
    assert shown(lab) == {"BLIND"}
    assert nothing_counted(lab)


async def test_who_wants_nobody_outside_asked_is_obeyed(network: ScriptedNetwork) -> None:
    private = NetworkSettings(public_points=False, portal_probes=False)
    lab = Lab(network=network, settings=with_settings(network=private))
    await watched(lab, 8)
    cut(lab, network, page=PAGE)
    await lab.clock.pass_by(HOUR)
    assert veils(lab) == {"offline"}
    assert network.looks == 0
    assert {host for host in lab.servers.reached if not host.endswith(".test")} == set()


@pytest.mark.parametrize("by_signal", [True, False])
async def test_after_a_sleep_the_desk_waits_for_the_network(
    lab: Lab, network: ScriptedNetwork, *, by_signal: bool
) -> None:
    await watched(lab)
    if by_signal:
        network.say(FactKind.SLEEPING)
        await lab.clock.pass_by(1)
        assert veils(lab) == {"asleep"}
        lab.clock.skew += 8 * HOUR  # the steady clock stands still
        network.say(FactKind.WOKE)
    else:
        lab.clock._now += 8 * HOUR  # both went on: Windows, or a desk that was held (SIGSTOP)
    cut(lab, network)
    lab.servers.visits.clear()
    await lab.clock.pass_by(12)
    assert veils(lab) == {"asleep"}
    assert lab.servers.visits == []
    mend(lab, network)
    woke = lab.clock.monotonic()
    while veils(lab):
        await lab.clock.pass_by(0.5)
    assert lab.clock.monotonic() - woke <= 3
    assert shown(lab) == {"CONNECTED"}
    await lab.clock.pass_by(5)
    assert len(lab.servers.visits) <= FLEET / 2, "gently"
    await lab.clock.pass_by(MINUTE)
    assert len({user for user, _ in lab.servers.visits}) == FLEET
    assert nothing_counted(lab)


async def test_a_wake_without_network_ends_offline(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 8)
    cut(lab, network)
    network.say(FactKind.WOKE)
    await lab.clock.pass_by(40)
    assert veils(lab) == {"offline"}
    assert "CONNECTED" not in [word for each in lab.engine.ids for word in lab.history(each)[-1:]]


async def test_a_sleep_that_never_came_is_forgotten(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 8)
    network.say(FactKind.SLEEPING)
    await lab.clock.pass_by(2 * MINUTE)
    assert shown(lab) == {"CONNECTED"}


async def test_a_new_network_asks_before_so_many_are_checked(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 51)
    network.say(FactKind.CHANGED, "hotel")
    await lab.clock.settle()
    lab.servers.visits.clear()
    await lab.clock.pass_by(HOUR)
    assert veils(lab) == {"new_network"}
    assert lab.engine.network.asks_for == 51
    assert lab.servers.visits == []
    lab.engine.check_now([lab.engine.ids[7]])
    await lab.clock.pass_by(30)
    assert [user for user, _ in lab.servers.visits] == ["u007"], "who is asked for by name is looked at"
    lab.engine.accept_network()
    await lab.clock.pass_by(30)
    assert shown(lab) == {"CONNECTED"}
    assert lab.shelf.settings[KNOWN].split() == ["home", "hotel"]
    assert nothing_counted(lab)


async def test_back_on_a_known_network_nobody_is_asked(lab: Lab, network: ScriptedNetwork) -> None:
    await watched(lab, 60)
    for place, expected in (("hotel", {"new_network"}), ("home", set()), ("hotel", {"new_network"})):
        network.say(FactKind.CHANGED, place)
        await lab.clock.pass_by(1)
        assert veils(lab) == expected


async def test_a_start_on_a_new_network_asks_before_the_first_check(network: ScriptedNetwork) -> None:
    lab = Lab(network=network)
    lab.shelf.settings[KNOWN] = "office"
    fleet(lab, 60)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.servers.visits == []
    lab.engine.check_now(lab.engine.ids)
    await lab.clock.pass_by(MINUTE)
    assert shown(lab) == {"CONNECTED"}, "a wish for all is a yes"


@pytest.mark.parametrize(("count", "policy"), [(50, NewNetwork.WAIT), (60, NewNetwork.CHECK)])
async def test_few_mailboxes_or_a_desk_without_person_go_on(
    network: ScriptedNetwork, count: int, policy: NewNetwork
) -> None:
    lab = Lab(network=network, settings=with_settings(network=NetworkSettings(new_network=policy)))
    await watched(lab, count)
    network.say(FactKind.CHANGED, "hotel")
    await lab.clock.pass_by(1)
    assert veils(lab) == set()
    assert lab.shelf.settings[KNOWN].split() == ["home", "hotel"]


@pytest.mark.parametrize("by", [2 * HOUR, -2 * HOUR])
async def test_a_clock_that_is_set_neither_loses_nor_hurries_anybody(lab: Lab, by: float) -> None:
    users = fleet(lab, 20)
    lab.servers.set("u000", refuse)
    await lab.start()
    await lab.clock.pass_by(30)
    lab.servers.visits.clear()
    lab.clock.skew += by
    await lab.clock.pass_by(60)
    assert lab.servers.visits == [], "hurried"
    assert veils(lab) == set(), "a clock that is set is no sleep"
    await lab.clock.pass_by(400)
    visits = [user for user, _ in lab.servers.visits]
    assert set(visits) == set(users), "lost"
    assert max(visits.count(user) for user in users) <= 2, "doubled"
    assert lab.shown("u000") == "NEEDS_YOU"
    assert len(lab.shelf.kept) == 1
    lab.servers.set("u000", accept)


async def test_a_pause_ends_when_the_wall_clock_says(lab: Lab) -> None:
    fleet(lab, 1)
    engine = await lab.start()
    await lab.clock.pass_by(30)
    await engine.pause(engine.ids, engine.now() + 3 * HOUR)
    await lab.clock.pass_by(30)
    lab.clock.skew -= 2 * HOUR
    await lab.clock.pass_by(4 * HOUR)
    assert lab.shown("u000") == "PAUSED"
    lab.clock.skew += 2 * HOUR
    await lab.clock.pass_by(60)
    assert lab.shown("u000") == "CONNECTED"
