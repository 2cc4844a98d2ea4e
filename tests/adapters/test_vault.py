from __future__ import annotations

import base64
import json
import sqlite3
import stat
import subprocess
import sys
import urllib.parse
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from mailbox_desk.adapters.keyring_key import KeyringKeys, KeyringLimits, KeyringState, find_backend
from mailbox_desk.adapters.migrations import open_store
from mailbox_desk.adapters.store_formats import VAULT_FORMAT, Migration, StoreFormat
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.model.credential import Secret
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
from tests.adapters.makings import password
from tests.adapters.test_migrations import fingerprint
from tests.servers.secret_service import SecretService

ROOT = Path(__file__).resolve().parents[2]
SECRET = 'pä$$ "w0rd" & more/less \\ 😀'
PASSPHRASE = Secret("correct horse")


class Child:
    """The vault in a process of its own on the bus of `service`."""

    def __init__(self, service: SecretService, home: Home, **more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.vault_child", str(home.root)],
            cwd=ROOT,
            env=service.env | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["ok"] if "ok" in answer else answer["error"]

    def open(self, *words: str) -> tuple[str, str | None]:
        answer = self.ask("open", *words)
        return answer[0], answer[1]

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=20)


def lies_in_clear(folder: Path, secret: str) -> list[str]:
    """The files that hold the secret in any of the guises that it may slip out in."""
    raw = secret.encode()
    guises = {
        raw,
        secret.encode("utf-16-le"),
        secret.encode("utf-16-be"),
        secret.encode("latin-1", "ignore"),
        base64.b64encode(raw),
        base64.b64encode(b"\0box1@example.org\0" + raw),
        base64.urlsafe_b64encode(raw),
        urllib.parse.quote(secret).encode(),
        urllib.parse.quote_plus(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
        json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        raw.hex().encode(),
    }
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files
    return [each.name for each in files if any(guise in each.read_bytes() for guise in guises)]


def test_the_key_lies_in_the_keyring_once_and_survives_a_restart(
    secret_service: SecretService, desk_home: Home
) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("open", "ready")
        for number in range(20):
            child.ask("write", f"id-{number}", f"{SECRET}{number}")
        child.ask("delete", "id-19")
    labels = secret_service.labels()
    assert len(labels) == 1
    assert "Mailbox Desk" in labels[0]
    with Child(secret_service, desk_home) as child:
        assert child.ask("read", "id-7") == "VaultClosed"
        assert child.open() == ("open", "ready")
        assert [child.ask("read", f"id-{number}") for number in (0, 18)] == [f"{SECRET}0", f"{SECRET}18"]
        assert child.ask("read", "id-19") == "SecretMissing"
        assert lies_in_clear(desk_home.root, SECRET) == []
    assert secret_service.labels() == labels
    assert {stat.S_IMODE(each.stat().st_mode) for each in desk_home.root.iterdir()} == {0o600}


def test_a_locked_keyring_is_told_without_asking_and_opens_once_unlocked(
    secret_service: SecretService, desk_home: Home
) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        child.open()
        child.ask("write", "id-1", SECRET)
    secret_service.lock()
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("locked", "locked")
        assert child.ask("read", "id-1") == "VaultClosed"
        assert child.open("prompt=1") == ("locked", "locked")  # nobody can be asked here
        secret_service.stop()
        secret_service.start()
        assert child.open() == ("open", "ready")
        assert child.ask("read", "id-1") == SECRET


def test_only_a_wish_to_unlock_makes_the_system_ask(secret_service: SecretService, desk_home: Home) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        child.open()
    secret_service.lock()
    with Child(secret_service, desk_home) as child:
        unasked: list[str] = []
        with secret_service.overheard(unasked):
            child.open()
            child.open("passphrase=x")
        asked: list[str] = []
        with secret_service.overheard(asked):
            child.open("prompt=1")
    assert "Get" in unasked
    assert not {"Unlock", "Prompt", "CreateCollection", "CreateItem", "GetSecret"} & set(unasked)
    assert "Unlock" in asked


def test_a_locked_keyring_gets_no_vault_but_a_passphrase_can(secret_service: SecretService, desk_home: Home) -> None:
    secret_service.start()
    secret_service.lock()
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("locked", "locked")
        assert not desk_home.vault.exists()
        assert child.open("passphrase=correct horse") == ("open", "locked")


def test_a_keyring_never_set_up_is_locked_until_the_offer_is_declined(
    secret_service: SecretService, desk_home: Home
) -> None:
    secret_service.start(unlock=False)
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("locked", "locked")
        assert child.open("prompt=1")[0] in ("no_keyring", "locked")
        assert not desk_home.vault.exists()


def test_a_hung_keyring_holds_up_nothing_and_is_asked_again(secret_service: SecretService, desk_home: Home) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        child.open()
        child.ask("write", "id-1", SECRET)
    secret_service.hang()
    with Child(secret_service, desk_home) as child:
        state, keyring, seconds = child.ask("open")
        assert (state, keyring) == ("locked", "silent")
        assert seconds < 3
        assert child.open() == ("locked", "silent")
        secret_service.wake()
        assert child.open() == ("open", "ready")
        assert child.ask("read", "id-1") == SECRET


def test_a_keyring_that_comes_later_is_found_by_the_same_process(
    secret_service: SecretService, desk_home: Home
) -> None:
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("no_keyring", "absent")
        assert child.open("prompt=1") == ("no_keyring", "absent")
        assert not desk_home.vault.exists()
        secret_service.start()
        assert child.open() == ("open", "ready")


def test_a_vault_whose_key_is_gone_gets_no_new_one(secret_service: SecretService, desk_home: Home) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        child.open()
        child.ask("write", "id-1", SECRET)
    secret_service.forget_all()
    before = fingerprint(desk_home.root)
    with Child(secret_service, desk_home) as child:
        for words in ((), ("prompt=1",), ("passphrase=x",), ("prompt=1", "passphrase=x")):
            assert child.open(*words) == ("key_gone", "ready")
        assert child.ask("write", "id-2", "x") == "VaultClosed"
    assert secret_service.labels() == []
    assert fingerprint(desk_home.root)["vault.sqlite"][0] == before["vault.sqlite"][0]
    with Child(secret_service, desk_home) as child:
        child.open()
        aside = child.ask("start_over")
        assert child.open() == ("open", "ready")
        assert child.ask("read", "id-1") == "SecretMissing"
    assert (desk_home.backups / aside).read_bytes()[:6] == b"SQLite"


def test_without_a_session_the_key_is_out_of_reach_not_replaced(secret_service: SecretService, desk_home: Home) -> None:
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        child.open()
        child.ask("write", "id-1", SECRET)
    secret_service.stop()
    with Child(secret_service, desk_home) as child:
        assert child.open("passphrase=x") == ("key_gone", "absent")
        secret_service.start()
        assert child.open() == ("open", "ready")
        assert child.ask("read", "id-1") == SECRET


def test_a_key_moves_from_its_passphrase_into_a_keyring_that_came(
    secret_service: SecretService, desk_home: Home
) -> None:
    with Child(secret_service, desk_home) as child:
        assert child.open("passphrase=correct horse") == ("open", "absent")
        child.ask("write", "id-1", SECRET)
        assert child.ask("move") is False
    secret_service.start()
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("wants_passphrase", "ready")
        assert child.open("passphrase=correct horse") == ("open", "ready")
        assert child.ask("move") is True
    assert len(secret_service.labels()) == 1
    with Child(secret_service, desk_home) as child:
        assert child.open() == ("open", "ready")
        assert child.ask("read", "id-1") == SECRET


def test_two_homes_have_two_keys(secret_service: SecretService, desk_home: Home, tmp_path: Path) -> None:
    secret_service.start()
    other = Home(tmp_path / "other")
    for home, secret in ((desk_home, "one"), (other, "two")):
        with Child(secret_service, home) as child:
            child.open()
            child.ask("write", "id-1", secret)
    for home, secret in ((desk_home, "one"), (other, "two")):
        with Child(secret_service, home) as child:
            assert child.open() == ("open", "ready")
            assert child.ask("read", "id-1") == secret


@pytest.mark.parametrize("backend", ["null", "fail", "chainer"])
def test_a_backend_that_keeps_nothing_safe_is_not_accepted(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{backend}.Keyring")
    assert find_backend() is None


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KeyringKeys:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    return KeyringKeys(KeyringLimits(call=5, prompt=5))


async def test_a_passphrase_vault(desk_home: Home, no_keyring: KeyringKeys) -> None:
    vault = SealedVault(desk_home, no_keyring)
    assert vault.state is VaultState.LOCKED
    assert await vault.open() is VaultState.NO_KEYRING
    assert await vault.open(passphrase=Secret("")) is VaultState.NO_KEYRING
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    await vault.write(MailboxId("id-1"), password(SECRET, "other"))
    assert "correct" not in repr(vars(vault))
    await vault.close()

    vault = SealedVault(desk_home, KeyringKeys())
    assert await vault.open(prompt=True) is VaultState.WANTS_PASSPHRASE
    assert vault.keyring is KeyringState.ABSENT
    with pytest.raises(WrongPassphrase):
        await vault.open(passphrase=Secret("incorrect horse"))
    assert vault.state is VaultState.WANTS_PASSPHRASE
    with pytest.raises(VaultClosed):
        await vault.read(MailboxId("id-1"))
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    assert await vault.read(MailboxId("id-1")) == password(SECRET, "other")
    assert lies_in_clear(desk_home.root, SECRET) == []
    assert lies_in_clear(desk_home.root, "correct horse") == []
    await vault.close()
    with pytest.raises(VaultClosed):
        await vault.read(MailboxId("id-1"))


async def test_an_oauth_apps_secret_has_a_row_of_its_own(desk_home: Home, no_keyring: KeyringKeys) -> None:
    vault, app = SealedVault(desk_home, no_keyring), OAuthAppId("own")
    await vault.open(passphrase=PASSPHRASE)
    assert await vault.read_app_secret(app) is None
    await vault.write_app_secret(app, Secret(SECRET))
    await vault.close()
    assert lies_in_clear(desk_home.root, SECRET) == []
    vault = SealedVault(desk_home, KeyringKeys())
    await vault.open(passphrase=PASSPHRASE)
    assert await vault.read_app_secret(app) == Secret(SECRET)
    with pytest.raises(SecretMissing):
        await vault.read(MailboxId("own"))
    await vault.delete_app_secret(app)
    assert await vault.read_app_secret(app) is None
    await vault.close()
    with pytest.raises(VaultClosed):
        await vault.read_app_secret(app)


async def test_a_damaged_row_is_told_and_the_others_are_read(desk_home: Home, no_keyring: KeyringKeys) -> None:
    vault = SealedVault(desk_home, no_keyring)
    await vault.open(passphrase=PASSPHRASE)
    for name in ("a", "b", "c"):
        await vault.write(MailboxId(name), password(name))
    await vault.close()
    with closing(sqlite3.connect(desk_home.vault)) as connection, connection:
        connection.execute("UPDATE sealed SET body = substr(body, 1, 40) WHERE mailbox_id = 'a'")
        connection.execute(
            "UPDATE sealed SET body = (SELECT body FROM sealed WHERE mailbox_id = 'c') WHERE mailbox_id = 'b'"
        )
    vault = SealedVault(desk_home, KeyringKeys())
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for name in ("a", "b"):
        with pytest.raises(SecretUnreadable):
            await vault.read(MailboxId(name))
    with pytest.raises(SecretMissing):
        await vault.read(MailboxId("d"))
    assert await vault.read(MailboxId("c")) == password("c")
    await vault.write(MailboxId("a"), password("new"))
    assert await vault.read(MailboxId("a")) == password("new")
    await vault.close()


async def test_a_write_that_fails_leaves_the_old_secret(desk_home: Home, no_keyring: KeyringKeys) -> None:
    vault = SealedVault(desk_home, no_keyring)
    await vault.open(passphrase=PASSPHRASE)
    await vault.write(MailboxId("a"), password("old"))
    commits = vault._commits
    assert commits is not None
    await commits.read(lambda store: store.execute("PRAGMA max_page_count=1").fetchall())
    with pytest.raises(VaultFailed):
        await vault.write(MailboxId("a"), password("x" * 100_000))
    assert await vault.read(MailboxId("a")) == password("old")
    await commits.read(lambda store: store.execute("PRAGMA max_page_count=100000").fetchall())
    await vault.write(MailboxId("a"), password("new"))
    await vault.close()
    vault = SealedVault(desk_home, KeyringKeys())
    await vault.open(passphrase=PASSPHRASE)
    assert await vault.read(MailboxId("a")) == password("new")
    await vault.close()


@pytest.mark.parametrize("trouble", ["newer", "damaged", "no key place"])
async def test_a_file_that_is_no_good_vault_is_broken_and_left_as_it_was(
    desk_home: Home, no_keyring: KeyringKeys, trouble: str
) -> None:
    desk_home.root.mkdir()
    match trouble:
        case "newer":
            extra = Migration(VAULT_FORMAT.version + 1, ("CREATE TABLE later (x)",))
            newer = StoreFormat(VAULT_FORMAT.application_id, (*VAULT_FORMAT.migrations, extra))
            open_store(desk_home.vault, newer, desk_home.backups).close()
        case "damaged":
            desk_home.vault.write_bytes(b"no vault" * 1000)
        case _:
            with closing(open_store(desk_home.vault, VAULT_FORMAT, desk_home.backups)) as connection:
                connection.execute("INSERT INTO sealed VALUES ('a', x'00')")
    before = fingerprint(desk_home.root)
    vault = SealedVault(desk_home, no_keyring)
    assert await vault.open(prompt=True, passphrase=PASSPHRASE) is VaultState.BROKEN
    assert vault.trouble is not None
    assert isinstance(vault.trouble, StoreIsNewer) == (trouble == "newer")
    await vault.close()
    assert fingerprint(desk_home.root)["vault.sqlite"][0] == before["vault.sqlite"][0]


async def test_a_vault_begun_but_without_a_key_is_begun_again(desk_home: Home, no_keyring: KeyringKeys) -> None:
    open_store(desk_home.vault, VAULT_FORMAT, desk_home.backups).close()
    vault = SealedVault(desk_home, no_keyring)
    assert await vault.open() is VaultState.NO_KEYRING
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    await vault.close()
