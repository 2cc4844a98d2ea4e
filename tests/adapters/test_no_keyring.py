"""A vault that asks no keyring: even where there is one, and whatever it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.paths import Home


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> None:
        raise AssertionError("the keyring was asked")

    monkeypatch.setattr("mailbox_desk.adapters.keyring_key.find_backend", asked)


async def test_the_key_goes_under_a_passphrase(tmp_path: Path) -> None:
    home, secret = Home(tmp_path), Password(Secret("kept"))
    vault = SealedVault(home, NoKeyring())
    assert await vault.open(prompt=True) is VaultState.NO_KEYRING
    assert await vault.open(passphrase=Secret("made up")) is VaultState.OPEN
    await vault.write(MailboxId("a"), secret)
    assert not await vault.move_to_keyring(prompt=True)
    await vault.close()
    again = SealedVault(home, NoKeyring())
    assert await again.open() is VaultState.WANTS_PASSPHRASE
    assert await again.open(passphrase=Secret("made up")) is VaultState.OPEN
    assert await again.read(MailboxId("a")) == secret
    await again.close()
