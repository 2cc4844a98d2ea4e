from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

from mailbox_desk.adapters.passphrase_key import lock_with_passphrase, unlock_with_passphrase
from mailbox_desk.adapters.sealing import (
    MasterKey,
    WrongSeal,
    seal_app_secret,
    seal_credential,
    unseal_app_secret,
    unseal_credential,
)
from mailbox_desk.model.credential import Credential, OAuthToken, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import OAuthAppId
from mailbox_desk.model.vault_state import WrongPassphrase
from tests.adapters.makings import password

ONE, OTHER = MailboxId("one"), MailboxId("other")


@pytest.mark.parametrize(
    "credential",
    [
        password("p"),
        password("päss wörd \"'\\ \x00 😀 \udcff", "other"),
        password("x" * 5000),
        OAuthToken(Secret("refresh"), Secret("access"), 1_800_000_000.5),
        OAuthToken(Secret("refresh"), Secret("access"), 1.5, "app", 2.5, 3.5, "mail", Secret("former")),
    ],
)
def test_a_credential_comes_back_whole(credential: Credential) -> None:
    key = MasterKey.new()
    opened = unseal_credential(key, ONE, seal_credential(key, ONE, credential))
    assert type(opened) is type(credential)
    for each in fields(credential):
        kept, given = getattr(opened, each.name), getattr(credential, each.name)
        assert (kept.reveal() if isinstance(kept, Secret) else kept) == (
            given.reveal() if isinstance(given, Secret) else given
        )


def test_a_grant_of_an_older_program_opens() -> None:
    key = MasterKey.new()
    plain = b'{"kind": "oauth", "refresh_token": "r", "access_token": "a", "expires_at": 5.0}'
    opened = unseal_credential(key, ONE, key.seal(plain, f"mailbox {ONE}"))
    assert opened == OAuthToken(Secret("r"), Secret("a"), 5.0)


def test_an_apps_secret_opens_for_that_app_alone() -> None:
    key, app = MasterKey.new(), OAuthAppId("a")
    sealed = seal_app_secret(key, app, Secret("hush"))
    assert unseal_app_secret(key, app, sealed) == Secret("hush")
    assert len(sealed) == len(seal_app_secret(key, app, Secret("h")))
    for wrong in (OAuthAppId("b"), OAuthAppId("")):
        with pytest.raises(WrongSeal):
            unseal_app_secret(key, wrong, sealed)
    with pytest.raises(WrongSeal):
        unseal_app_secret(key, app, key.seal(b"{}", "oauth app a"))


def test_a_seal_fits_only_its_key_its_mailbox_and_unchanged() -> None:
    key = MasterKey.new()
    sealed = seal_credential(key, ONE, password("p"))
    attempts = [
        (MasterKey.new(), ONE, sealed),
        (key, OTHER, sealed),
        (key, ONE, b""),
        (key, ONE, sealed[:-1]),
        (key, ONE, b"\x02" + sealed[1:]),
        *((key, ONE, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]) for at in range(1, len(sealed))),
    ]
    for each in attempts:
        with pytest.raises(WrongSeal):
            unseal_credential(*each)


def test_each_seal_is_another_and_tells_no_short_length() -> None:
    key = MasterKey.new()
    seals = {seal_credential(key, ONE, password("x" * length)) for length in range(1, 12)}
    assert len(seals) == 11
    assert len({len(each) for each in seals}) == 1


def test_the_key_shows_itself_to_nobody() -> None:
    key = MasterKey(b"k" * 32)
    assert "kkk" not in f"{key!r} {key} {[key]}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(WrongSeal):
        MasterKey(b"short")
    assert key == MasterKey(b"k" * 32)
    assert key != MasterKey.new()


def test_a_passphrase_opens_its_lock_alone_however_it_is_composed() -> None:
    key = MasterKey.new()
    lock = lock_with_passphrase(key, Secret("caf\u00e9 au lait"))
    assert unlock_with_passphrase(lock, Secret("cafe\u0301 au lait")) == key
    for wrong in ("cafe au lait", "", "caf\u00e9 au lait "):
        with pytest.raises(WrongPassphrase):
            unlock_with_passphrase(lock, Secret(wrong))
    assert lock.salt != lock_with_passphrase(key, Secret("caf\u00e9 au lait")).salt
    assert key.reveal() not in lock.wrapped
