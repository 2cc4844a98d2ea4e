from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.oauth_apps import BuiltIn, Ground, OAuthApps
from mailbox_desk.model.client_secret import BadClientSecret
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.kept_apps import OAUTH_APPS
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import NoSuchApp, OAuthApp, OAuthAppId, RegisteredApp
from mailbox_desk.model.vault_state import VaultClosed, VaultState
from tests.engine.fakes import HOUR, Lab, MemoryVault, Shelf
from tests.engine.grants import APP, SERVICE, Acme, by_token, refused

OWN = OAuthApp(OAuthAppId("own"), SERVICE, "client of mine", Secret("hush"))
GROUND = Ground({"acme": SERVICE}, (APP,))


def apps_of(vault: MemoryVault, shelf: Shelf) -> OAuthApps:
    return OAuthApps(vault, shelf, GROUND, shelf.settings.get(OAUTH_APPS, ""))


async def test_an_app_outlives_the_program_its_secret_in_the_vault_alone() -> None:
    vault, shelf = MemoryVault(), Shelf()
    await apps_of(vault, shelf).save(OWN)
    assert "hush" not in shelf.settings[OAUTH_APPS]
    again = apps_of(vault, shelf)
    bare = replace(OWN, client_secret=None)
    assert again.all == (RegisteredApp(bare, True, False), RegisteredApp(APP, False, True))
    assert await again.get(OWN.id) == OWN
    await again.save(replace(bare, tenant="contoso"))  # without a secret it keeps the one that is there
    assert await again.get(OWN.id) == replace(OWN, tenant="contoso")


async def test_a_removed_app_leaves_nothing() -> None:
    vault, shelf = MemoryVault(), Shelf()
    apps = apps_of(vault, shelf)
    await apps.save(OWN)
    await apps.remove(OWN.id)
    await apps.remove(OWN.id)
    assert (vault.app_secrets, shelf.settings[OAUTH_APPS]) == ({}, "[]")
    with pytest.raises(NoSuchApp):
        await apps.get(OWN.id)


async def test_a_full_disk_or_a_closed_vault_changes_nothing() -> None:
    vault, shelf = MemoryVault(), Shelf()
    apps = apps_of(vault, shelf)
    await apps.save(OWN)
    shelf.full = True
    with pytest.raises(ArchiveFailed):
        await apps.remove(OWN.id)
    shelf.full, vault.state = False, VaultState.LOCKED
    with pytest.raises(VaultClosed):
        await apps.remove(OWN.id)
    vault.state = VaultState.OPEN
    assert await apps.get(OWN.id) == OWN


async def test_what_came_with_the_program_stays() -> None:
    apps = apps_of(MemoryVault(), Shelf())
    with pytest.raises(BuiltIn):
        await apps.save(replace(OWN, id=APP.id))
    with pytest.raises(BuiltIn):
        await apps.remove(APP.id)


async def test_a_mended_app_lets_its_mailboxes_try_again(lab: Lab) -> None:
    acme = Acme(lab.clock)
    lab.tokens, lab.apps = acme, (APP,)
    by_token(lab, acme, "ann", expires_in=0)
    lab.vault.secrets[MailboxId("ann")] = acme.grant("ann", expires_in=0, app="own")
    engine = await lab.start(first_round=False)
    await engine.save_oauth_app(OWN)
    acme.faults = [refused("invalid_client")] * 2
    engine.check_now([MailboxId("ann")])
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "NEEDS_YOU"
    asked = len(acme.asked)
    await engine.save_oauth_app(replace(OWN, client_secret=Secret("right")))
    await lab.clock.pass_by(60)
    assert lab.shown("ann") == "CONNECTED"
    assert len(acme.asked) == asked + 1


async def test_a_file_of_googles_console_is_read(lab: Lab) -> None:
    lab.apps = (APP,)
    engine = await lab.start()
    app = engine.read_client_secret('{"installed": {"client_id": "c"}}', OAuthAppId("x"), "acme")
    assert app == OAuthApp(OAuthAppId("x"), SERVICE, "c")
    with pytest.raises(BadClientSecret):
        engine.read_client_secret("{}", OAuthAppId("x"), "acme")
