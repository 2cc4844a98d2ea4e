"""How the store of secrets stands, and the two ways in which it can't answer."""

from __future__ import annotations

from enum import StrEnum


class VaultState(StrEnum):
    """`NO_KEYRING`: no vault yet and no keyring to keep its key in. `KEY_GONE`: a vault is there but its key is not."""

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


class SecretUnreadable(Exception):
    """The vault is open, but what it holds for this mailbox can't be unsealed: that row is damaged."""


class WrongPassphrase(Exception):
    """The passphrase does not open this vault; its state is WANTS_PASSPHRASE as before."""


class VaultFailed(Exception):
    """The vault could not be written: disk full, not allowed, damaged. It holds what it held; the cause is kept."""
