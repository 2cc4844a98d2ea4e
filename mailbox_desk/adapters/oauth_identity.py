"""Who signed in, by the provider's own word: the id token, else the userinfo page, else nobody says.

The id token came straight from the token endpoint over TLS that was verified, which may stand for its signature
(OpenID Connect Core section 3.1.3.7, point 6): oauth_web asks https alone, loopback included. Issuer, audience, the
party it was given out to (point 5), nonce and time are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jwt

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp

_LEEWAY: Final = 120.0
"""Seconds that the provider's clock and ours may differ."""
_TENANT: Final = "{tenantid}"
_LONGEST_ADDRESS: Final = 320


class WrongIdentity(Exception):
    """The id token is not for us, or not for this sign-in."""


def claims_of(id_token: Secret, app: OAuthApp, nonce: str) -> Mapping[str, Any]:
    """What the id token says. `nonce`: "" where none was asked for. Raises WrongIdentity."""
    if not id_token.reveal().isascii():
        raise WrongIdentity("no token")
    try:
        claims: dict[str, Any] = jwt.decode(
            id_token.reveal(),
            audience=app.client_id,
            leeway=_LEEWAY,
            options={
                "verify_signature": False,
                "verify_exp": True,
                "verify_nbf": True,
                "verify_aud": True,
                "require": ["iss", "aud", "exp", "sub"],
            },
        )
    except jwt.PyJWTError as error:
        raise WrongIdentity(type(error).__name__) from None  # its words may quote the token
    if app.service.issuer and claims["iss"] != _issuer_for(app.service.issuer, claims):
        raise WrongIdentity("another issuer")
    if claims.get("azp", app.client_id) != app.client_id:
        raise WrongIdentity("given out to another app")
    if nonce and claims.get("nonce") != nonce:
        raise WrongIdentity("not from this sign-in")
    return claims


def address_in(claims: Mapping[str, Any]) -> str:
    """The address that the claims name; "" where they name none. Microsoft has work accounts without `email`."""
    if claims.get("email_verified") in (False, "false"):
        return ""
    named = (claims.get(name) for name in ("email", "preferred_username", "upn"))
    return next((each for each in named if isinstance(each, str) and _is_address(each)), "")


def _issuer_for(issuer: str, claims: Mapping[str, Any]) -> str:
    """Entra writes the tenant into its issuer, and says which it is."""
    tenant = claims.get("tid")
    return issuer.replace(_TENANT, tenant) if isinstance(tenant, str) else issuer


def _is_address(text: str) -> bool:
    return "@" in text[1:-1] and text.isprintable() and " " not in text and len(text) <= _LONGEST_ADDRESS
