"""What the face of the engine offers for signing in by OAuth: apps, and the sign-in itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence

from mailbox_desk.engine.crew import Crew
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.fleet_face import FleetFace
from mailbox_desk.engine.signing_in import sign_in
from mailbox_desk.engine.world import World
from mailbox_desk.model.client_secret import app_from_client_secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, RegisteredApp, SigningInStep
from mailbox_desk.model.status import Event, EventKind


class OAuthFace(FleetFace):
    """A part of Engine."""

    _world: World
    _desk: Desk
    _crew: Crew
    _services: Mapping[str, OAuthService]

    @abstractmethod
    def guess(self, address: str) -> tuple[Endpoint | None, Endpoint | None]: ...

    @abstractmethod
    def _with_provider(self, mailbox: Mailbox) -> Mailbox: ...

    def sign_in(
        self, who: str | Mailbox, app: OAuthApp, *, device: bool = False
    ) -> AsyncGenerator[SigningInStep, None]:
        """Sign in by OAuth as this address or mailbox, in the browser or by a code; nothing is saved. A grant comes
        only at the end, with Granted: then `add` or `replace_credential`. `app`: with its secret, by `oauth_app`."""
        mailbox = who if isinstance(who, Mailbox) else Mailbox(MailboxId(""), who, *self.guess(who))
        return sign_in(self._desk, self._world.tokens, app, self._with_provider(mailbox), device=device)

    def oauth_apps(self) -> tuple[RegisteredApp, ...]:
        """The apps that the desk may sign in by, without their secrets; the user's own first."""
        return self._desk.apps.all

    async def oauth_app(self, app_id: OAuthAppId) -> OAuthApp:
        """The app with its secret, for `sign_in`. Raises NoSuchApp, VaultClosed, SecretUnreadable."""
        return await self._desk.apps.get(app_id)

    async def save_oauth_app(self, app: OAuthApp) -> None:
        """Keep an app, new or changed. Grants that were given to it are tried again at once.
        Raises BuiltIn, VaultClosed, VaultFailed, ArchiveFailed."""
        await self._desk.apps.save(app)
        for mailbox_id in await self._desk.tokens.app_changed(app.id):
            self._crew.tell((mailbox_id,), Event(EventKind.SECRET_REPLACED))

    async def remove_oauth_app(self, app_id: OAuthAppId) -> None:
        """Forget an app and its secret. Raises BuiltIn, VaultClosed, ArchiveFailed."""
        await self._desk.apps.remove(app_id)

    async def find_oauth_service(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        """Where any OpenID provider does OAuth 2, by what its issuer publishes; `scopes`: what mail takes there.
        Raises TokenFailed."""
        return await self._world.issuers.service_at(issuer, provider, scopes)

    def read_client_secret(self, text: str, app_id: OAuthAppId, provider: str = "google") -> OAuthApp:
        """The app that a client_secret.json of Google's console is for. Raises BadClientSecret."""
        return app_from_client_secret(text, app_id, self._services[provider])
