"""The vault: a random master key in the system's keyring (or under a passphrase), one sealed row a mailbox.

It never writes a plain secret, never prompts unasked, and never makes a new key over a vault that is there.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
from pathlib import Path

from mailbox_desk.adapters import vault_file
from mailbox_desk.adapters.group_commit import GroupCommit, Work
from mailbox_desk.adapters.keyring_key import KeyringKeys, KeyringState
from mailbox_desk.adapters.passphrase_key import lock_with_passphrase, unlock_with_passphrase
from mailbox_desk.adapters.sealing import (
    MasterKey,
    WrongSeal,
    app_owner,
    seal_app_secret,
    seal_credential,
    unseal_app_secret,
    unseal_credential,
)
from mailbox_desk.adapters.store_header import NotAStore
from mailbox_desk.adapters.vault_file import KeyKeeping, KeyPlace, VaultContents
from mailbox_desk.adapters.workers import Lane, LaneClosed
from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.history import StoreIsNewer
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import OAuthAppId
from mailbox_desk.model.vault_state import (
    SecretMissing,
    SecretUnreadable,
    VaultClosed,
    VaultFailed,
    VaultState,
    WrongPassphrase,
)
from mailbox_desk.paths import Home

_FOREIGN = (sqlite3.Error, OSError, NotAStore, LaneClosed)
_VERIFIER = "verifier "
_log = logging.getLogger(__name__)


class SealedVault:
    """Sealed rows are held in memory, each opened only when it is read. LOCKED until `open` says otherwise.

    `keyring`: how the keyring stood when it was last asked, None before. For KEY_GONE it tells a keyring that has
    lost the key (READY) from a session without one (ABSENT); for WANTS_PASSPHRASE, READY means that the key may be
    moved into it (`move_to_keyring`). `trouble`: what was wrong when the state became BROKEN.
    """

    def __init__(self, home: Home, keys: KeyringKeys | None = None) -> None:
        self._home = home
        self._keys = keys or KeyringKeys()
        self._lane = Lane("vault", 1)
        self._opening = asyncio.Lock()
        self._state = VaultState.LOCKED
        self._commits: GroupCommit | None = None
        self._contents: VaultContents | None = None
        self._key: MasterKey | None = None
        self.keyring: KeyringState | None = None
        self.trouble: Exception | None = None

    @property
    def state(self) -> VaultState:
        return self._state

    async def open(self, *, prompt: bool = False, passphrase: Secret | None = None) -> VaultState:
        """Open it, or make it where there is none: its key goes into the keyring, or, where none can be used, under
        `passphrase`. Only with `prompt` may the system ask a person. Raises WrongPassphrase."""
        async with self._opening:
            if self._state is VaultState.OPEN:
                return self._state
            try:
                self._state = await self._open(prompt, passphrase or None)
            except WrongPassphrase:
                self._state = VaultState.WANTS_PASSPHRASE
                raise
            except (*_FOREIGN, StoreIsNewer, VaultFailed) as error:
                _log.warning("the vault can't be opened: %s", error)
                self.trouble = error
                self._state = VaultState.BROKEN
            return self._state

    async def read(self, mailbox_id: MailboxId) -> Credential:
        """Raises VaultClosed, SecretMissing, or SecretUnreadable for a damaged row."""
        key, contents, _ = self._opened()
        sealed = contents.sealed.get(mailbox_id)
        if sealed is None:
            raise SecretMissing(mailbox_id)
        try:
            return unseal_credential(key, mailbox_id, sealed)
        except WrongSeal as error:
            raise SecretUnreadable(mailbox_id) from error

    async def write(self, mailbox_id: MailboxId, credential: Credential) -> None:
        """Returns when it lies on the disk. Raises VaultClosed, or VaultFailed and the old one still holds."""
        key, contents, commits = self._opened()
        await _write(commits, contents, mailbox_id, seal_credential(key, mailbox_id, credential))

    async def delete(self, mailbox_id: MailboxId) -> None:
        """Nothing there is nothing to do. Raises VaultClosed or VaultFailed."""
        _, contents, commits = self._opened()
        await _delete(commits, contents, mailbox_id)

    async def read_app_secret(self, app: OAuthAppId) -> Secret | None:
        """None: the app has none. Raises VaultClosed, or SecretUnreadable for a damaged row."""
        key, contents, _ = self._opened()
        sealed = contents.sealed.get(_row_of(app))
        if sealed is None:
            return None
        try:
            return unseal_app_secret(key, app, sealed)
        except WrongSeal as error:
            raise SecretUnreadable(app) from error

    async def write_app_secret(self, app: OAuthAppId, secret: Secret) -> None:
        """Returns when it lies on the disk. Raises VaultClosed, or VaultFailed and the old one still holds."""
        key, contents, commits = self._opened()
        await _write(commits, contents, _row_of(app), seal_app_secret(key, app, secret))

    async def delete_app_secret(self, app: OAuthAppId) -> None:
        """Nothing there is nothing to do. Raises VaultClosed or VaultFailed."""
        _, contents, commits = self._opened()
        await _delete(commits, contents, _row_of(app))

    async def move_to_keyring(self, *, prompt: bool = False) -> bool:
        """Move an open vault's key from its passphrase into the keyring: only once the keyring has kept it for sure;
        the passphrase then opens it no more. False: it stays under the passphrase. Raises VaultClosed, VaultFailed."""
        key, contents, commits = self._opened()
        if contents.keeping.place is KeyPlace.KEYRING:
            return True
        self.keyring = await self._keys.keep(contents.keeping.vault_id, key, prompt=prompt)
        if self.keyring is not KeyringState.READY:
            return False
        keeping = _keeping(contents.keeping.vault_id, key, KeyPlace.KEYRING)
        await _commit(commits, lambda store: vault_file.write_keeping(store, keeping))
        self._contents = VaultContents(keeping, contents.sealed)
        return True

    async def start_over(self) -> Path:
        """A person gives up a vault that can't be opened: it is put aside whole, nothing is deleted, and the next
        `open` makes a new one. Returns where the old one lies. Raises VaultFailed; an open vault is refused."""
        async with self._opening:
            if self._state is VaultState.OPEN:
                raise VaultFailed("an open vault is not put aside")
            try:
                await self._close_file()
                place = await self._lane.run(lambda: vault_file.put_aside(self._home))
            except _FOREIGN as error:
                raise VaultFailed(str(error)) from error
            self._state = VaultState.LOCKED
            return place

    async def close(self) -> None:
        """Forget the key and close the file. Raises VaultFailed."""
        self._key, self._state = None, VaultState.LOCKED
        try:
            await self._close_file()
        except _FOREIGN as error:
            raise VaultFailed(str(error)) from error
        finally:
            self._lane.close()
            self._keys.close()

    async def _close_file(self) -> None:
        commits, self._commits, self._contents = self._commits, None, None
        if commits is not None:
            await commits.settle()
            await commits.read(sqlite3.Connection.close)

    async def _open(self, prompt: bool, passphrase: Secret | None) -> VaultState:
        if self._contents is None and await self._lane.run(lambda: vault_file.is_there(self._home)):
            self._contents = await (await self._open_file()).read(vault_file.read_contents)
        if self._contents is None:
            return await self._found(prompt, passphrase)
        if self._contents.keeping.place is KeyPlace.KEYRING:
            return await self._open_by_keyring(self._contents, prompt)
        return await self._open_by_passphrase(self._contents, passphrase)

    async def _open_file(self) -> GroupCommit:
        if self._commits is None:
            connection = await self._lane.run(lambda: vault_file.open_vault_file(self._home))
            self._commits = GroupCommit(self._lane, connection)
        return self._commits

    async def _open_by_keyring(self, contents: VaultContents, prompt: bool) -> VaultState:
        answer = await self._keys.fetch(contents.keeping.vault_id, prompt=prompt)
        self.keyring = answer.state
        match answer.state:
            case KeyringState.LOCKED | KeyringState.SILENT:
                return VaultState.LOCKED
            case KeyringState.READY if answer.key is not None and _fits(contents.keeping, answer.key):
                self._key = answer.key
                return VaultState.OPEN
            case _:
                return VaultState.KEY_GONE

    async def _open_by_passphrase(self, contents: VaultContents, passphrase: Secret | None) -> VaultState:
        lock = contents.keeping.lock
        if lock is None:
            raise NotAStore("the vault's own lock is missing")
        if passphrase is None:
            self.keyring = await self._keys.look(contents.keeping.vault_id)
            return VaultState.WANTS_PASSPHRASE
        key = await self._lane.run(lambda: unlock_with_passphrase(lock, passphrase))
        if not _fits(contents.keeping, key):
            raise NotAStore("the vault's verifier is damaged")
        self._key = key
        return VaultState.OPEN

    async def _found(self, prompt: bool, passphrase: Secret | None) -> VaultState:
        """There is no vault. The key is kept for sure before the file says so; a passphrase serves where the
        keyring can't."""
        vault_id, key = secrets.token_hex(8), MasterKey.new()
        self.keyring = await self._keys.keep(vault_id, key, prompt=prompt)
        if self.keyring is KeyringState.READY:
            keeping = _keeping(vault_id, key, KeyPlace.KEYRING)
        elif passphrase is not None:
            lock = await self._lane.run(lambda: lock_with_passphrase(key, passphrase))
            keeping = KeyKeeping(vault_id, KeyPlace.PASSPHRASE, _verifier(vault_id, key), lock)
        else:
            return VaultState.NO_KEYRING if self.keyring is KeyringState.ABSENT else VaultState.LOCKED
        await _commit(await self._open_file(), lambda store: vault_file.write_keeping(store, keeping))
        self._contents, self._key = VaultContents(keeping, {}), key
        return VaultState.OPEN

    def _opened(self) -> tuple[MasterKey, VaultContents, GroupCommit]:
        if self._state is not VaultState.OPEN or not (self._key and self._contents and self._commits):
            raise VaultClosed(self._state)
        return self._key, self._contents, self._commits


