"""A vault that is open from the start and forgets all with the process, for one-off runs over a file of mailboxes."""

from __future__ import annotations

from collections.abc import Mapping

from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import OAuthAppId
from mailbox_desk.model.vault_state import SecretMissing, VaultState


class MemoryVault:
    """Asks no keyring, writes no file."""

    def __init__(self, credentials: Mapping[MailboxId, Credential] | None = None) -> None:
        self._credentials = dict(credentials or {})
        self._app_secrets: dict[OAuthAppId, Secret] = {}

    @property
    def state(self) -> VaultState:
        return VaultState.OPEN

    async def open(self, *, prompt: bool = False, passphrase: Secret | None = None) -> VaultState:
        return VaultState.OPEN

    async def read(self, mailbox_id: MailboxId) -> Credential:
        try:
            return self._credentials[mailbox_id]
        except KeyError as error:
            raise SecretMissing(mailbox_id) from error

    async def write(self, mailbox_id: MailboxId, credential: Credential) -> None:
        self._credentials[mailbox_id] = credential

    async def delete(self, mailbox_id: MailboxId) -> None:
        self._credentials.pop(mailbox_id, None)

    async def read_app_secret(self, app: OAuthAppId) -> Secret | None:
        return self._app_secrets.get(app)

    async def write_app_secret(self, app: OAuthAppId, secret: Secret) -> None:
        self._app_secrets[app] = secret

    async def delete_app_secret(self, app: OAuthAppId) -> None:
        self._app_secrets.pop(app, None)
