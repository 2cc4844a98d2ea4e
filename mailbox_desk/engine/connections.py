"""The admin connections of the desk. What is no secret lies in the store, as one setting; their keys lie in the vault
alone, and leave it only for the request that needs them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from mailbox_desk.engine.ports import Archive, Vault
from mailbox_desk.model.admin_connection import AdminConnection, ConnectionId, DomainServed
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.kept_connections import (
    ADMIN_CONNECTIONS,
    KeptConnection,
    connections_as_text,
    connections_from_text,
)
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.oauth import OAuthAppId
from mailbox_desk.model.vault_state import SecretMissing, VaultClosed, VaultFailed

_log = logging.getLogger(__name__)


class NoSuchConnection(Exception):
    """No admin connection of this id is kept here."""


class Connections:
    """`text`: the connections as the store has them."""

    def __init__(self, vault: Vault, archive: Archive, text: str) -> None:
        self._vault, self._archive = vault, archive
        kept, odd = connections_from_text(text)
        if odd:
            _log.warning("%d admin connections of the store can't be used", odd)
        self._kept = {each.connection.id: each for each in kept}

    @property
    def all(self) -> tuple[KeptConnection, ...]:
        return tuple(self._kept.values())

    @property
    def domains(self) -> Mapping[str, str]:
        """Every domain that is served, and the provider whose mailboxes are there."""
        views = (each.connection for each in self.all)
        return {domain: each.kind.provider for each in views for domain in each.domains}

    def serving(self, mailbox: Mailbox) -> AdminConnection | None:
        return next((each.connection for each in self.all if each.connection.serves(mailbox)), None)

    def kept(self, connection_id: ConnectionId) -> KeptConnection:
        """Raises NoSuchConnection."""
        if connection_id not in self._kept:
            raise NoSuchConnection(connection_id)
        return self._kept[connection_id]

    async def key(self, connection_id: ConnectionId) -> Secret:
        """Raises VaultClosed, SecretMissing, SecretUnreadable."""
        key = await self._vault.read_app_secret(_row_of(connection_id))
        if key is None:
            raise SecretMissing(connection_id)
        return key

    async def save(self, connection: AdminConnection, key: Secret | None) -> None:
        """Keep one, new or changed; without a key the one that is there stays. The key first: a connection without one
        can't be. Raises DomainServed, SecretMissing, VaultClosed, VaultFailed, ArchiveFailed."""
        others = {
            domain for each in self.all if each.connection.id != connection.id for domain in each.connection.domains
        }
        taken = sorted(others.intersection(connection.domains))
        if taken:
            raise DomainServed(taken[0])
        if key is not None:
            await self._vault.write_app_secret(_row_of(connection.id), key)
        else:
            await self.key(connection.id)
        before = self._kept.get(connection.id)
        same_end = before is not None and before.connection.secret_expires_at == connection.secret_expires_at
        told = before.told_days if before is not None and same_end else None
        await self.put(KeptConnection(connection, told_days=told))

    async def put(self, kept: KeptConnection) -> None:
        """Write one down as it stands now. Raises ArchiveFailed, and nothing has changed."""
        changed = self._kept | {kept.connection.id: kept}
        await self._archive.save_setting(ADMIN_CONNECTIONS, connections_as_text(changed.values()))
        self._kept = changed

    async def rest(self, connection_id: ConnectionId, *, resting: bool) -> None:
        """Whether its key is left alone until a person acts. Raises ArchiveFailed."""
        kept = self._kept.get(connection_id)
        if kept is not None and kept.is_resting is not resting:
            await self.put(replace(kept, is_resting=resting))

    async def remove(self, connection_id: ConnectionId) -> None:
        """Forget it and its key. Raises VaultClosed, ArchiveFailed, and nothing is done."""
        if connection_id not in self._kept:
            return
        await self._vault.read_app_secret(_row_of(connection_id))  # a vault that is closed is found out before
        left = {each: kept for each, kept in self._kept.items() if each != connection_id}
        await self._archive.save_setting(ADMIN_CONNECTIONS, connections_as_text(left.values()))
        self._kept = left
        try:
            await self._vault.delete_app_secret(_row_of(connection_id))
        except (VaultClosed, VaultFailed) as stays:
            _log.warning("a sealed key without an admin connection stays in the vault: %s", stays)


def _row_of(connection_id: ConnectionId) -> OAuthAppId:
    """Keys lie beside the secrets of OAuth apps; no app's id has a dot in it."""
    return OAuthAppId(f"connection.{connection_id}")
