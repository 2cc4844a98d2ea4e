"""MemoryArchive answers as Database does; MemoryVault holds what it is given. Neither has a file."""

from __future__ import annotations

import pytest

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.keyring_key import KeyringKeys
from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.memory_vault import MemoryVault
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.ports import Archive, Clock, Vault
from mailbox_desk.model.history import Record, Refusal
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import SecretMissing, VaultState
from mailbox_desk.paths import Home
from tests.adapters.makings import NOW, change, full_record, heartbeat, incident, mailbox, password, standing


async def story(archive: Archive) -> list[object]:
    for number in (3, 1, 2):
        await archive.save_mailbox(mailbox(number), standing(number))
    for at in (NOW, NOW + 1):
        await archive.record(full_record(1, at))
        await archive.record(Record(heartbeat=heartbeat(2, at), change=change(2, at)))
    await archive.record(Record(incidents=(incident("shared", (1, 2), NOW + 2), incident("over", (3,), NOW, NOW))))
    await archive.record(Record(incidents=(incident("shared", (1, 2), NOW + 2),)))
    await archive.record(Record(refusals=(Refusal(NOW - 90_000, "h", MailboxId("gone")),)))
    await archive.save_setting("a", "b")
    await archive.tidy(NOW)
    first, second = MailboxId("id-1"), MailboxId("id-2")
    answers: list[object] = [await archive.load()]
    await archive.delete_mailbox(first)
    answers += [await archive.load(), await archive.incidents(None, 10), await archive.incidents(second, 10)]
    answers += [await archive.incidents(None, 1), await archive.heartbeats(second, NOW + 1)]
    answers += [await archive.changes(second, 1), await archive.changes(first, 9), await archive.heartbeats(first, 0)]
    return answers


async def test_the_archive_in_memory_answers_as_the_store_does(database: Database) -> None:
    assert await story(MemoryArchive()) == await story(database)


async def test_the_vault_in_memory_is_open_and_forgets_what_is_deleted() -> None:
    vault = MemoryVault({MailboxId("a"): password("secret-a")})
    assert vault.state is VaultState.OPEN
    assert await vault.open() is VaultState.OPEN
    await vault.write(MailboxId("b"), password("secret-b"))
    assert await vault.read(MailboxId("a")) == password("secret-a")
    await vault.delete(MailboxId("a"))
    await vault.delete(MailboxId("a"))
    with pytest.raises(SecretMissing):
        await vault.read(MailboxId("a"))
    assert "secret-b" not in f"{vars(vault)}"


def test_the_parts_fit_what_the_engine_asks_for(desk_home: Home) -> None:
    """Checked by the type checker: each by its shape."""
    vaults: list[Vault] = [SealedVault(desk_home, KeyringKeys()), MemoryVault()]
    archives: list[Archive] = [Database(desk_home), MemoryArchive()]
    clocks: list[Clock] = [SystemClock()]
    assert [vault.state for vault in vaults] == [VaultState.LOCKED, VaultState.OPEN]
    assert len(archives) + len(clocks) == 3
    assert not desk_home.root.exists()
