"""Wraps the master key under a passphrase, where there is no keyring. Slow on purpose: call it on a worker."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mailbox_desk.adapters.sealing import KEY_BYTES, MasterKey, WrongSeal
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.vault_state import WrongPassphrase

_OWNER = "master key"


@dataclass(frozen=True, slots=True)
class PassphraseLock:
    """A master key under a passphrase, and all that is needed to derive it again: Argon2id (RFC 9106),
    `memory` in KiB. The seal of `wrapped` tells a right passphrase from a wrong one."""

    salt: bytes
    wrapped: bytes
    iterations: int = 3
    lanes: int = 4
    memory: int = 64 * 1024  # RFC 9106 section 4, second recommended option: 64 MiB, three passes, four lanes


def lock_with_passphrase(key: MasterKey, passphrase: Secret, blank: PassphraseLock | None = None) -> PassphraseLock:
    """`blank` is a lock without a key in it, where another cost than the usual is wanted."""
    blank = blank or PassphraseLock(salt=os.urandom(16), wrapped=b"")
    return replace(blank, wrapped=_derive(blank, passphrase).seal(key.reveal(), _OWNER))


def unlock_with_passphrase(lock: PassphraseLock, passphrase: Secret) -> MasterKey:
    """Raises WrongPassphrase."""
    try:
        return MasterKey(_derive(lock, passphrase).unseal(lock.wrapped, _OWNER))
    except WrongSeal as error:
        raise WrongPassphrase from error


def _derive(lock: PassphraseLock, passphrase: Secret) -> MasterKey:
    """The same passphrase typed on another system may be composed otherwise: NFC (RFC 8265 section 4.2)."""
    text = unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8", "surrogatepass")
    kdf = Argon2id(
        salt=lock.salt, length=KEY_BYTES, iterations=lock.iterations, lanes=lock.lanes, memory_cost=lock.memory
    )
    return MasterKey(kdf.derive(text))
