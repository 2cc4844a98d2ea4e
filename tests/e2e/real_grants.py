"""Grants that a real provider gave, for homes that are filled before the desk starts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import aclosing

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.trust import load_trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.oauth import Granted, LinkReady, SignInStep
from tests.e2e.oauth_desk import OAuthLab, web_password
from tests.servers.browser import Browser

_AT_ONCE = 4


async def real_grants(lab: OAuthLab, addresses: Sequence[str]) -> dict[str, str]:
    """Each address signs in at the provider; the answer is its refresh token."""
    lane, names = Lane("test-grants", _AT_ONCE), Lane("test-names", _AT_ONCE)
    trust = load_trust(os.environ | {"SSL_CERT_FILE": str(lab.mail.ca_file)})
    tokens = OAuthTokens(lane, names, lambda: trust, lambda key, **_: key)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def grant(address: str) -> str:
        async with turns:
            return await _signed_in(tokens, lab, address)

    try:
        return dict(zip(addresses, await asyncio.gather(*map(grant, addresses)), strict=True))
    finally:
        lane.close()
        names.close()


async def _signed_in(tokens: OAuthTokens, lab: OAuthLab, address: str) -> str:
    step: SignInStep | None = None
    browsing: asyncio.Task[object] | None = None
    async with aclosing(tokens.sign_in(lab.provider.app, address, 60)) as steps:
        async for step in steps:
            if isinstance(step, LinkReady):
                browser = Browser(lab.provider.context, address, web_password(address))
                browsing = asyncio.create_task(browser.sign_in(step.url))
    assert isinstance(step, Granted), step
    assert browsing is not None
    await browsing
    return step.token.refresh_token.reveal()
