"""Attacks on a sign-in by the browser, at a real provider: refused, and nothing granted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import trustme

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.oauth_browser import comes_from
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import CameBack, LinkReady, OAuthApp, OAuthService, SignInFailed, SignInStep
from tests.adapters.oauth_makings import ANNA, BERT, USERS, link_of, words
from tests.servers.browser import Browser
from tests.servers.oidc import OpenIdProvider
from tests.servers.ports import free_port


@pytest.fixture(scope="module")
def provider(ca: trustme.CA) -> Iterator[OpenIdProvider]:
    with OpenIdProvider(USERS, ca) as running:
        yield running


@pytest.fixture
async def tokens(trust: Trust) -> AsyncIterator[OAuthTokens]:
    lane, resolver = Lane("test-oauth", 4), Lane("test-names", 2, spares=2)
    yield OAuthTokens(lane, resolver, lambda: trust, words)
    lane.close()
    resolver.close()


class Attempt:
    """A sign-in of the victim, and what the attacker may know of it."""

    def __init__(self, walk: AsyncGenerator[SignInStep, None], link: str) -> None:
        asked = parse_qs(urlsplit(link).query)
        self.walk = walk
        self.state = asked["state"][0]
        self.redirect = asked["redirect_uri"][0]
        self.link = link

    async def ended_by(self, provider: OpenIdProvider, query: str) -> Failure:
        """The failure that a visit at the redirect with this query leads to."""
        visiting = asyncio.create_task(Browser(provider.context, "", "").sign_in(f"{self.redirect}/?{query}"))
        steps = [step async for step in self.walk]
        await visiting
        assert isinstance(steps[0], CameBack)
        last = steps[-1]
        assert isinstance(last, SignInFailed), last
        return last.failure


async def begun(tokens: OAuthTokens, app: OAuthApp) -> Attempt:
    walk = tokens.sign_in(app, ANNA, 20)
    return Attempt(walk, await link_of(walk))


async def test_the_link_binds_what_comes_back(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    one, two = await begun(tokens, provider.app), await begun(tokens, provider.app)
    asked = parse_qs(urlsplit(one.link).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["login_hint"] == [ANNA]
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["openid email offline_access mail"]
    assert urlsplit(one.redirect).hostname == "127.0.0.1"
    other = parse_qs(urlsplit(two.link).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != other[name]
    await one.walk.aclose()
    await two.walk.aclose()


async def test_an_injected_code_is_of_no_use(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    """The attacker has a code of his own grant, and even the victim's state: PKCE refuses it."""
    port = free_port()
    service = replace(provider.service, redirect=f"http://127.0.0.1:{port}")
    attackers = await begun(tokens, replace(provider.app, service=service))
    await attackers.walk.aclose()  # the code will come to the attacker's own listener
    async with asyncio.timeout(10):
        code = await code_of(provider, attackers.link, port)
    victim = await begun(tokens, provider.app)
    iss = quote(provider.issuer, safe="")
    failure = await victim.ended_by(provider, f"code={code}&state={victim.state}&iss={iss}")
    assert (failure.kind, failure.code) == (FailureKind.REFUSED, "invalid_grant")


async def code_of(provider: OpenIdProvider, link: str, port: int) -> str:
    """The attacker's own listener at his redirect takes his code."""
    codes: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode()
        codes.set_result(parse_qs(urlsplit(line.split()[1]).query)["code"][0])
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", port)
    try:
        await Browser(provider.context, BERT, USERS[BERT]).sign_in(link)
        return await codes
    finally:
        server.close()


@pytest.mark.parametrize("iss", ["&iss=https%3A%2F%2Fattacker.example", "", "&iss="])
async def test_an_issuer_mixed_up(tokens: OAuthTokens, provider: OpenIdProvider, iss: str) -> None:
    """A code from elsewhere must not be carried to this provider, nor a code from here elsewhere."""
    provider.order("none")
    attempt = await begun(tokens, provider.app)
    failure = await attempt.ended_by(provider, f"code=abc&state={attempt.state}{iss}")
    assert (failure.kind, failure.step) == (FailureKind.BROKEN, Step.AUTHORIZE)
    assert failure.marks == {Mark.WRONG_ISSUER}
    assert "POST /token" not in provider.order("none")  # the code went nowhere


async def test_an_id_token_of_another_sign_in(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    """The nonce on the way out was changed by somebody: the id token does not fit what we keep."""
    attempt = await begun(tokens, provider.app)
    nonce = parse_qs(urlsplit(attempt.link).query)["nonce"][0]
    forged = attempt.link.replace(nonce, "another-nonce")
    browsing = asyncio.create_task(Browser(provider.context, ANNA, USERS[ANNA]).sign_in(forged))
    last = [step async for step in attempt.walk][-1]
    assert isinstance(last, SignInFailed)
    assert last.failure.marks == {Mark.WRONG_IDENTITY}
    assert "browser.failed.title" in (await browsing).text


async def test_a_port_that_is_taken_is_told(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    port = free_port()
    app = replace(provider.app, service=replace(provider.service, redirect=f"http://127.0.0.1:{port}"))
    async with aclosing(tokens.sign_in(app, ANNA, 20)) as first, aclosing(tokens.sign_in(app, ANNA, 20)) as second:
        assert isinstance(await anext(first), LinkReady)
        step = await anext(second)
        assert isinstance(step, SignInFailed)
        assert "in use" in step.failure.text


def service(issuer: str, *, tells: bool = False) -> OAuthService:
    return OAuthService("a", "", "", (), issuer=issuer, tells_issuer=tells)


@pytest.mark.parametrize(
    ("known", "told", "is_ours"),
    [
        (service("https://a", tells=True), "https://a", True),
        (service("https://a", tells=True), None, False),
        (service("https://a"), None, True),
        (service("https://a"), "https://a/", False),
        (service("https://a"), "https://b", False),
        (service("", tells=False), "https://b", True),
        (service("https://m/{tenantid}/v2.0"), "https://m/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", True),
        (service("https://m/{tenantid}/v2.0"), "https://m/x/y/v2.0", False),
        (service("https://m/{tenantid}/v2.0"), "https://n/x/v2.0", False),
    ],
)
def test_whose_answer_it_is(known: OAuthService, told: str | None, is_ours: bool) -> None:
    assert comes_from(known, told) is is_ours
