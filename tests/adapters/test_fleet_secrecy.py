"""A key of an admin connection lies in the vault alone, sealed: looked for in all that a real desk writes."""

from __future__ import annotations

import logging

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.connections import Connections
from mailbox_desk.model.admin_connection import ADMIN_ACCESS, AdminConnection, ConnectionId, ConnectionKind
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.kept_connections import ADMIN_CONNECTIONS
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.paths import Home
from tests.e2e.secrecy import files_under, found_in
from tests.servers.admin_tokens import Pair

SERVED = MailboxId("served")
CLIENT_SECRET = 'client-secret~canary "8Q"'


@pytest.mark.parametrize("pem", [True, False])
async def test_it_outlives_the_program_sealed(
    desk_home: Home, database: Database, caplog: pytest.LogCaptureFixture, pem: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    key = Pair.make().pem if pem else CLIENT_SECRET
    connection = AdminConnection(
        ConnectionId("m"), ConnectionKind.MICROSOFT_APP_ONLY, ("a.example",), "app", tenant="t"
    )
    vault = SealedVault(desk_home, NoKeyring())
    assert await vault.open(passphrase=Secret("correct horse")) is VaultState.OPEN
    await Connections(vault, database, "").save(connection, Secret(key))
    await vault.write(SERVED, ADMIN_ACCESS)
    await vault.close()
    again = SealedVault(desk_home, NoKeyring())
    await again.open(passphrase=Secret("correct horse"))
    kept = Connections(again, database, (await database.load()).settings[ADMIN_CONNECTIONS])
    assert [each.connection for each in kept.all] == [connection]
    assert (await kept.key(connection.id)).reveal() == key
    assert await again.read(SERVED) == ADMIN_ACCESS
    canaries = [line for line in key.splitlines() if "-----" not in line and len(line) > 20] or [key]
    places = [*files_under(desk_home.root), ("log", caplog.text.encode()), ("repr", repr(kept.all).encode())]
    assert len(places) > 3
    assert found_in(places, dict.fromkeys(canaries[2:-2] or canaries, "user")) == []
    await kept.remove(connection.id)
    await again.close()
    assert (await database.load()).settings[ADMIN_CONNECTIONS] == "[]"
