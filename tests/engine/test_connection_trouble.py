"""An admin connection that is refused is one trouble, however many it signs in; with the judge's own rules."""

from __future__ import annotations

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.engine.connection_trouble import is_of_connection
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, HOUR, Lab, refuse
from tests.engine.fleets import GOOGLE, GOOGLE_SERVICE, MICROSOFT, MICROSOFT_SERVICE, Endpoint, no, put

RULES = load_rules()
EXPIRED = no('{"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys"}')
NO_CONSENT = no('{"error": "invalid_grant", "error_description": "AADSTS65001: nobody has consented"}')
NOT_DELEGATED = no('{"error": "unauthorized_client", "error_description": "Client is unauthorized to retrieve access"}')
UNKNOWN_USER = no('{"error": "invalid_grant", "error_description": "Invalid email or User ID"}')
PLACE = Place(Circle.CONNECTION, "example.com")


@pytest.fixture
def endpoint(lab: Lab) -> Endpoint:
    made = Endpoint(lab.clock)
    lab.admin_tokens, lab.admin_services = made, (GOOGLE_SERVICE, MICROSOFT_SERVICE)
    lab.judge = lambda failure, context: diagnose(failure, context, RULES)
    return made


def open_ones(lab: Lab) -> list[Incident]:
    return [each for each in lab.shelf.kept.values() if each.is_open]


def rules_of(lab: Lab, users: list[str]) -> set[str]:
    found = (lab.snapshot(user).standing.diagnosis for user in users)
    return {each.rule for each in found if each is not None}


@pytest.mark.parametrize("count", [1, 2, 40])
async def test_a_secret_that_expired_is_one_incident_and_one_notice_with_all_of_them(
    lab: Lab, endpoint: Endpoint, count: int
) -> None:
    users = [f"u{n}" for n in range(count)]
    put(lab, MICROSOFT, *users)
    engine = await lab.start()
    await lab.clock.pass_by(600)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    endpoint.refuses[""] = EXPIRED
    await lab.clock.pass_by(3 * HOUR)
    assert {lab.shown(user) for user in users} == {"NEEDS_YOU"}
    [incident] = open_ones(lab)
    assert (incident.kind, incident.place, incident.count, incident.of) == (IncidentKind.SHARED, PLACE, count, count)
    assert {lab.snapshot(user).part_of for user in users} == {incident.id}
    assert rules_of(lab, users) == {"fleet-microsoft-secret-expired"}
    assert lab.told() == [("shared", count)]
    assert engine.shared_incidents == (incident,)
    endpoint.refuses.clear()
    await engine.save_admin_connection(MICROSOFT, endpoint.good)
    await lab.clock.pass_by(300)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}
    assert open_ones(lab) == []
    assert lab.told() == [("shared", count), ("back", count)]


async def test_from_the_first_refusal_that_counts_all_say_so_within_seconds(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(40)]
    put(lab, MICROSOFT, *users)
    await lab.start()
    await lab.clock.pass_by(600)
    endpoint.refuses[""] = EXPIRED
    while not any(lab.shown(user) == "NEEDS_YOU" for user in users):
        await lab.clock.pass_by(1)
    await lab.clock.pass_by(2)
    assert {lab.shown(user) for user in users} == {"NEEDS_YOU"}


async def test_whose_token_lives_is_well_until_it_ends_and_joins_then(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE, *(f"u{n}" for n in range(20)))
    endpoint.life = 7200.0
    await lab.start()
    await lab.clock.pass_by(600)
    endpoint.refuses[""] = NOT_DELEGATED
    await lab.clock.pass_by(HOUR)
    assert open_ones(lab) == []
    await lab.clock.pass_by(HOUR)
    [incident] = open_ones(lab)
    assert (incident.place, incident.count, incident.of) == (PLACE, 20, 20)
    assert len(lab.told()) == 1