def _row_of(app: OAuthAppId) -> MailboxId:
    """Rows are named after their owners; no mailbox's id has a space in it."""
    return MailboxId(app_owner(app))


async def _write(commits: GroupCommit, contents: VaultContents, row: MailboxId, sealed: bytes) -> None:
    await _commit(commits, lambda store: vault_file.write_sealed(store, row, sealed))
    contents.sealed[row] = sealed


async def _delete(commits: GroupCommit, contents: VaultContents, row: MailboxId) -> None:
    await _commit(commits, lambda store: vault_file.delete_sealed(store, row))
    contents.sealed.pop(row, None)


async def _commit(commits: GroupCommit, work: Work) -> None:
    try:
        await commits.write(work, durable=True)
    except _FOREIGN as error:
        raise VaultFailed(str(error)) from error


def _keeping(vault_id: str, key: MasterKey, place: KeyPlace) -> KeyKeeping:
    return KeyKeeping(vault_id, place, _verifier(vault_id, key))


def _verifier(vault_id: str, key: MasterKey) -> bytes:
    return key.seal(b"", _VERIFIER + vault_id)


def _fits(keeping: KeyKeeping, key: MasterKey) -> bool:
    try:
        return key.unseal(keeping.verifier, _VERIFIER + keeping.vault_id) == b""
    except WrongSeal:
        return False
