"""A keyring that is not there: for a vault that must never ask the system for one."""

from __future__ import annotations

from mailbox_desk.adapters.keyring_key import KeyringAnswer, KeyringKeys, KeyringState
from mailbox_desk.adapters.sealing import MasterKey


class NoKeyring(KeyringKeys):
    """Keeps nothing, asks nobody: the vault's key then goes under a passphrase."""

    async def look(self, vault_id: str) -> KeyringState:
        return KeyringState.ABSENT

    async def fetch(self, vault_id: str, *, prompt: bool) -> KeyringAnswer:
        return KeyringAnswer(KeyringState.ABSENT)

    async def keep(self, vault_id: str, key: MasterKey, *, prompt: bool) -> KeyringState:
        return KeyringState.ABSENT
