"""Speaks with the OAuth 2 servers of providers. Fits the engine's Tokens by shape; keeps nothing, decides nothing.

The protocol's words are oauthlib's, the id token's checks PyJWT's; sockets, trust and limits are those of every check.
"""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from mailbox_desk.adapters.oauth_admin import admin_token, check_private_key, key_facts
from mailbox_desk.adapters.oauth_answers import HALF, failure_of, granting_of, json_of, retry_after
from mailbox_desk.adapters.oauth_browser import BrowserSignIn
from mailbox_desk.adapters.oauth_client import OAuthClient, WebLimits
from mailbox_desk.adapters.oauth_device import device_steps
from mailbox_desk.adapters.oauth_granting import redactor_of
from mailbox_desk.adapters.oauth_metadata import MetadataUnusable, places_of_metadata, service_in
from mailbox_desk.adapters.oauth_pages import Words
from mailbox_desk.adapters.oauth_requests import refreshing, revoking
from mailbox_desk.adapters.oauth_web import AddressUnusable, Question
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.admin_connection import AdminConnection, ConnectionKind, KeyFacts
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import OAuthApp, OAuthService, SignInStep, TokenFailed


class OAuthTokens:
    """For one event loop. `lane`: threads for what blocks; `resolver`: those for names; `trust`: whom TLS trusts,
    called on a worker; `words`: the sentence of a key, for the last page in the browser."""

    def __init__(
        self,
        lane: Lane,
        resolver: Lane,
        trust: Callable[[], Trust],
        words: Words,
        *,
        limits: WebLimits | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = OAuthClient(lane, resolver, trust, limits or WebLimits(), now, sleep)
        self._words = words

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        """The grant with a new access token, and with the new refresh token where the server rotates them (RFC 6749
        section 6). Raises TokenFailed."""
        redactor = redactor_of(app, grant.refresh_token, grant.access_token)
        answer = await self._client.ask(refreshing(app, grant), Step.TOKEN, redactor)
        return granting_of(answer, grant, self._client.now(), redactor).token

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        """Give the grant back (RFC 7009); one that the server does not know any more is given back. Raises TokenFailed,
        UNSUPPORTED where the provider has no way to."""
        if not app.service.revoke_url:
            raise TokenFailed(Failure(HALF, Step.TOKEN, FailureKind.UNSUPPORTED, ""))
        redactor = redactor_of(app, grant.refresh_token, grant.access_token)
        answer = await self._client.ask(revoking(app, grant), Step.TOKEN, redactor)
        is_gone = json_of(answer).get("error") in ("invalid_token", "invalid_grant")
        if answer.status not in (http.client.OK, http.client.NO_CONTENT) and not is_gone:
            raise TokenFailed(failure_of(Step.TOKEN, answer, redactor), retry_after(answer, self._client.now()))

    def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        """By the system's browser; `limit`: seconds that it waits for the browser to come back."""
        return BrowserSignIn(self._client, self._words, app, address).steps(limit)

    def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        """By a code typed elsewhere (RFC 8628). The code can't be bound to an address: who signed in is told at the
        end, and has to be looked at."""
        return device_steps(self._client, app)

    async def admin_token(
        self, connection: AdminConnection, service: OAuthService, key: Secret, account: str
    ) -> OAuthToken:
        """An access token got without a person; Microsoft's serves all accounts. Raises TokenFailed."""
        return await admin_token(self._client, connection, service, key, account)

    async def key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        """What a key tells of itself. Raises BadKey for one that can't sign."""
        if kind is ConnectionKind.GOOGLE_SERVICE_ACCOUNT:
            await self._client.run(lambda: check_private_key(key))
            return KeyFacts(is_certificate=False)
        return await self._client.run(lambda: key_facts(key))

    async def service_at(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        """The service of any OpenID provider or OAuth server, by what it publishes. Raises TokenFailed."""
        try:
            first, second = places_of_metadata(issuer)
            try:
                return await self._published(first, issuer, provider, scopes)
            except TokenFailed as error:
                if error.failure.kind is not FailureKind.BROKEN:
                    raise
            return await self._published(second, issuer, provider, scopes)
        except (MetadataUnusable, AddressUnusable) as error:
            marks = frozenset({Mark.UNEXPECTED_ANSWER})
            failure = Failure(HALF, Step.AUTHORIZE, FailureKind.BROKEN, str(error), marks=marks)
            raise TokenFailed(failure) from error

    async def _published(self, place: str, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        redactor = Redactor("")
        answer = await self._client.ask(Question(place), Step.AUTHORIZE, redactor)
        told = json_of(answer)
        if answer.status != http.client.OK or not told:
            raise TokenFailed(failure_of(Step.AUTHORIZE, answer, redactor))
        return service_in(told, issuer, provider, scopes)
