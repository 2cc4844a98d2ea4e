"""What an OpenID provider or OAuth server publishes of itself (OpenID Connect Discovery 1.0, RFC 8414), as a service.

Every address in it must be https, and it must be the issuer that was asked: else an attacker's file could send codes
elsewhere. PKCE by S256 is demanded where the file speaks of PKCE at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from mailbox_desk.adapters.oauth_web import AddressUnusable, place_of
from mailbox_desk.model.oauth import OAuthService

_OPENID: Final = "/.well-known/openid-configuration"
_OAUTH: Final = "/.well-known/oauth-authorization-server"
_ALWAYS: Final = ("openid", "email", "offline_access")


class MetadataUnusable(Exception):
    """The file is not this issuer's, lacks what is needed or names an unsafe address."""


def places_of_metadata(issuer: str) -> tuple[str, str]:
    """Where to look for the file, the likelier first: OpenID appends to the issuer, RFC 8414 section 3.1 puts it in
    between. Raises AddressUnusable."""
    place_of(issuer)
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    return (
        f"{parts.scheme}://{parts.netloc}{path}{_OPENID}",
        f"{parts.scheme}://{parts.netloc}{_OAUTH}{path}",
    )


def service_in(told: Mapping[str, Any], issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
    """The service of this file. `scopes`: what mail takes there, as its keeper says; what tells who signed in and
    gives a refresh token is added where the server knows it. Raises MetadataUnusable."""
    if told.get("issuer") != issuer:
        raise MetadataUnusable("the file is of another issuer")
    methods = told.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise MetadataUnusable("no PKCE by S256")
    known = told.get("scopes_supported")
    added = [scope for scope in _ALWAYS if isinstance(known, list) and scope in known and scope not in scopes]
    ways = told.get("token_endpoint_auth_methods_supported")
    return OAuthService(
        provider=provider,
        authorize_url=_address(told, "authorization_endpoint"),
        token_url=_address(told, "token_endpoint"),
        scopes=(*added, *scopes),
        issuer=issuer,
        device_url=_address(told, "device_authorization_endpoint", needed=False),
        revoke_url=_address(told, "revocation_endpoint", needed=False),
        userinfo_url=_address(told, "userinfo_endpoint", needed=False),
        extra=(("prompt", "consent"),) if "offline_access" in added else (),  # OpenID Connect Core section 11
        tells_issuer=told.get("authorization_response_iss_parameter_supported") is True,
        # RFC 8414 section 2: where the file is silent, it is client_secret_basic
        basic_auth="client_secret_post" not in ways if isinstance(ways, list) else True,
    )


def _address(told: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    address = told.get(name, "")
    if not address and not needed:
        return ""
    try:
        place_of(address if isinstance(address, str) else "")
    except AddressUnusable as error:
        raise MetadataUnusable(f"{name}: {error}") from error
    return str(address)
