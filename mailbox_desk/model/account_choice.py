"""How a provider is asked to let the person choose which account signs in, where the last time it was the wrong one.

Pure. Not every server takes every word: one that does not know it refuses the whole request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.oauth import OAuthApp

_PROMPT: Final = "prompt"
_BY_PROVIDER: Mapping[str, str] = MappingProxyType(
    {
        # https://developers.google.com/identity/protocols/oauth2/native-app: "space-delimited, case-sensitive list"
        "google": "select_account consent",
        # https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: one of login, none, consent,
        # select_account
        "microsoft": "select_account",
        "outlook_com": "select_account",
    }
)


def asking_which_account(app: OAuthApp) -> OAuthApp:
    """The app whose next sign-in lets the person choose. Any other OpenID provider is asked for a login anew (OpenID
    Connect Core 1.0 section 3.1.2.1); a server that is none is asked as ever."""
    service = app.service
    wanted = dict(service.extra)
    if service.provider in _BY_PROVIDER:
        wanted[_PROMPT] = _BY_PROVIDER[service.provider]
    elif service.issuer and "openid" in service.scopes:
        before = [word for word in wanted.get(_PROMPT, "").split() if word not in ("login", "none")]
        wanted[_PROMPT] = " ".join(("login", *before))
    return replace(app, service=replace(service, extra=tuple(wanted.items())))
