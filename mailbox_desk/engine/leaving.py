"""Gives a grant back when its mailbox leaves the desk (RFC 7009). Best effort, within a limit: a server that does not
answer must not keep a mailbox here. It deletes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mailbox_desk.engine.oauth_apps import OAuthApps
from mailbox_desk.engine.ports import Clock, Tokens, Vault
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.oauth import NoSuchApp, OAuthApp, OAuthAppId, Revocation, TokenFailed
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed

_log = logging.getLogger(__name__)
_LIMIT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Revocable:
    """A grant and the app that it was given to."""

    app: OAuthApp
    grant: OAuthToken


class GivingBack:
    """Revokes the grants of mailboxes that leave."""

    def __init__(self, clock: Clock, vault: Vault, tokens: Tokens, apps: OAuthApps) -> None:
        self._clock, self._vault, self._tokens, self._apps = clock, vault, tokens, apps

    async def revocable(self, leaving: Mailbox, others: Iterable[Mailbox]) -> Revocable | None:
        """What there is to give back. None where there is no grant, no place to revoke it, or where another mailbox of
        the desk lives on a grant of the same account and app: providers end all of those together."""
        try:
            grant = await self._vault.read(leaving.id)
            if not isinstance(grant, OAuthToken):
                return None
            app = await self._apps.get(OAuthAppId(grant.app))
        except (SecretMissing, SecretUnreadable, VaultClosed, NoSuchApp):
            return None
        kin = [each.id for each in others if each.id != leaving.id and not _names(each).isdisjoint(_names(leaving))]
        if not app.service.revoke_url or any([await self._has_grant_of(each, grant.app) for each in kin]):
            return None
        return Revocable(app, grant)

    async def revoke(self, mailbox_id: MailboxId, given: Revocable | None) -> Revocation:
        """Give it back; a failure is said, and no more."""
        if given is None:
            return Revocation.NOT_POSSIBLE
        asking = asyncio.ensure_future(self._tokens.revoke(given.app, given.grant))
        limit = asyncio.ensure_future(self._clock.sleep(_LIMIT))
        try:
            await asyncio.wait({asking, limit}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                _log.warning("%s: its grant could not be revoked: no answer in time", mailbox_id)
                return Revocation.FAILED
            await asking
        except TokenFailed as failed:
            _log.warning("%s: its grant could not be revoked: %s", mailbox_id, failed.failure.kind.value)
            return Revocation.FAILED
        finally:
            asking.cancel()
            limit.cancel()
        return Revocation.REVOKED

    async def _has_grant_of(self, mailbox_id: MailboxId, app: str) -> bool:
        try:
            credential = await self._vault.read(mailbox_id)
        except (SecretMissing, SecretUnreadable, VaultClosed):
            return False
        return isinstance(credential, OAuthToken) and credential.app == app


def _names(mailbox: Mailbox) -> set[str]:
    """Who it signs in as."""
    ends = (mailbox.receiving, mailbox.sending)
    return {end.username.casefold() for end in ends if end is not None}
