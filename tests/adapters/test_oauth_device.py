"""Asking again and again for a grant by device code: how often, how long, and when it ends. A scripted server plays
what the real provider (test_oauth.py) won't; the clock is moved by the sleeping itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest
import trustme

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.oauth_client import WebLimits
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import Failure, FailureKind
from mailbox_desk.model.oauth import CodeReady, Granted, OAuthApp, OAuthAppId, OAuthService, SignInFailed, SignInStep
from tests.adapters.oauth_makings import ANNA, words
from tests.servers.https import Page, WebServer

OFFER: dict[str, Any] = {
    "device_code": "device-code-canary",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.org/device",
    "expires_in": 900,
    "interval": 5,
}
PENDING = {"error": "authorization_pending"}
GRANT = {"access_token": "access", "refresh_token": "refresh", "expires_in": 3600}


class Clock:
    """Time passes by sleeping only."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def web(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tokens(trust: Trust, clock: Clock) -> AsyncIterator[OAuthTokens]:
    lane, resolver = Lane("test-oauth", 2), Lane("test-names", 2, spares=2)
    limits = WebLimits(2.0, 2.0)
    yield OAuthTokens(lane, resolver, lambda: trust, words, limits=limits, now=clock.now, sleep=clock.sleep)
    lane.close()
    resolver.close()


async def outcome(tokens: OAuthTokens, web: WebServer, offer: object, *answers: tuple[int, object]) -> list[SignInStep]:
    """The steps where the server answers so, one after the other, the last for ever."""
    at = f"https://localhost:{web.port}"
    left = list(answers)

    def next_page(path: str) -> Page:
        if path == "/device":
            return Page(json.dumps(offer).encode())
        status, body = left.pop(0) if len(left) > 1 else left[0]
        headers = {"Content-Type": "application/json"}
        if status == 429:
            headers["Retry-After"] = "50"
        return Page(json.dumps(body).encode(), status, headers)

    web.answer_post = next_page
    service = OAuthService("a", f"{at}/auth", f"{at}/token", ("mail",), device_url=f"{at}/device")
    async with aclosing(tokens.sign_in_by_device(OAuthApp(OAuthAppId("a"), service, "client"), ANNA)) as walk:
        return [step async for step in walk]


def failure_in(steps: list[SignInStep]) -> Failure:
    last = steps[-1]
    assert isinstance(last, SignInFailed), last
    return last.failure


async def test_granted_after_a_while(tokens: OAuthTokens, web: WebServer, clock: Clock) -> None:
    steps = await outcome(tokens, web, OFFER, (400, PENDING), (400, PENDING), (200, GRANT))
    assert steps[0] == CodeReady("WDJB-MJHT", "https://example.org/device", "", 1900.0)
    assert isinstance(steps[-1], Granted)
    assert steps[-1].address == ""  # nobody says: the first sign-in at the mail server has to prove it
    assert clock.slept == [5, 5, 5]
    assert "canary" not in repr(steps)


async def test_asked_to_slow_down(tokens: OAuthTokens, web: WebServer, clock: Clock) -> None:
    slow = {"error": "slow_down"}
    await outcome(tokens, web, OFFER, (400, PENDING), (400, slow), (400, slow), (400, PENDING), (200, GRANT))
    assert clock.slept == [5, 5, 10, 15, 15]


async def test_weather_ends_nothing(tokens: OAuthTokens, web: WebServer, clock: Clock) -> None:
    steps = await outcome(tokens, web, OFFER, (503, "x"), (500, "x"), (429, "x"), (400, PENDING), (200, GRANT))
    assert isinstance(steps[-1], Granted)
    assert clock.slept == [5, 10, 20, 50, 50]


async def test_it_ends_with_the_code(tokens: OAuthTokens, web: WebServer, clock: Clock) -> None:
    steps = await outcome(tokens, web, OFFER | {"expires_in": 22}, (400, PENDING))
    assert failure_in(steps).kind is FailureKind.TIMED_OUT
    assert clock.slept == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": "access_denied"}, FailureKind.REFUSED, "access_denied"),
        (400, {"error": "authorization_declined"}, FailureKind.REFUSED, "authorization_declined"),  # Microsoft's word
        (400, {"error": "expired_token"}, FailureKind.TIMED_OUT, "expired_token"),
        (401, {"error": "invalid_client"}, FailureKind.REFUSED, "invalid_client"),
        (200, "<html>", FailureKind.BROKEN, ""),
    ],
)
async def test_what_ends_it_at_once(
    tokens: OAuthTokens, web: WebServer, clock: Clock, status: int, body: object, kind: FailureKind, code: str
) -> None:
    failure = failure_in(await outcome(tokens, web, OFFER, (status, body)))
    assert (failure.kind, failure.code) == (kind, code)
    assert clock.slept == [5]


@pytest.mark.parametrize(
    "offer",
    [
        OFFER | {"verification_uri": "javascript:alert(1)"},
        OFFER | {"verification_uri": "http://example.org/"},
        OFFER | {"verification_uri_complete": "file:///etc/passwd"},
        OFFER | {"user_code": ""},
        OFFER | {"user_code": "A\nB"},
        OFFER | {"user_code": "x" * 500},
        OFFER | {"device_code": None},
        {},
        [],
    ],
)
async def test_an_offer_that_is_none(tokens: OAuthTokens, web: WebServer, offer: object) -> None:
    failure = failure_in(await outcome(tokens, web, offer, (200, GRANT)))
    assert failure.kind is FailureKind.BROKEN


async def test_a_provider_without_devices(tokens: OAuthTokens) -> None:
    service = OAuthService("a", "https://a.test/", "https://a.test/", ("mail",))
    walk = tokens.sign_in_by_device(OAuthApp(OAuthAppId("a"), service, "client"), ANNA)
    assert failure_in([step async for step in walk]).kind is FailureKind.UNSUPPORTED


async def test_googles_older_name_of_the_address(tokens: OAuthTokens, web: WebServer) -> None:
    older = {name: value for name, value in OFFER.items() if name != "verification_uri"}
    steps = await outcome(tokens, web, older | {"verification_url": "https://www.google.com/device"}, (200, GRANT))
    assert isinstance(steps[0], CodeReady)
    assert steps[0].url == "https://www.google.com/device"
