"""Many mailboxes taken in at once, in a made-up world."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

import pytest

from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.credential import Credential, Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed, VaultState
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import HOUR, Lab, MemoryVault, Shelf


def draft(user: str, password: str = "pw") -> Draft:
    receiving = Endpoint("mail.example", 993, Security.TLS, user)
    mailbox = Mailbox(MailboxId(user), f"{user}@example.com", receiving, None)
    return Draft(mailbox, Password(Secret(password)))


async def take_in(engine: Engine, *drafts: Draft, first_round: bool = True) -> list[Kept]:
    return [kept async for portion in engine.add_all(drafts, first_round=first_round) for kept in portion]


async def test_all_are_kept_watched_and_looked_at_spread(lab: Lab) -> None:
    engine = await lab.start()
    users = [f"u{number}" for number in range(60)]
    kept = await take_in(engine, *map(draft, users))
    assert [(each.mailbox_id, each.error) for each in kept] == [(MailboxId(user), None) for user in users]
    assert {each.mailbox.address for each in engine.board.snapshots()} == {f"{user}@example.com" for user in users}
    assert [each.address for each in engine.mailboxes] == [f"{user}@example.com" for user in users]
    assert len(lab.servers.visits) <= 1, "no stampede"
    await lab.clock.pass_by(1.0)
    early = len(lab.servers.visits)
    assert 15 <= early <= 25, "as at a start: 20 a second"
    await lab.clock.pass_by(60)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}


async def test_without_a_first_round_nothing_is_looked_at_before_the_next_start(lab: Lab) -> None:
    engine = await lab.start(first_round=False)
    await take_in(engine, draft("ann"), first_round=False)
    await lab.clock.pass_by(HOUR)
    assert lab.servers.visits == []
    await lab.restart()
    await lab.clock.pass_by(5)
    assert lab.shown("ann") == "CONNECTED"


async def test_one_that_is_here_takes_the_new_secret_alone(lab: Lab) -> None:
    lab.mailbox("ann")
    engine = await lab.start()
    await lab.clock.pass_by(60)
    (kept,) = await take_in(engine, draft("ann", "new"))
    assert kept == Kept(MailboxId("ann"))
    credential = lab.vault.secrets[MailboxId("ann")]
    assert credential.secret(Half.RECEIVING).reveal() == "new"
    assert lab.shelf.mailboxes[MailboxId("ann")].sending is not None, "its servers stay"
    seen = len(lab.servers.visits)
    await lab.clock.pass_by(10)
    assert len(lab.servers.visits) > seen, "and it is looked at"


async def test_a_closed_vault_is_said_before_anything_is_kept(lab: Lab) -> None:
    engine = await lab.start()
    lab.vault.state = VaultState.LOCKED
    with pytest.raises(VaultClosed):
        await take_in(engine, draft("ann"))
    assert lab.shelf.mailboxes == {}


@dataclass
class PickyVault(MemoryVault):
    async def write(self, mailbox_id: MailboxId, credential: Credential) -> None:
        if mailbox_id == "bob":
            raise VaultFailed("disk full")
        await super().write(mailbox_id, credential)


@dataclass
class PickyShelf(Shelf):
    async def save_mailbox(self, mailbox: Mailbox, standing: Standing) -> None:
        if mailbox.id == "carl":
            raise ArchiveFailed("disk full")
        await super().save_mailbox(mailbox, standing)


async def test_each_mailbox_is_kept_whole_or_not_at_all() -> None:
    lab = Lab(vault=PickyVault(), shelf=PickyShelf())
    engine = await lab.start()
    try:
        kept = {
            each.mailbox_id: each.error for each in await take_in(engine, *map(draft, ("ann", "bob", "carl", "dora")))
        }
    finally:
        await engine.stop()
    assert {name: type(error) for name, error in kept.items()} == {
        "ann": type(None),
        "bob": VaultFailed,
        "carl": ArchiveFailed,
        "dora": type(None),
    }
    assert set(lab.vault.secrets) == set(lab.shelf.mailboxes) == {"ann", "dora"}, "no secret without its mailbox"


async def test_stopped_between_two_portions_it_keeps_what_was_told(lab: Lab) -> None:
    engine = await lab.start()
    async with aclosing(engine.add_all([draft(f"u{number}") for number in range(200)])) as portions:
        told = await anext(portions)
    await lab.clock.settle()
    assert 0 < len(told) < 200
    assert set(engine.ids) == {kept.mailbox_id for kept in told} == set(lab.shelf.mailboxes)
