"""How the store of secrets stands, and the two ways in which it can't answer."""

from __future__ import annotations

from enum import StrEnum


class VaultState(StrEnum):
    """`EMPTY`: no vault yet and no key place proved. `KEY_GONE`: a vault is there but its key is not."""

    OPEN = "open"
    LOCKED = "locked"
    WANTS_PASSPHRASE = "wants_passphrase"
    NO_KEYRING = "no_keyring"
    KEY_GONE = "key_gone"
    BROKEN = "broken"


class VaultClosed(Exception):
    """The vault can't be read or written now; `state` says why."""

    def __init__(self, state: VaultState) -> None:
        super().__init__(state.value)
        self.state = state


class SecretMissing(Exception):
    """The vault is open and holds nothing for this mailbox."""
