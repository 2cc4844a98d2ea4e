"""What an issuer publishes of itself, and files that must not be believed."""

from __future__ import annotations

from typing import Any

import pytest

from mailbox_desk.adapters.oauth_metadata import MetadataUnusable, places_of_metadata, service_in
from mailbox_desk.adapters.oauth_web import AddressUnusable

ISSUER = "https://id.example.org/realms/mail"
FILE: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "revocation_endpoint": f"{ISSUER}/revoke",
    "code_challenge_methods_supported": ["plain", "S256"],
    "scopes_supported": ["openid", "email", "offline_access", "mail"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    "authorization_response_iss_parameter_supported": True,
}


def test_where_it_is_looked_for() -> None:
    assert places_of_metadata(ISSUER) == (
        f"{ISSUER}/.well-known/openid-configuration",
        "https://id.example.org/.well-known/oauth-authorization-server/realms/mail",
    )
    assert places_of_metadata("https://a.test/")[0] == "https://a.test/.well-known/openid-configuration"
    with pytest.raises(AddressUnusable):
        places_of_metadata("http://a.test")


def test_a_service() -> None:
    service = service_in(FILE, ISSUER, "own", ["mail"])
    assert service.scopes == ("openid", "email", "offline_access", "mail")
    assert service.extra == (("prompt", "consent"),)
    assert service.tells_issuer
    assert not service.basic_auth
    assert service.device_url == ""
    sparse = {name: FILE[name] for name in ("issuer", "authorization_endpoint", "token_endpoint")}
    service = service_in(sparse, ISSUER, "own", ["mail"])
    assert (service.scopes, service.tells_issuer, service.basic_auth) == (("mail",), False, True)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://attacker.test"},
        {"issuer": ISSUER + "/"},
        {"issuer": None},
        {"token_endpoint": "http://id.example.org/token"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"revocation_endpoint": "file:///etc/passwd"},
        {"userinfo_endpoint": 7},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
def test_a_file_that_is_not_to_be_believed(change: dict[str, Any]) -> None:
    with pytest.raises(MetadataUnusable):
        service_in(FILE | change, ISSUER, "own", ["mail"])
