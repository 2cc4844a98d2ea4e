"""What the face of the engine offers for admin connections: keep them, try them, see whom they serve."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.chores import Chores
from mailbox_desk.engine.crew import PORTION, Crew
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.fleet_ends import ending_now, warns
from mailbox_desk.engine.messages import Hastened, MailboxChanged
from mailbox_desk.engine.taking_over import taken_over
from mailbox_desk.engine.try_out import no_token, try_out
from mailbox_desk.engine.world import World
from mailbox_desk.model.admin_connection import (
    ADMIN_ACCESS,
    AdminConnection,
    ConnectionId,
    ConnectionKind,
    ConnectionView,
    KeyFacts,
    is_admin_access,
)
from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.errand import Draft, TryOutStep
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.incident import Place
from mailbox_desk.model.mailbox import AuthKind, Mailbox, MailboxId
from mailbox_desk.model.notice import Notice, NoticeKind
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.service_account_key import connection_from_key
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed

_log = logging.getLogger(__name__)
_TRIAL: Final = MailboxId("")


class FleetFace(ABC):
    """A part of Engine."""

    _world: World
    _desk: Desk
    _crew: Crew
    _chores: Chores
    _providers: Mapping[str, Provider]

    @property
    @abstractmethod
    def mailboxes(self) -> tuple[Mailbox, ...]: ...

    @abstractmethod
    async def replace_credential(self, mailbox_id: MailboxId, credential: Credential) -> None: ...

    @abstractmethod
    def _with_provider(self, mailbox: Mailbox) -> Mailbox: ...

    @property
    def served_domains(self) -> Mapping[str, str]:
        """The domains that admin connections serve, and the provider of each: their addresses need no secret."""
        return self._desk.fleets.connections.domains

    async def admin_connections(self) -> tuple[ConnectionView, ...]:
        """All, each with how many mailboxes it signs in. Raises VaultClosed."""
        return tuple([await self._view(each.connection, each.is_resting) for each in self._desk.fleets.connections.all])

    async def save_admin_connection(self, connection: AdminConnection, key: Secret | None = None) -> None:
        """Keep one, new or changed; without a key the one that is there stays. Its mailboxes are tried again at once.
        Raises BadKey, DomainServed, SecretMissing, VaultClosed, VaultFailed, ArchiveFailed."""
        if key is not None:
            facts = await self.admin_key_facts(connection.kind, key)
            if facts.expires_at is not None:
                connection = replace(connection, secret_expires_at=facts.expires_at)
        await self._desk.fleets.connections.save(connection, key)
        await self._desk.fleets.begin_anew(connection.id)
        for mailbox_id in await self._signed_in_by(connection):
            self._crew.tell((mailbox_id,), Event(EventKind.SECRET_REPLACED))
        await self._tell_ends()

    async def remove_admin_connection(self, connection_id: ConnectionId) -> None:
        """Forget it and its key; its mailboxes then have no way in. Raises VaultClosed, ArchiveFailed."""
        await self._desk.fleets.begin_anew(connection_id)
        await self._desk.fleets.connections.remove(connection_id)

    async def serve(self, ids: Iterable[MailboxId]) -> tuple[MailboxId, ...]:
        """These sign in by their admin connection from now on; what they signed in with is forgotten, once the
        connection has worked for the mailbox. Tells those for which it did not: they keep what they have. Raises
        VaultClosed, VaultFailed, ArchiveFailed."""
        wanted = frozenset(ids)
        mailboxes = [each for each in self.mailboxes if each.id in wanted]

        async def hand_over(mailbox_id: MailboxId) -> None:
            await self.replace_credential(mailbox_id, ADMIN_ACCESS)

        return await taken_over(self._desk, mailboxes, hand_over)

    async def own_sign_ins(self, connection: AdminConnection) -> tuple[MailboxId, ...]:
        """The mailboxes of its domains that sign in by themselves. Raises VaultClosed."""
        inside = [each.id for each in self.mailboxes if connection.serves(each)]
        served = set(await self._signed_in_by(connection))
        return tuple(each for each in inside if each not in served)

    async def try_admin_connection(
        self, connection: AdminConnection, key: Secret | None, address: str
    ) -> AsyncGenerator[TryOutStep, None]:
        """Sign in to this one mailbox by a connection, saved or not; nothing is stored but refusals counted. `key` None
        takes the one that is kept. Raises SecretMissing, SecretUnreadable, VaultClosed."""
        fleets = self._desk.fleets
        mailbox = self._with_provider(self.mailbox_of_connection(connection, address))
        own = key if key is not None else await fleets.connections.key(connection.id)
        was_refused = fleets.is_refused(connection.id)
        try:
            token = await fleets.tried(connection, own, address)
        except TokenFailed as failed:
            for told in no_token(self._desk, mailbox, failed):
                yield told
            return
        if was_refused and key is None:
            for mailbox_id in await self._signed_in_by(connection):
                self._crew.tell((mailbox_id,), Event(EventKind.SECRET_REPLACED))
        async with aclosing(try_out(self._desk, Draft(mailbox, token))) as steps:
            async for step in steps:
                yield step

    def mailbox_of_connection(self, connection: AdminConnection, address: str) -> Mailbox:
        """The mailbox of this address as it is set up, else where its provider says."""
        known = next((each for each in self.mailboxes if each.address.casefold() == address.casefold()), None)
        if known is not None:
            return replace(known, auth=AuthKind.OAUTH)
        provider = self._providers.get(connection.kind.provider)
        ends = provider.endpoints(address) if provider is not None else (None, None)
        return Mailbox(_TRIAL, address, *ends, auth=AuthKind.OAUTH)

    async def admin_key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        """What a key tells of itself. Raises BadKey."""
        return await self._world.admin_tokens.key_facts(kind, key)

    def read_service_account(
        self, text: str, connection_id: ConnectionId, domains: tuple[str, ...] = ()
    ) -> tuple[AdminConnection, Secret]:
        """The connection that a JSON key of Google Cloud is for, and the key. Raises BadKey."""
        return connection_from_key(text, connection_id, domains)

    async def _stop_tokens(self) -> None:
        await self._desk.tokens.stop()
        await self._desk.fleets.stop()

    async def _forget_grant(self, mailbox_id: MailboxId) -> None:
        await self._desk.tokens.forget(mailbox_id)
        self._desk.fleets.forget(mailbox_id)

    def _hasten_refused(self, connection: Place | None) -> None:
        """It was refused for one of its mailboxes: those without a token are down alike, and say so now."""
        if connection is not None:
            told = self._desk.fleets.without_token(connection)
            self._chores.begin(self._crew.post_in_turn(told, Hastened(doubtful=True)), "connection refused")

    async def _tell_ends(self) -> None:
        """Whom each connection signs in, as the vault has it. A key that ends in 30 days, 7 or 1 is told of once each,
        and its mailboxes show it, looked at in this run or not."""
        connections, now = self._desk.fleets.connections, self._world.clock.now()
        for kept in connections.all:
            days = ending_now(kept, now)
            try:
                served = await self._signed_in_by(kept.connection)
                self._know_served(kept.connection, frozenset(served))
                if days is None:
                    continue
                await connections.put(replace(kept, told_days=days))
            except (VaultClosed, ArchiveFailed) as failed:
                _log.warning("the end of an admin connection's key could not be told now: %s", failed)
                continue
            self._world.notifier(Notice(NoticeKind.KEY_ENDS, (), key_ends=kept.connection, served=served))

    def _know_served(self, connection: AdminConnection, served: Collection[MailboxId]) -> None:
        mailboxes = [each for each in self.mailboxes if each.id in served]
        self._desk.fleets.know(connection, mailboxes)
        if warns(connection, self._world.clock.now()):
            for each in mailboxes:
                self._crew.post(each.id, MailboxChanged(each))

    async def _view(self, connection: AdminConnection, is_resting: bool) -> ConnectionView:
        served = len(await self._signed_in_by(connection))
        inside = sum(connection.serves(each) for each in self.mailboxes)
        return ConnectionView(connection, served, inside - served, is_resting)

    async def _signed_in_by(self, connection: AdminConnection) -> tuple[MailboxId, ...]:
        found = []
        for place, mailbox in enumerate(self.mailboxes):
            if place % PORTION == 0:
                await asyncio.sleep(0)  # unsealing thousands at once would hold up the window's thread
            if connection.serves(mailbox) and await self._has_admin_access(mailbox.id):
                found.append(mailbox.id)
        return tuple(found)

    async def _has_admin_access(self, mailbox_id: MailboxId) -> bool:
        try:
            return is_admin_access(await self._world.vault.read(mailbox_id))
        except (SecretMissing, SecretUnreadable):
            return False