async def test_a_restart_amid_keeps_the_one_incident(lab: Lab, endpoint: Endpoint) -> None:
    users = [f"u{n}" for n in range(5)]
    put(lab, GOOGLE, *users)
    endpoint.refuses[""] = NOT_DELEGATED
    await lab.start()
    await lab.clock.pass_by(HOUR)
    [before] = open_ones(lab)
    await lab.restart()
    await lab.clock.pass_by(DAY)
    [after] = open_ones(lab)
    assert (after.id, after.count) == (before.id, 5)
    assert lab.told() == [("shared", 5)]
    endpoint.refuses.clear()
    await lab.engine.save_admin_connection(GOOGLE)
    await lab.clock.pass_by(300)
    assert open_ones(lab) == []
    assert lab.told() == [("shared", 5), ("back", 5)]


async def test_another_setting_that_is_wrong_then_is_the_same_incident(lab: Lab, endpoint: Endpoint) -> None:
    users = ["ann", "bob"]
    put(lab, MICROSOFT, *users)
    endpoint.refuses[""] = EXPIRED
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    [before] = open_ones(lab)
    endpoint.refuses[""] = NO_CONSENT
    await engine.save_admin_connection(MICROSOFT, endpoint.good)
    await lab.clock.pass_by(HOUR)
    [after] = open_ones(lab)
    assert after.id == before.id
    assert after.seen_at > before.seen_at
    assert rules_of(lab, users) == {"fleet-microsoft-no-consent"}
    assert [kind for kind, _ in lab.told()] == ["shared"]


async def test_what_is_one_mailboxs_own_stays_its_own(lab: Lab, endpoint: Endpoint) -> None:
    """A name that Google does not know, and an own password of the same domain that is refused."""
    put(lab, GOOGLE, "ann", "bob", "cat")
    lab.mailbox("dan", provider="google")
    lab.servers.set("dan", refuse)
    endpoint.refuses["bob@example.com"] = UNKNOWN_USER
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert sorted((each.kind.value, each.cause.value) for each in open_ones(lab)) == [
        ("single", "account_missing"),
        ("single", "app_password_required"),
    ]
    endpoint.refuses[""] = NOT_DELEGATED
    await lab.clock.pass_by(3 * HOUR)
    [shared] = [each for each in open_ones(lab) if each.kind is IncidentKind.SHARED]
    assert set(shared.members) == {"ann", "cat"}
    assert len(open_ones(lab)) == 3


async def test_a_mail_server_that_shuts_three_out_is_not_the_connections_trouble(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann", "bob", "cat")

    def shut(errand: Errand) -> Failure:
        return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, "NO AUTHENTICATE failed.")

    for user in ("ann", "bob", "cat"):
        lab.servers.set(user, shut)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    places = {each.place for each in open_ones(lab)}
    assert PLACE not in places


async def test_who_gets_a_sign_in_of_its_own_or_is_paused_leaves(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann", "bob", "cat")
    endpoint.refuses[""] = EXPIRED
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    await engine.replace_credential(MailboxId("ann"), Password(Secret("her own")))
    await engine.pause([MailboxId("bob")], None)
    await lab.clock.pass_by(60)
    [incident] = open_ones(lab)
    assert set(incident.members) == {"cat"}
    assert lab.shown("ann") == "CONNECTED"


async def test_weather_at_the_endpoint_is_no_refusal(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT, "ann", "bob", "cat", "dan")
    endpoint.refuses[""] = no("HTTP 503", FailureKind.TEMPORARY)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert PLACE not in {each.place for each in open_ones(lab)}


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        (EXPIRED, True),
        (no("", FailureKind.UNSUPPORTED), True),
        (UNKNOWN_USER, False),
        (no("HTTP 429", FailureKind.TEMPORARY), False),
        (no("", FailureKind.TIMED_OUT), False),
    ],
)
def test_only_a_final_no_to_the_connection_is_its_trouble(failed: TokenFailed, expected: bool) -> None:
    assert is_of_connection(failed.failure) is expected


def test_what_a_mail_server_says_is_not() -> None:
    marks = frozenset({Mark.APP_ONLY_ACCESS})
    assert not is_of_connection(Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, "NO", marks=marks))
    assert not is_of_connection(None)
