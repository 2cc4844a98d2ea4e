"""The libraries of OAuth are loaded with the first grant, not with the house; what comes then is the real adapter."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack, aclosing

import pytest

from mailbox_desk.adapters.trust import load_trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.engine.ports import OAuthServices, Tokens
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import LinkReady, OAuthApp, OAuthAppId, OAuthService, TokenFailed
from mailbox_desk.wiring.signing_in import open_tokens
from mailbox_desk.wording.catalogue import Catalogue

SERVICE = OAuthService("a", "https://localhost:1/auth", "https://localhost:1/token", ("mail",))
APP = OAuthApp(OAuthAppId("a"), SERVICE, "client")


def test_the_house_loads_none_of_it() -> None:
    code = "import sys, mailbox_desk.wiring.house, mailbox_desk.wiring.signing_in; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "mailbox_desk.wiring.signing_in" in loaded
    assert not {"oauthlib", "jwt", "mailbox_desk.adapters.oauth"} & set(loaded)


async def test_first_asked_it_is_there() -> None:
    async with AsyncExitStack() as stack:
        names = Lane("test-names", 2)
        stack.callback(names.close)
        tokens = open_tokens(stack, names, lambda: load_trust({}), Catalogue.load([], strict=True).text)
        fits: tuple[Tokens, OAuthServices] = (tokens, tokens)
        assert fits
        grant = OAuthToken(Secret("refresh"), Secret("access"), 0.0)
        refused = [tokens.refresh(APP, grant) for _ in range(3)]
        for error in await asyncio.gather(*refused, return_exceptions=True):
            assert isinstance(error, TokenFailed)
            assert error.failure.kind is FailureKind.UNREACHABLE
        with pytest.raises(TokenFailed):
            await tokens.revoke(APP, grant)
        with pytest.raises(TokenFailed):
            await tokens.service_at("https://localhost:1", "a", ["mail"])
        async with aclosing(tokens.sign_in(APP, "anna@example.org", 5)) as steps:
            assert isinstance(await anext(steps), LinkReady)
        async with aclosing(tokens.sign_in_by_device(APP, "anna@example.org")) as steps:
            assert len([step async for step in steps]) == 1
