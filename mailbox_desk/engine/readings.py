"""What the face of the engine answers from what is known and stored. Nothing here changes a mailbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.world import World
from mailbox_desk.model.history import Heartbeat, StatusChange, Unwritten
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState


class Readings:
    """A part of Engine."""

    _world: World
    _desk: Desk
    _providers: Mapping[str, Provider]

    @property
    def vault_state(self) -> VaultState:
        return self._world.vault.state

    @property
    def unwritten(self) -> Unwritten | None:
        """What waits in memory for a store that takes nothing; None where all is written."""
        return self._desk.archive.unwritten

    @property
    def providers(self) -> tuple[Provider, ...]:
        return self._world.providers

    def provider(self, provider_id: str) -> Provider | None:
        return self._providers.get(provider_id)

    async def save_setting(self, name: str, value: str) -> None:
        """Keep it for the next start. Raises ArchiveFailed."""
        await self._world.archive.save_setting(name, value)

    async def heartbeats(self, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]:
        return await self._world.archive.heartbeats(mailbox_id, since)

    async def changes(self, mailbox_id: MailboxId, limit: int = 50) -> Sequence[StatusChange]:
        return await self._world.archive.changes(mailbox_id, limit)

    async def changes_since(self, since: float) -> Sequence[StatusChange]:
        """Of all mailboxes from `since` (seconds since 1970 UTC) on, and the last one of each before it."""
        return await self._world.archive.changes_since(since)

    @property
    def shared_incidents(self) -> tuple[Incident, ...]:
        """Those under way that many mailboxes have together, the oldest first."""
        return self._desk.journal.shared

    async def incidents(self, mailbox_id: MailboxId | None = None, limit: int = 50) -> Sequence[Incident]:
        return await self._world.archive.incidents(mailbox_id, limit)
