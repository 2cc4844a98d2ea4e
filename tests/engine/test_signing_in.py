from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.signing_in import is_same_account
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import AuthKind, Mailbox
from mailbox_desk.model.oauth import (
    CameBack,
    Granted,
    IdentityUnproven,
    LinkReady,
    SignInFailed,
    WrongAccount,
)
from tests.engine.fakes import Lab, refuse
from tests.engine.grants import APP, Acme, token_failure

LINK = LinkReady("https://id.acme.example/authorize?x", 1_800_000_600.0)


@pytest.fixture
def acme(lab: Lab) -> Acme:
    made = Acme(lab.clock)
    lab.tokens, lab.apps = made, (APP,)
    return made


def grant(acme: Acme) -> OAuthToken:
    return replace(acme.grant("ann"), app="", granted_at=0.0, refreshed_at=0.0)


async def started(lab: Lab) -> Engine:
    """Watching, with the first looks behind it."""
    engine = await lab.start(first_round=False)
    await lab.clock.pass_by(1)
    lab.servers.visits.clear()
    return engine


async def test_the_right_person_gets_a_grant_and_nothing_is_saved(lab: Lab, acme: Acme) -> None:
    mailbox = lab.mailbox("ann")
    engine = await started(lab)
    kept = dict(lab.vault.secrets)
    acme.steps = (LINK, CameBack(), Granted(grant(acme), "ANN@Example.com"))
    told = [step async for step in engine.sign_in(mailbox, APP)]
    assert told[:2] == [LINK, CameBack()]
    last = told[-1]
    assert isinstance(last, Granted)
    assert (last.token.app, last.token.granted_at, last.token.refreshed_at) == ("app", lab.clock.now(), lab.clock.now())
    assert lab.vault.secrets == kept
    assert acme.sign_ins == [("browser", "ann@example.com")]
    assert lab.servers.visits == []


async def test_a_wrong_account_is_refused_by_name(lab: Lab, acme: Acme) -> None:
    mailbox = lab.mailbox("ann")
    engine = await started(lab)
    acme.steps = (LINK, CameBack(), Granted(grant(acme), "bob@example.com"))
    told = [step async for step in engine.sign_in(mailbox, APP, device=True)]
    assert told[-1] == WrongAccount("ann@example.com", "bob@example.com")
    assert not any(isinstance(step, Granted) for step in told)
    assert acme.sign_ins == [("device", "ann@example.com")]
    assert acme.revoked == []  # it may be the grant that another mailbox lives on


async def test_where_the_provider_says_nothing_the_mail_server_proves_it(lab: Lab, acme: Acme) -> None:
    mailbox = lab.mailbox("ann")
    engine = await started(lab)
    acme.steps = (LINK, CameBack(), Granted(grant(acme), ""))
    told = [step async for step in engine.sign_in(mailbox, APP)]
    last = told[-1]
    assert isinstance(last, Granted)
    assert last.address == "ann@example.com"
    assert len(lab.servers.visits) == 1


async def test_what_no_mail_server_takes_is_not_proved(lab: Lab, acme: Acme) -> None:
    mailbox = lab.mailbox("ann")
    engine = await started(lab)
    lab.servers.set("ann", refuse)
    acme.steps = (LINK, CameBack(), Granted(grant(acme), ""))
    told = [step async for step in engine.sign_in(mailbox, APP)]
    last = told[-1]
    assert isinstance(last, IdentityUnproven)
    assert last.failure is not None
    assert last.failure.kind is FailureKind.REFUSED
    assert len(lab.servers.visits) == 1


async def test_an_address_without_servers_is_proved_when_it_is_added(lab: Lab, acme: Acme) -> None:
    engine = await started(lab)
    acme.steps = (LINK, Granted(grant(acme), ""))
    told = [step async for step in engine.sign_in("new@example.com", APP)]
    assert isinstance(told[-1], Granted)
    assert told[-1].address == ""


async def test_a_failure_is_the_last_word(lab: Lab, acme: Acme) -> None:
    engine = await started(lab)
    failed = SignInFailed(token_failure(FailureKind.REFUSED, "access_denied"))
    acme.steps = (LINK, failed)
    assert [step async for step in engine.sign_in("new@example.com", APP)] == [LINK, failed]


async def test_what_is_added_with_a_grant_signs_in_by_oauth(lab: Lab, acme: Acme) -> None:
    mailbox = lab.mailbox("ann")
    lab.shelf.mailboxes.clear()
    engine = await lab.start()
    await engine.add(Draft(mailbox, acme.grant("ann")))
    await lab.clock.pass_by(10)
    assert lab.snapshot("ann").mailbox.auth is AuthKind.OAUTH
    assert lab.shown("ann") == "CONNECTED"


@pytest.mark.parametrize(
    ("signed_in", "own", "is_same"),
    [
        ("Ann@Example.COM", "ann@example.com", True),
        ("ann.lee@gmail.com", "annlee@googlemail.com", True),
        ("annlee@gmail.com", "annlee+x@gmail.com", True),
        ("ann.lee@example.com", "annlee@example.com", False),
        ("ann@example.org", "ann@example.com", False),
        ("ann", "ann@example.com", False),
    ],
)
def test_ways_of_writing_one_address(lab: Lab, signed_in: str, own: str, is_same: bool) -> None:
    mailbox = Mailbox(lab.mailbox("x").id, own, None, None)
    assert is_same_account(signed_in, mailbox) is is_same


def test_the_account_behind_a_shared_mailbox_is_its_user_name(lab: Lab) -> None:
    mailbox = lab.mailbox("delegate@example.com")
    assert is_same_account("Delegate@example.com", replace(mailbox, address="info@example.com"))
