"""What the tests of OAuth share: who signs in, the steps taken as the dialog would take them, words that are keys."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.model.check import Failure
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import Granted, LinkReady, OAuthApp, SignInFailed, SignInStep, TokenFailed
from tests.servers.browser import Browser, Seen
from tests.servers.oidc import OpenIdProvider

ANNA: Final = "user0001@example.org"
BERT: Final = "user0002@example.org"
USERS: Final = {ANNA: "web-password-of-anna", BERT: "web-password-of-bert"}


def words(key: str, **values: object) -> str:
    """The key, and what it is filled with."""
    return f"{key} <{values.get('signed_in', '')}> <{values.get('wanted', '')}>"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in went: all its steps, and the last page of the browser."""

    steps: list[SignInStep]
    seen: Seen | None = None

    @property
    def granted(self) -> Granted:
        last = self.steps[-1]
        assert isinstance(last, Granted), last
        return last

    @property
    def failure(self) -> Failure:
        last = self.steps[-1]
        assert isinstance(last, SignInFailed), last
        return last.failure


async def sign_in(
    tokens: OAuthTokens, provider: OpenIdProvider, *, app: OAuthApp | None = None, who: str = ANNA, **person: Any
) -> SignIn:
    """The whole way; the person signs in as `who` at a mailbox of Anna's."""
    steps: list[SignInStep] = []
    browsing: asyncio.Task[Seen] | None = None
    async with contextlib.aclosing(tokens.sign_in(app or provider.app, ANNA, 30)) as walk:
        async for step in walk:
            steps.append(step)
            if isinstance(step, LinkReady):
                password = person.pop("password", USERS[who])
                browser = Browser(provider.context, who, password, **person)
                browsing = asyncio.create_task(browser.sign_in(step.url))
    return SignIn(steps, await browsing if browsing else None)


async def link_of(walk: AsyncGenerator[SignInStep, None]) -> str:
    step = await anext(walk)
    assert isinstance(step, LinkReady), step
    return step.url


async def refusal(tokens: OAuthTokens, app: OAuthApp, grant: OAuthToken) -> TokenFailed:
    """The refresh that fails."""
    try:
        await tokens.refresh(app, grant)
    except TokenFailed as error:
        return error
    raise AssertionError("it was refreshed")


def grant(refresh: str = "refresh-token-canary", access: str = "access-token-canary") -> OAuthToken:
    return OAuthToken(Secret(refresh), Secret(access), 0.0, "lab", 5.0, 5.0, "mail")
