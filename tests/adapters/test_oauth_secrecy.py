"""Answers with tokens in places where none belong, and tokens that are none: refused, and told nowhere."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
import trustme

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.oauth_client import WebLimits
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import FailureKind
from tests.adapters.oauth_makings import USERS, grant, refusal, sign_in, words
from tests.e2e.secrecy import found_in
from tests.servers.oidc import OpenIdProvider

CANARY = "tok3n-Canary_x7Fq.0123456789abcdef"
ANOTHER = "sec0nd-Canary~Zz.9876543210fedcba"


@pytest.fixture(scope="module")
def provider(ca: trustme.CA) -> Iterator[OpenIdProvider]:
    with OpenIdProvider(USERS, ca) as running:
        yield running


@pytest.fixture
async def tokens(trust: Trust) -> AsyncIterator[OAuthTokens]:
    lane, resolver = Lane("test-oauth", 4), Lane("test-names", 2, spares=2)
    yield OAuthTokens(lane, resolver, lambda: trust, words, limits=WebLimits(4.0, 6.0))
    lane.close()
    resolver.close()


def told_by(error: BaseException) -> str:
    """All that a log could tell of it."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, json.dumps({"refresh_token": CANARY, "id_token": ANOTHER})),
        (200, json.dumps({"accessToken": CANARY, "token": ANOTHER})),
        (200, f'{{"access_token": "{CANARY}", "refresh_token": "{ANOTHER}'),
        (200, f"access_token={CANARY}&refresh_token={ANOTHER}&token_type=bearer"),
        (200, json.dumps([{"access_token": CANARY, "refresh_token": ANOTHER}])),
        (200, json.dumps({"access_token": [CANARY], "refresh_token": {"value": ANOTHER}})),
        (201, json.dumps({"access_token": CANARY, "refresh_token": ANOTHER, "expires_in": 3600})),
        (400, json.dumps({"error": "invalid_grant", "access_token": CANARY, "hint": {"refresh_token": ANOTHER}})),
        (400, json.dumps({"error": "invalid_grant", "refresh_token": CANARY, "id_token": ANOTHER})),
        (500, json.dumps({"refresh_token": CANARY, "id_token": ANOTHER})),
        (500, f"<pre>INSERT INTO tokens VALUES (access_token='{CANARY}', refresh_token='{ANOTHER}')</pre>"),
        (500, f'{{\\"access_token\\":\\"{CANARY}\\",\\"refresh_token\\":\\"{ANOTHER}\\"}}'),
    ],
)
async def test_tokens_where_none_belong_are_shown_to_nobody(
    tokens: OAuthTokens, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture, status: int, body: str
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.order("fault", path="/token", status=status, body=body)
    error = await refusal(tokens, provider.app, grant())
    went = await sign_in(tokens, provider)
    told = told_by(error) + repr(error.failure) + repr(went.failure) + caplog.text
    assert went.seen is not None
    assert (
        found_in([("told", told.encode()), ("page", went.seen.text.encode())], dict.fromkeys((CANARY, ANOTHER), ""))
        == []
    )


@pytest.mark.parametrize("end", ["\n", "\r\nX-Evil: 1", "\0", "é", "\ud800", "\U0001f511", "\x7f", "\1", "x" * 70_000])
@pytest.mark.parametrize("name", ["access_token", "refresh_token", "id_token"])
async def test_a_token_that_no_protocol_can_carry_is_no_token(
    tokens: OAuthTokens, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture, name: str, end: str
) -> None:
    caplog.set_level(logging.DEBUG)
    whole = {"access_token": "a-good-one", "refresh_token": "a-good-one", "token_type": "Bearer", "expires_in": 3600}
    provider.order("fault", path="/token", status=200, body=json.dumps(whole | {name: CANARY + end}))
    went = await sign_in(tokens, provider)
    told = repr(went.steps) + caplog.text
    assert went.failure.kind is (FailureKind.UNSUPPORTED if name == "refresh_token" else FailureKind.BROKEN)
    if name == "access_token":
        error = await refusal(tokens, provider.app, grant())
        assert error.failure.kind is FailureKind.BROKEN
        told += told_by(error)
    else:
        kept = (await tokens.refresh(provider.app, grant())).refresh_token.reveal()
        assert kept == (grant().refresh_token.reveal() if name == "refresh_token" else "a-good-one")
    assert found_in([("told", told.encode("utf-8", "replace"))], {CANARY: ""}) == []


async def test_an_offer_of_a_code_that_is_none_keeps_its_device_code(
    tokens: OAuthTokens, provider: OpenIdProvider
) -> None:
    offer = {"device_code": CANARY, "user_code": 7, "verification_uri": "https://localhost/"}
    provider.order("fault", path="/device/auth", status=200, body=json.dumps(offer))
    steps = [step async for step in tokens.sign_in_by_device(provider.app, "")]
    assert found_in([("told", repr(steps).encode())], {CANARY: ""}) == []
