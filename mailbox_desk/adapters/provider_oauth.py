"""The shape of [oauth] in a provider file: where the provider does OAuth 2, each value with the name of its source."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mailbox_desk.model.oauth import OAuthService

_Word = Annotated[str, Meta(pattern=r"\A[a-z0-9_]+\Z")]
_Url = Annotated[str, Meta(pattern=r"\Ahttps://[a-z0-9.-]+\.[a-z]+(/\S*)?\Z")]
_Loopback = Annotated[str, Meta(pattern=r"\Ahttp://(127\.0\.0\.1|localhost)(:[1-9][0-9]{0,4})?(/[\w./-]*)?\Z")]
_Scope = Annotated[str, Meta(pattern=r"\A[\x21\x23-\x5b\x5d-\x7e]+\Z")]  # RFC 6749 section 3.3


class _Sourced(Struct, forbid_unknown_fields=True):
    source: _Word


class _Address(_Sourced):
    url: _Url


class _Redirect(_Sourced):
    url: _Loopback


class _Scopes(_Sourced):
    names: Annotated[list[_Scope], Meta(min_length=1)]


class _Extra(_Sourced):
    name: _Word
    value: Annotated[str, Meta(pattern=r"\A\S+\Z")]


class _Joiner(_Sourced):
    text: Annotated[str, Meta(pattern=r"\A[ ,]\Z")]


class OAuthShape(Struct, forbid_unknown_fields=True):
    """`tells_issuer`: the source says that each answer names the issuer."""

    authorize: _Address
    token: _Address
    scopes: Annotated[list[_Scopes], Meta(min_length=1)]
    issuer: _Address | None = None
    tells_issuer: _Sourced | None = None
    device: _Address | None = None
    revoke: _Address | None = None
    userinfo: _Address | None = None
    redirect: _Redirect | None = None
    scope_joiner: _Joiner | None = None
    extra: list[_Extra] = []
    app_only_scopes: list[_Scopes] = []

    def service(self, provider: str) -> OAuthService:
        return OAuthService(
            provider=provider,
            authorize_url=self.authorize.url,
            token_url=self.token.url,
            scopes=_names(self.scopes),
            issuer=_url(self.issuer),
            device_url=_url(self.device),
            revoke_url=_url(self.revoke),
            userinfo_url=_url(self.userinfo),
            extra=tuple((each.name, each.value) for each in self.extra),
            app_only_scopes=_names(self.app_only_scopes),
            redirect=self.redirect.url if self.redirect else "http://127.0.0.1",
            tells_issuer=self.tells_issuer is not None,
            scope_joiner=self.scope_joiner.text if self.scope_joiner else " ",
        )


def _url(address: _Address | None) -> str:
    return address.url if address else ""


def _names(lists: list[_Scopes]) -> tuple[str, ...]:
    return tuple(name for each in lists for name in each.names)
