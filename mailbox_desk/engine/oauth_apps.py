"""The OAuth apps that the desk may ask as: the user's own, and those built in at packaging.

What is no secret lies in the store, as one setting; secrets lie in the vault alone, and leave it only for the request
that needs them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mailbox_desk.engine.ports import Archive, Vault
from mailbox_desk.model.kept_apps import OAUTH_APPS, KeptApp, apps_as_text, apps_from_text
from mailbox_desk.model.oauth import NoSuchApp, OAuthApp, OAuthAppId, OAuthService, RegisteredApp
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed

_log = logging.getLogger(__name__)


class BuiltIn(Exception):
    """An app that came with the program is neither changed nor removed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of OAuth from the start. `services`: of the provider files, by provider."""

    services: Mapping[str, OAuthService]
    built_in: tuple[OAuthApp, ...] = ()


class OAuthApps:
    """`text`: the apps as the store has them."""

    def __init__(self, vault: Vault, archive: Archive, ground: Ground, text: str) -> None:
        self._vault, self._archive, self._services = vault, archive, ground.services
        self._built_in: Mapping[OAuthAppId, OAuthApp] = {app.id: app for app in ground.built_in}
        kept, odd = apps_from_text(text, ground.services)
        if odd:
            _log.warning("%d OAuth apps of the store can't be used", odd)
        self._own = {each.app.id: each for each in kept}

    @property
    def all(self) -> tuple[RegisteredApp, ...]:
        """The user's own first, each as it was saved."""
        own = [RegisteredApp(each.app, each.has_secret, built_in=False) for each in self._own.values()]
        built_in = [
            RegisteredApp(replace(app, client_secret=None), app.client_secret is not None, built_in=True)
            for app in self._built_in.values()
        ]
        return (*own, *built_in)

    def known(self, app_id: OAuthAppId) -> OAuthApp | None:
        """The app without its secret; None where it is not registered here."""
        return next((each.app for each in self.all if each.id == app_id), None)

    async def get(self, app_id: OAuthAppId) -> OAuthApp:
        """The app with its secret. Raises NoSuchApp, VaultClosed or SecretUnreadable."""
        if app_id in self._built_in:
            return self._built_in[app_id]
        kept = self._own.get(app_id)
        if kept is None:
            raise NoSuchApp(app_id)
        secret = await self._vault.read_app_secret(app_id) if kept.has_secret else None
        return replace(kept.app, client_secret=secret)

    async def save(self, app: OAuthApp) -> None:
        """Keep an app, new or changed; one without a secret keeps the secret that is there. The secret first: an app
        that says it has one must have it. Raises BuiltIn, VaultClosed, VaultFailed, ArchiveFailed."""
        if app.id in self._built_in:
            raise BuiltIn(app.id)
        before = self._own.get(app.id)
        if app.client_secret is not None:
            await self._vault.write_app_secret(app.id, app.client_secret)
        has_secret = app.client_secret is not None or (before is not None and before.has_secret)
        kept = KeptApp(replace(app, client_secret=None), has_secret)
        await self._write((self._own | {app.id: kept}).values())
        self._own[app.id] = kept

    async def remove(self, app_id: OAuthAppId) -> None:
        """Forget an app and its secret. Grants given to it can't be refreshed any more. Raises BuiltIn, VaultClosed,
        ArchiveFailed, and nothing is done."""
        if app_id in self._built_in:
            raise BuiltIn(app_id)
        if app_id not in self._own:
            return
        if self._own[app_id].has_secret:
            await self._vault.read_app_secret(app_id)  # a vault that is closed is found out before anything is done
        await self._write(each for own_id, each in self._own.items() if own_id != app_id)
        self._own.pop(app_id)
        try:
            await self._vault.delete_app_secret(app_id)
        except (VaultClosed, VaultFailed) as left:
            _log.warning("a sealed secret without an OAuth app stays in the vault: %s", left)

    async def _write(self, apps: Iterable[KeptApp]) -> None:
        await self._archive.save_setting(OAUTH_APPS, apps_as_text(apps, self._services))
