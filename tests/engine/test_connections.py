from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.connections import Connections, NoSuchConnection
from mailbox_desk.model.admin_connection import ConnectionId, DomainServed
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.kept_connections import ADMIN_CONNECTIONS
from mailbox_desk.model.vault_state import SecretMissing, VaultClosed, VaultState
from tests.engine.fakes import Lab, MemoryVault, Shelf
from tests.engine.fleets import GOOGLE, KEY, MICROSOFT


def of(vault: MemoryVault, shelf: Shelf) -> Connections:
    return Connections(vault, shelf, shelf.settings.get(ADMIN_CONNECTIONS, ""))


async def test_it_outlives_the_program_its_key_in_the_vault_alone() -> None:
    vault, shelf = MemoryVault(), Shelf()
    await of(vault, shelf).save(GOOGLE, KEY)
    assert "canary" not in shelf.settings[ADMIN_CONNECTIONS]
    again = of(vault, shelf)
    assert [each.connection for each in again.all] == [GOOGLE]
    assert await again.key(GOOGLE.id) == KEY
    await again.save(replace(GOOGLE, note="Kim"), None)
    assert await again.key(GOOGLE.id) == KEY
    assert again.domains == {"example.com": "google"}


async def test_a_removed_one_leaves_nothing() -> None:
    vault, shelf = MemoryVault(), Shelf()
    kept = of(vault, shelf)
    await kept.save(GOOGLE, KEY)
    await kept.remove(GOOGLE.id)
    await kept.remove(GOOGLE.id)
    assert (vault.app_secrets, shelf.settings[ADMIN_CONNECTIONS], kept.all) == ({}, "[]", ())
    with pytest.raises(NoSuchConnection):
        kept.kept(GOOGLE.id)


async def test_a_domain_has_one_connection_and_a_connection_a_key() -> None:
    kept = of(MemoryVault(), Shelf())
    with pytest.raises(SecretMissing):
        await kept.save(GOOGLE, None)
    await kept.save(GOOGLE, KEY)
    with pytest.raises(DomainServed) as served:
        await kept.save(MICROSOFT, KEY)
    assert served.value.domain == "example.com"
    await kept.save(replace(MICROSOFT, id=ConnectionId("n"), domains=("example.net",)), KEY)
    assert len(kept.all) == 2


async def test_a_full_disk_or_a_closed_vault_changes_nothing() -> None:
    vault, shelf = MemoryVault(), Shelf()
    kept = of(vault, shelf)
    await kept.save(GOOGLE, KEY)
    shelf.full = True
    with pytest.raises(ArchiveFailed):
        await kept.remove(GOOGLE.id)
    shelf.full, vault.state = False, VaultState.LOCKED
    with pytest.raises(VaultClosed):
        await kept.remove(GOOGLE.id)
    vault.state = VaultState.OPEN
    assert await kept.key(GOOGLE.id) == KEY


async def test_a_mailbox_is_served_by_its_account_or_its_address(lab: Lab) -> None:
    kept = of(lab.vault, lab.shelf)
    await kept.save(GOOGLE, KEY)
    ann = lab.mailbox("ann")
    assert kept.serving(ann) == GOOGLE
    assert ann.receiving is not None
    alias = replace(ann, address="hello@other.example", receiving=replace(ann.receiving, username="ann@EXAMPLE.com"))
    assert kept.serving(alias) == GOOGLE
    assert kept.serving(replace(ann, address="ann@other.example")) is None
