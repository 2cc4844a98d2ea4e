"""Fits Tokens, OAuthServices and AdminTokens where nothing speaks OAuth: a desk over a file of mailboxes. Every wish
is answered with a plain no."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from mailbox_desk.model.admin_connection import AdminConnection, BadKey, ConnectionKind, KeyFacts, KeyFault
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthService, SignInFailed, SignInStep, TokenFailed
from mailbox_desk.model.verdict import Half


class NoTokens:
    """Asks nobody."""

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        raise TokenFailed(_failure(Step.TOKEN))

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        raise TokenFailed(_failure(Step.TOKEN))

    async def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        yield SignInFailed(_failure(Step.AUTHORIZE))

    async def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        yield SignInFailed(_failure(Step.AUTHORIZE))

    async def service_at(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        raise TokenFailed(_failure(Step.AUTHORIZE))

    async def admin_token(
        self, connection: AdminConnection, service: OAuthService, key: Secret, account: str
    ) -> OAuthToken:
        raise TokenFailed(_failure(Step.TOKEN))

    async def key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        raise BadKey(KeyFault.UNREADABLE)


def _failure(step: Step) -> Failure:
    return Failure(Half.RECEIVING, step, FailureKind.UNSUPPORTED, "")
