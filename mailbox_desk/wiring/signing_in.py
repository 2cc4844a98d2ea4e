"""Signing in by OAuth: the adapter with threads of its own, ended with the rest of the house.

The adapter and its libraries are loaded when the first grant is to be got or renewed, by a worker: they take 85 ms,
which neither the window nor a command on mailboxes with passwords should wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Protocol

from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.engine.ports import AdminTokens, OAuthServices, Tokens
from mailbox_desk.model.admin_connection import AdminConnection, ConnectionKind, KeyFacts
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthService, SignInStep

_LANE = 8
"""Grants that are renewed at the same time; most of it is waiting."""

Words = Callable[..., str]


class _Adapter(Tokens, AdminTokens, OAuthServices, Protocol):
    """What the adapter is to the engine."""


class LateTokens:
    """Fits the engine's Tokens, AdminTokens and OAuthServices by shape. For one event loop."""

    def __init__(self, lane: Lane, names: Lane, trust: Callable[[], Trust], words: Words) -> None:
        self._lane = lane
        self._make = lambda: _loaded(lane, names, trust, words)
        self._loading: asyncio.Task[_Adapter] | None = None

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        return await (await self._tokens()).refresh(app, grant)

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        await (await self._tokens()).revoke(app, grant)

    async def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        async with aclosing((await self._tokens()).sign_in(app, address, limit)) as steps:
            async for step in steps:
                yield step

    async def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        async with aclosing((await self._tokens()).sign_in_by_device(app, address)) as steps:
            async for step in steps:
                yield step

    async def admin_token(
        self, connection: AdminConnection, service: OAuthService, key: Secret, account: str
    ) -> OAuthToken:
        return await (await self._tokens()).admin_token(connection, service, key, account)

    async def key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        return await (await self._tokens()).key_facts(kind, key)

    async def service_at(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        return await (await self._tokens()).service_at(issuer, provider, scopes)

    async def _tokens(self) -> _Adapter:
        """Loaded once, whoever asks first; who goes away meanwhile spoils it for nobody."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(self._lane.run(self._make))
        return await asyncio.shield(self._loading)


def open_tokens(stack: AsyncExitStack, names: Lane, trust: Callable[[], Trust], words: Words) -> LateTokens:
    """`names`: the threads for name look-ups; `words`: the sentence of a key, for the last page in the browser."""
    lane = Lane("oauth", _LANE)
    stack.callback(lane.close)
    return LateTokens(lane, names, trust, words)


def _loaded(lane: Lane, names: Lane, trust: Callable[[], Trust], words: Words) -> _Adapter:
    from mailbox_desk.adapters.oauth import OAuthTokens

    return OAuthTokens(lane, names, trust, words)
