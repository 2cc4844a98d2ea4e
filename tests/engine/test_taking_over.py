"""Handing mailboxes over to an admin connection: nothing that works is thrown away before the other is proved."""

from __future__ import annotations

import asyncio

import pytest

from mailbox_desk.model.admin_connection import is_admin_access
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import AuthKind, MailboxId
from tests.engine.fakes import HOUR, Lab
from tests.engine.fleets import GOOGLE, GOOGLE_SERVICE, MICROSOFT, MICROSOFT_SERVICE, Endpoint, no, put

USERS = [MailboxId(f"u{n}") for n in range(10)]
UNKNOWN_USER = '{"error": "invalid_grant", "error_description": "Invalid email or User ID"}'


@pytest.fixture
def endpoint(lab: Lab) -> Endpoint:
    made = Endpoint(lab.clock)
    lab.admin_tokens, lab.admin_services = made, (GOOGLE_SERVICE, MICROSOFT_SERVICE)
    return made


def no_token_here(errand: Errand) -> Failure | None:
    """The app is not let into this mailbox; its password works."""
    if errand.auth is AuthKind.OAUTH:
        return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, "NO AUTHENTICATE failed.")
    return None


async def served(lab: Lab, users: list[MailboxId]) -> tuple[MailboxId, ...]:
    handing = asyncio.ensure_future(lab.engine.serve(users))
    await lab.clock.pass_by(30)
    return await asyncio.wait_for(handing, 5)


async def test_who_is_proved_is_handed_over_and_who_is_not_keeps_what_it_has(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, MICROSOFT)
    for user in USERS:
        lab.mailbox(user, provider="microsoft")
    lab.servers.set("u3", no_token_here)
    engine = await lab.start()
    await lab.clock.pass_by(60)
    assert await served(lab, USERS) == (MailboxId("u3"),)
    kept = [each for each in USERS if not is_admin_access(lab.vault.secrets[each])]
    assert kept == ["u3"]
    assert isinstance(lab.vault.secrets[MailboxId("u3")], Password)
    assert lab.shelf.mailboxes[MailboxId("u3")].auth is AuthKind.PASSWORD
    assert len(endpoint.asked) == 1
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in USERS} == {"CONNECTED"}
    [view] = await engine.admin_connections()
    assert (view.served, view.others) == (9, 1)


async def test_a_connection_that_is_refused_takes_nothing_and_is_asked_once(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE)
    for user in USERS:
        lab.mailbox(user, provider="google")
    endpoint.refuses[""] = no('{"error": "unauthorized_client"}')
    await lab.start()
    await lab.clock.pass_by(60)
    assert set(await served(lab, USERS)) == set(USERS)
    assert all(isinstance(lab.vault.secrets[each], Password) for each in USERS)
    assert len(endpoint.asked) == 1
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in USERS} == {"CONNECTED"}


async def test_a_name_that_the_provider_does_not_know_keeps_its_password(lab: Lab, endpoint: Endpoint) -> None:
    put(lab, GOOGLE)
    for user in USERS:
        lab.mailbox(user, provider="google")
    endpoint.refuses["u5@example.com"] = no(UNKNOWN_USER)
    await lab.start()
    await lab.clock.pass_by(60)
    assert await served(lab, USERS) == (MailboxId("u5"),)
