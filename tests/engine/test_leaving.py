from __future__ import annotations

import asyncio

import pytest

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import Revocation
from tests.engine.fakes import HOUR, Lab
from tests.engine.grants import APP, Acme, busy, by_token

ANN = MailboxId("ann")


@pytest.fixture
def acme(lab: Lab) -> Acme:
    made = Acme(lab.clock)
    lab.tokens, lab.apps = made, (APP,)
    return made


async def test_a_grant_is_given_back_and_everything_leaves(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    engine = await lab.start()
    assert await engine.remove(ANN, revoke=True) is Revocation.REVOKED
    assert acme.revoked == ["ann/1"]
    assert (lab.vault.secrets, lab.shelf.mailboxes, lab.engine.board.get(ANN)) == ({}, {}, None)
    await lab.clock.pass_by(10 * HOUR)
    assert acme.asked == []


async def test_unasked_it_is_only_forgotten(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    engine = await lab.start()
    assert await engine.remove(ANN) is Revocation.NOT_ASKED
    assert (acme.revoked, lab.vault.secrets) == ([], {})


async def test_a_server_that_refuses_does_not_keep_it(lab: Lab, acme: Acme, caplog: pytest.LogCaptureFixture) -> None:
    by_token(lab, acme, "ann")
    engine = await lab.start()
    acme.faults = [busy()]
    assert await engine.remove(ANN, revoke=True) is Revocation.FAILED
    assert lab.vault.secrets == {}
    assert "could not be revoked" in caplog.text


async def test_nor_does_one_that_never_answers(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    engine = await lab.start()
    acme.hangs = asyncio.Event()
    removing = asyncio.ensure_future(engine.remove(ANN, revoke=True))
    await lab.clock.settle()
    assert lab.vault.secrets == {}  # it is gone before the server has spoken
    await lab.clock.pass_by(15)
    assert await removing is Revocation.FAILED


async def test_a_password_has_nothing_to_give_back(lab: Lab, acme: Acme) -> None:
    lab.mailbox("ann")
    engine = await lab.start()
    assert await engine.remove(ANN, revoke=True) is Revocation.NOT_POSSIBLE


async def test_what_another_mailbox_lives_on_is_not_revoked(lab: Lab, acme: Acme) -> None:
    """A shared mailbox, read as the delegate: revoking one grant ends all of that account and app."""
    mailbox = by_token(lab, acme, "ann")
    shared = type(mailbox)(MailboxId("shared"), "info@example.com", mailbox.receiving, None, auth=mailbox.auth)
    lab.shelf.mailboxes[shared.id] = shared
    lab.vault.secrets[shared.id] = acme.grant("ann")
    engine = await lab.start()
    assert await engine.remove(ANN, revoke=True) is Revocation.NOT_POSSIBLE
    assert await engine.remove(shared.id, revoke=True) is Revocation.REVOKED


async def test_a_renewal_under_way_does_not_bring_the_secret_back(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann", expires_in=0)
    acme.hangs = asyncio.Event()
    engine = await lab.start()
    await lab.clock.pass_by(1)
    assert len(acme.asked) == 1
    await engine.remove(ANN)
    acme.hangs.set()
    await lab.clock.pass_by(60)
    assert lab.vault.secrets == {}
