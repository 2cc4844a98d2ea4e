"""The vault's SQLite file: how its key is kept, one sealed row a mailbox. Blocking; it never sees a plain secret."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from mailbox_desk.adapters.migrations import open_store
from mailbox_desk.adapters.passphrase_key import PassphraseLock
from mailbox_desk.adapters.private_files import make_private_folder
from mailbox_desk.adapters.store_formats import VAULT_FORMAT
from mailbox_desk.adapters.store_header import NotAStore, read_header
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.paths import Home

_KEEPING = "keeping"


class KeyPlace(StrEnum):
    KEYRING = "keyring"
    PASSPHRASE = "passphrase"


@dataclass(frozen=True, slots=True)
class KeyKeeping:
    """Where this vault's master key is, and a `verifier` that only that key opens."""

    vault_id: str
    place: KeyPlace
    verifier: bytes
    lock: PassphraseLock | None = None


@dataclass(frozen=True, slots=True)
class VaultContents:
    keeping: KeyKeeping
    sealed: dict[MailboxId, bytes]


def open_vault_file(home: Home) -> sqlite3.Connection:
    """Opens or makes it. Raises what open_store raises."""
    connection = open_store(home.vault, VAULT_FORMAT, home.backups)
    connection.execute("PRAGMA secure_delete=ON")
    return connection


def is_there(home: Home) -> bool:
    """There is a vault file that was begun. Raises NotAStore or OSError."""
    return read_header(home.vault) is not None


def read_contents(connection: sqlite3.Connection) -> VaultContents | None:
    """None: made, but no key was ever kept for it. Raises NotAStore where it doesn't say how its key is kept."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (_KEEPING,)).fetchone()
    sealed = {MailboxId(name): bytes(body) for name, body in connection.execute("SELECT mailbox_id, body FROM sealed")}
    if row is not None:
        try:
            return VaultContents(msgspec.json.decode(row[0], type=KeyKeeping), sealed)
        except msgspec.MsgspecError as error:
            raise NotAStore("the vault does not say where its key is") from error
    if sealed:
        raise NotAStore("the vault does not say where its key is")
    return None


def write_keeping(connection: sqlite3.Connection, keeping: KeyKeeping) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEEPING, msgspec.json.encode(keeping)))


def write_sealed(connection: sqlite3.Connection, mailbox_id: MailboxId, sealed: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO sealed VALUES (?, ?)", (mailbox_id, sealed))


def delete_sealed(connection: sqlite3.Connection, mailbox_id: MailboxId) -> None:
    connection.execute("DELETE FROM sealed WHERE mailbox_id = ?", (mailbox_id,))


def put_aside(home: Home) -> Path:
    """Moves the vault's files, whole, to the backups and says where. Raises OSError."""
    make_private_folder(home.backups)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    place = home.backups / f"put-aside-{moment}-{home.vault.name}"
    for ending in ("-wal", "-shm", ""):
        source = home.vault.with_name(home.vault.name + ending)
        if source.exists():
            source.replace(place.with_name(place.name + ending))
    return place
