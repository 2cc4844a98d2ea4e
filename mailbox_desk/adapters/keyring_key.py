"""Keeps one master key in the system's keyring. It can block for ever: a thread of its own, a limit on each call.

Accepted are the Secret Service, KWallet, the macOS keychain and the Windows credential store, by class, looked for
afresh each time: the keyring package itself remembers for good what it saw first, and may settle for plain text.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keyring.backend import KeyringBackend
from keyring.backends import SecretService, Windows, kwallet, macOS
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

from mailbox_desk.adapters.keyring_lock import is_locked
from mailbox_desk.adapters.sealing import MasterKey, WrongSeal
from mailbox_desk.adapters.workers import Lane, LaneClosed

SERVICE = "Mailbox Desk"
_BACKEND_VARIABLE = "PYTHON_KEYRING_BACKEND"
_ACCEPTED: Final[tuple[type[KeyringBackend], ...]] = (
    SecretService.Keyring,
    kwallet.DBusKeyring,
    macOS.Keyring,
    Windows.WinVaultKeyring,
)
_log = logging.getLogger(__name__)


class KeyringState(StrEnum):
    """ABSENT: none that we accept, or one that does not keep what it is given. SILENT: no answer within the limit."""

    READY = "ready"
    LOCKED = "locked"
    ABSENT = "absent"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class KeyringAnswer:
    """`key` is None where there is none, or where the keyring is not READY."""

    state: KeyringState
    key: MasterKey | None = None


@dataclass(frozen=True, slots=True)
class KeyringLimits:
    """Seconds: for a call that can't prompt, and for one that waits for a person."""

    call: float = 8.0
    prompt: float = 300.0


class KeyringKeys:
    """The keyring as a place for master keys, one entry a vault. Never raises for what a keyring does."""

    def __init__(self, limits: KeyringLimits | None = None) -> None:
        self._limits = limits or KeyringLimits()
        self._lane = Lane("keyring", 1, spares=3)

    async def look(self, vault_id: str) -> KeyringState:
        """How the keyring stands. Never prompts."""
        return (await self._ask(lambda: _with_backend(vault_id, False, lambda backend: None), False)).state

    async def fetch(self, vault_id: str, *, prompt: bool) -> KeyringAnswer:
        """The key of this vault; only with `prompt` may the system ask a person to unlock."""
        return await self._ask(lambda: _with_backend(vault_id, prompt, lambda each: _fetch(each, vault_id)), prompt)

    async def keep(self, vault_id: str, key: MasterKey, *, prompt: bool) -> KeyringState:
        """Prove the keyring by a set and a get, then keep the key and read it back. READY: it is kept for sure."""
        answer = await self._ask(
            lambda: _with_backend(vault_id, prompt, lambda each: _keep(each, vault_id, key)), prompt
        )
        if answer.state is KeyringState.READY and answer.key != key:
            return KeyringState.ABSENT
        return answer.state

    def close(self) -> None:
        self._lane.close()

    async def _ask(self, work: Callable[[], KeyringAnswer], prompt: bool) -> KeyringAnswer:
        limit = self._limits.prompt if prompt else self._limits.call
        try:
            return await self._lane.run(work, limit=limit)
        except TimeoutError:
            _log.warning("the keyring gave no answer within %g s", limit)
            return KeyringAnswer(KeyringState.SILENT)
        except LaneClosed:
            return KeyringAnswer(KeyringState.SILENT)


def find_backend() -> KeyringBackend | None:
    """The best accepted backend that works here and now, by the keyring package's own priorities."""
    wanted = os.environ.get(_BACKEND_VARIABLE)
    found: list[tuple[float, type[KeyringBackend]]] = []
    for accepted in _ACCEPTED:
        if wanted and wanted != f"{accepted.__module__}.{accepted.__qualname__}":
            continue
        try:
            found.append((float(accepted.priority), accepted))
        except Exception as error:  # noqa: BLE001  each backend says in its own way that it is not here
            _log.debug("no %s: %s", accepted.__module__, type(error).__name__)
    return max(found, key=lambda pair: pair[0])[1]() if found else None


def _with_backend(vault_id: str, prompt: bool, act: Callable[[KeyringBackend], MasterKey | None]) -> KeyringAnswer:
    try:
        backend = find_backend()
        if backend is None:
            return KeyringAnswer(KeyringState.ABSENT)
        if not prompt and is_locked(backend, {"service": SERVICE, "username": _entry(vault_id)}):
            return KeyringAnswer(KeyringState.LOCKED)
        return KeyringAnswer(KeyringState.READY, act(backend))
    except KeyringLocked:
        return KeyringAnswer(KeyringState.LOCKED)
    except InitError:
        return KeyringAnswer(KeyringState.ABSENT)  # it was never set up, and the offer to do so was declined
    except Exception as error:  # noqa: BLE001  backends let through whatever their bus or system raises
        _log.warning("the keyring can't be used: %s", type(error).__name__)
        return KeyringAnswer(KeyringState.ABSENT)


def _entry(vault_id: str) -> str:
    return f"vault {vault_id}"


def _fetch(backend: KeyringBackend, vault_id: str) -> MasterKey | None:
    text = backend.get_password(SERVICE, _entry(vault_id))
    if text is None:
        return None
    try:
        return MasterKey(base64.b64decode(text, validate=True))
    except (ValueError, WrongSeal):
        return None


def _keep(backend: KeyringBackend, vault_id: str, key: MasterKey) -> MasterKey | None:
    _prove(backend)
    backend.set_password(SERVICE, _entry(vault_id), base64.b64encode(key.reveal()).decode("ascii"))
    return _fetch(backend, vault_id)


def _prove(backend: KeyringBackend) -> None:
    """Raises where the keyring does not give back what it was given."""
    name, content = f"probe {secrets.token_hex(8)}", secrets.token_hex(16)
    backend.set_password(SERVICE, name, content)
    returned = backend.get_password(SERVICE, name)
    try:
        backend.delete_password(SERVICE, name)
    except PasswordDeleteError:
        _log.warning("the keyring did not delete a probe entry")
    if returned != content:
        raise LookupError("the keyring does not keep what it is given")
