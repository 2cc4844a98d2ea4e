"""Fleets in the engine, with the judge's own rules: how often an endpoint is asked, and what a refusal comes to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Errand, HalfTried, TryOutEnded
from mailbox_desk.model.mailbox import AuthKind, MailboxId
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.vault_state import VaultState
from tests.engine.fakes import DAY, HOUR, Lab
from tests.engine.fleets import GOOGLE, GOOGLE_SERVICE, MICROSOFT, MICROSOFT_SERVICE, Endpoint, no, put

RULES = load_rules()
NOT_DELEGATED = no('{"error": "unauthorized_client", "error_description": "Client is unauthorized to retrieve access"}')
UNKNOWN_USER = no('{"error": "invalid_grant", "error_description": "Invalid email or User ID"}')


@pytest.fixture
def endpoint(lab: Lab) -> Endpoint:
    made = Endpoint(lab.clock)
    lab.admin_tokens, lab.admin_services = made, (GOOGLE_SERVICE, MICROSOFT_SERVICE)
    lab.judge = lambda failure, context: diagnose(failure, context, RULES)
    return made


def rule_of(lab: Lab, user: str) -> str:
    diagnosis = lab.snapshot(user).standing.diagnosis
    return diagnosis.rule if diagnosis is not None else ""


async def test_five_hundred_mailboxes_of_microsoft_make_one_request(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(500)]
    put(lab, MICROSOFT, *users)
    await lab.start()
    await lab.clock.pass_by(600)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    assert len(endpoint.asked) == 1
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    assert len(endpoint.asked) <= 4  # ahead of each end, whoever is looked at first


async def test_five_hundred_of_google_make_one_each_and_spread(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(500)]
    put(lab, GOOGLE, *users)
    await lab.start()
    await lab.clock.pass_by(600)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    assert set(endpoint.counts.values()) == {1}
    assert len(endpoint.asked) == 500
    times = sorted(at for at, _ in endpoint.asked)
    busiest = max(sum(at <= other < at + 60 for other in times) for at in times)
    assert busiest <= 241
    assert set(endpoint.counts) == {f"{user}@example.com" for user in users}  # user names are no addresses here


async def test_a_token_is_renewed_ahead_while_the_old_one_serves(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE, "ann")
    await lab.start()
    await lab.clock.pass_by(DAY)
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    assert 23 <= len(endpoint.asked) <= 32


async def test_a_refused_connection_rests_as_one_until_a_person_acts_on_one(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(40)]
    put(lab, GOOGLE, *users)
    endpoint.refuses[""] = NOT_DELEGATED
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in users} == {"NEEDS_YOU"}
    assert {lab.cause(user) for user in users} == {"oauth_app_blocked"}
    assert {rule_of(lab, user) for user in users} == {"fleet-google-not-delegated"}
    assert len(endpoint.asked) == 2
    assert lab.servers.visits == []
    for _ in range(2):
        await lab.restart()
        await lab.clock.pass_by(DAY)
    assert len(endpoint.asked) == 2
    lab.engine.check_now([MailboxId("u7")])
    await lab.clock.pass_by(60)
    assert len(endpoint.asked) == 3


async def test_check_now_on_one_mailbox_is_one_try_and_a_new_key_mends_all(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(5)]
    put(lab, MICROSOFT, *users, key=Secret("an old one"))
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    assert {rule_of(lab, user) for user in users} == {"fleet-microsoft-secret-wrong"}
    asked = len(endpoint.asked)
    engine.check_now([MailboxId("u0")])
    await lab.clock.pass_by(30)
    assert len(endpoint.asked) == asked + 1
    await engine.save_admin_connection(MICROSOFT, endpoint.good)
    await lab.clock.pass_by(120)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    assert len(endpoint.asked) == asked + 2


async def test_one_unknown_user_is_no_trouble_of_the_others(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE, "ann", "bob", "cat")
    endpoint.refuses["bob@example.com"] = UNKNOWN_USER
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert [lab.shown(user) for user in ("ann", "bob", "cat")] == ["CONNECTED", "NEEDS_YOU", "CONNECTED"]
    assert (lab.cause("bob"), rule_of(lab, "bob")) == ("account_missing", "fleet-google-no-such-user")
    assert endpoint.counts["bob@example.com"] == 2


async def test_weather_is_waited_for_by_all_together(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(50)]
    put(lab, MICROSOFT, *users)
    busy = no("HTTP 429 Too Many Requests", FailureKind.TEMPORARY, retry_after=200)
    endpoint.faults = [busy, no("HTTP 503", FailureKind.TEMPORARY)]
    await lab.start()
    await lab.clock.pass_by(190)
    assert len(endpoint.asked) == 1
    await lab.clock.pass_by(2 * HOUR)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    gaps = [later - earlier for (earlier, _), (later, _) in zip(endpoint.asked, endpoint.asked[1:], strict=False)]
    assert gaps[0] >= 200


async def test_a_mail_server_that_shuts_the_app_out_names_the_setting(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann", "bob")

    def shut(errand: Errand) -> Failure:
        return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, "NO AUTHENTICATE failed.")

    lab.servers.set("ann", shut)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert [lab.shown(user) for user in ("ann", "bob")] == ["NEEDS_YOU", "CONNECTED"]
    assert rule_of(lab, "ann") == "fleet-mail-server-refuses"
    assert len(endpoint.asked) <= 4


async def test_without_a_connection_it_says_so(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann")
    engine = await lab.start()
    await lab.clock.pass_by(10)
    await engine.remove_admin_connection(MICROSOFT.id)
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), rule_of(lab, "ann")) == ("NEEDS_YOU", "fleet-connection-missing")
    assert lab.vault.app_secrets == {}


async def test_a_key_that_is_gone_is_the_connections_trouble(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann")
    lab.vault.app_secrets.clear()
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), rule_of(lab, "ann")) == ("NEEDS_YOU", "fleet-key-unusable")
    assert endpoint.asked == []


async def test_a_vault_that_locks_is_no_failure_of_the_connection(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann")
    await lab.start()
    await lab.clock.pass_by(60)
    lab.vault.state = VaultState.LOCKED
    await lab.clock.pass_by(2 * HOUR)
    assert lab.shown("ann") == "BLIND"
    lab.vault.state = VaultState.OPEN
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "CONNECTED"


async def test_own_sign_ins_are_handed_over(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann")
    lab.mailbox("bob", provider="microsoft")
    engine = await lab.start()
    await lab.clock.pass_by(60)
    [view] = await engine.admin_connections()
    assert (view.served, view.others) == (1, 1)
    handing = asyncio.ensure_future(engine.serve(await engine.own_sign_ins(MICROSOFT)))
    await lab.clock.pass_by(30)
    assert await asyncio.wait_for(handing, 5) == ()
    [view] = await engine.admin_connections()
    assert (view.served, view.others) == (2, 0)
    await lab.clock.pass_by(60)
    assert lab.shown("bob") == "CONNECTED"
    assert lab.shelf.mailboxes[MailboxId("bob")].auth is AuthKind.OAUTH
    assert len(endpoint.asked) == 1


async def test_a_test_on_one_address_asks_with_the_key_at_hand_and_wakes_who_rests(
    lab: Lab, endpoint: Endpoint
) -> None:
    put(lab, MICROSOFT, "ann")
    endpoint.refuses[""] = no("AADSTS65001: nobody has consented")
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    [view] = await engine.admin_connections()
    assert view.is_resting
    steps = [step async for step in engine.try_admin_connection(MICROSOFT, None, "ann@example.com")]
    assert isinstance(steps[0], HalfTried)
    assert steps[0].diagnosis is not None
    assert steps[0].diagnosis.rule == "fleet-microsoft-no-consent"
    endpoint.refuses.clear()
    [*_, last] = [step async for step in engine.try_admin_connection(MICROSOFT, None, "ann@example.com")]
    assert isinstance(last, TryOutEnded)
    assert last.passed
    await lab.clock.pass_by(60)
    assert lab.shown("ann") == "CONNECTED"
    [view] = await engine.admin_connections()
    assert not view.is_resting


async def test_a_clock_that_is_wrong_is_this_computers(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE, "ann")
    failure = no('{"error": "invalid_grant", "error_description": "Invalid JWT: Check your iat and exp"}').failure
    for marks, rule in (
        (failure.marks | {Mark.CLOCK_WRONG}, "fleet-clock-wrong"),
        (failure.marks, "fleet-clock-doubtful"),
    ):
        own = Failure(failure.half, failure.step, failure.kind, failure.text, marks=marks)
        engine = await lab.start()
        del engine
        endpoint.refuses[""] = no("")
        endpoint.refuses[""].failure = own
        await lab.clock.pass_by(HOUR)
        assert rule_of(lab, "ann") == rule
        await lab.engine.stop()
        lab.shelf.standings.clear()
        put(lab, GOOGLE)


async def test_what_is_known_of_a_key_is_shown_before_the_first_check(lab: Lab, endpoint: Endpoint) -> None:
    """After a restart a mailbox whose connection rests is not looked at."""
    put(lab, replace(MICROSOFT, secret_expires_at=lab.clock.now() + 5 * DAY), "ann")
    lab.mailbox("bob", provider="microsoft")
    endpoint.refuses[""] = no("AADSTS65001: nobody has consented")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    asked = len(endpoint.asked)
    await lab.restart()
    await lab.clock.pass_by(5)
    assert len(endpoint.asked) == asked
    assert lab.snapshot("ann").warnings == ("key_ends",)
    assert lab.snapshot("bob").warnings == ()


async def test_a_key_that_ends_is_told_three_times_and_shown_on_its_mailboxes(lab: Lab, endpoint: Endpoint) -> None:
    endpoint.expires_at = lab.clock.now() + 40 * DAY
    put(lab, MICROSOFT, "ann", "bob")
    engine = await lab.start()
    await engine.save_admin_connection(MICROSOFT, endpoint.good)
    await lab.clock.pass_by(9 * DAY)
    assert lab.told() == []
    assert lab.snapshot("ann").warnings == ()
    await lab.clock.pass_by(2 * DAY)
    assert lab.told() == [("key_ends", 2)]
    assert lab.snapshot("ann").warnings == ("key_ends",)
    await lab.restart()
    await lab.clock.pass_by(28.5 * DAY)
    assert lab.told() == [("key_ends", 2)] * 3
    endpoint.expires_at = lab.clock.now() + 400 * DAY
    await lab.engine.save_admin_connection(MICROSOFT, endpoint.good)
    await lab.clock.pass_by(DAY)
    assert lab.told() == [("key_ends", 2)] * 3
    assert lab.snapshot("ann").warnings == ()
