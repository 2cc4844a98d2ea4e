"""Whose id token it is: issuer, audience, nonce and time are checked; its words reach no exception."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from mailbox_desk.adapters.oauth_identity import WrongIdentity, address_in, claims_of
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService

KEY = "a key of 32 bytes, as HS256 wants"
APP = OAuthApp(OAuthAppId("a"), OAuthService("a", "", "", (), issuer="https://issuer.test"), "client")
ENTRA = OAuthApp(OAuthAppId("m"), OAuthService("m", "", "", (), issuer="https://m.test/{tenantid}/v2.0"), "client")


def token(**change: Any) -> Secret:
    now = time.time()
    claims = {
        "iss": "https://issuer.test",
        "aud": "client",
        "sub": "1",
        "exp": now + 60,
        "nonce": "n",
        "email": "a@b.test",
    }
    return Secret(jwt.encode({k: v for k, v in (claims | change).items() if v is not None}, KEY, "HS256"))


def test_a_good_one() -> None:
    assert address_in(claims_of(token(), APP, "n")) == "a@b.test"
    assert claims_of(token(aud=["client", "other"]), APP, "n")
    assert claims_of(token(azp="client"), APP, "n")
    assert claims_of(token(exp=time.time() - 60), APP, "n")  # clocks differ a little
    assert claims_of(token(nonce=None), APP, "")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://attacker.test"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": ["client", "another-client"], "azp": "another-client"},
        {"exp": 1000},
        {"exp": None},
        {"nbf": 9_999_999_999},
        {"nonce": "replayed"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_one_that_is_not_ours(change: dict[str, Any]) -> None:
    spoilt = token(**change, email="email-canary@b.test")
    with pytest.raises(WrongIdentity) as raised:
        claims_of(spoilt, APP, "n")
    assert spoilt.reveal() not in repr(raised.value)
    assert "canary" not in repr(raised.value)


@pytest.mark.parametrize("text", ["", "a.b.c", "no token", "a" * 100_000, "..."])
def test_garbage(text: str) -> None:
    with pytest.raises(WrongIdentity):
        claims_of(Secret(text), APP, "")


def test_entra_writes_its_tenant_into_the_issuer() -> None:
    ours = token(iss="https://m.test/tenant-1/v2.0", tid="tenant-1")
    assert claims_of(ours, ENTRA, "n")
    for change in ({"iss": "https://m.test/tenant-2/v2.0", "tid": "tenant-1"}, {"iss": "https://m.test/tenant-1/v2.0"}):
        with pytest.raises(WrongIdentity):
            claims_of(token(**change), ENTRA, "n")


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "a@b.test"}, "a@b.test"),
        ({"email": "a@b.test", "email_verified": False}, ""),
        ({"email": "a@b.test", "email_verified": True}, "a@b.test"),
        ({"preferred_username": "u@b.test"}, "u@b.test"),
        ({"email": "no address", "upn": "u@b.test"}, "u@b.test"),
        ({"email": 7}, ""),
        ({"email": "a@b\n.test"}, ""),
        ({"email": "@b.test"}, ""),
        ({}, ""),
    ],
)
def test_the_address_that_claims_name(claims: dict[str, Any], address: str) -> None:
    assert address_in(claims) == address
