"""The nouns of signing in by OAuth 2: where a provider does it, whose app asks, and what a sign-in tells as it goes.

Facts only; the protocol is an adapter's work, and when to refresh is the engine's. Never a secret in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from mailbox_desk.model.check import Failure
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.errand import TryOutStep

OAuthAppId = NewType("OAuthAppId", str)


@dataclass(frozen=True, slots=True)
class OAuthService:
    """Where a provider does OAuth 2, by its file or by its issuer's metadata (RFC 8414). Addresses are https, "" where
    it has none; `{tenant}` in one stands for the app's tenant. `scopes`: what reading and sending mail by IMAP and SMTP
    takes, with what gives a refresh token. `extra`: parameters of the authorization request that the provider wants
    besides (access_type=offline). `app_only_scopes`: for access without a person. `redirect`: where the browser comes
    back to; a free port is put into it where it names none. `tells_issuer`: every answer of the browser names the
    issuer (RFC 9207), so one that does not is refused. `basic_auth`: an app's secret goes into a header (RFC 6749
    section 2.3.1), not into the form. `scope_joiner`: what stands between scopes; Zoho wants commas."""

    provider: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    issuer: str = ""
    device_url: str = ""
    revoke_url: str = ""
    userinfo_url: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    app_only_scopes: tuple[str, ...] = ()
    redirect: str = "http://127.0.0.1"
    tells_issuer: bool = False
    basic_auth: bool = False
    scope_joiner: str = " "


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """A registered app that asks for grants. `client_secret` only where the provider demands one. `in_testing`: its
    consent screen is still in testing, so that its grants end early."""

    id: OAuthAppId
    service: OAuthService
    client_id: str
    client_secret: Secret | None = None
    tenant: str = "common"
    in_testing: bool = False

    @property
    def scope(self) -> str:
        """What it asks for, as one text."""
        return self.service.scope_joiner.join(self.service.scopes)


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """An app that the desk may ask as. `app` comes without its secret, which lies in the vault; `built_in`: it came
    with the program, and can't be changed or removed."""

    app: OAuthApp
    has_secret: bool
    built_in: bool

    @property
    def id(self) -> OAuthAppId:
        return self.app.id


@dataclass(frozen=True, slots=True)
class GrantLife:
    """How long a sign-in lasts, as far as anybody knows. Times are seconds since 1970 UTC; `ends_at` None: nobody says.
    `by_disuse`: it ends then only where it is not used before. `app`: by which it was granted."""

    granted_at: float
    ends_at: float | None = None
    by_disuse: bool = True
    app: str = ""


class Revocation(StrEnum):
    """What became of a grant that was to be given back (RFC 7009)."""

    NOT_ASKED = "not_asked"
    REVOKED = "revoked"
    FAILED = "failed"
    NOT_POSSIBLE = "not_possible"


class NoSuchApp(Exception):
    """No app of this id is registered here: removed, or built into another edition of the program."""


class TokenFailed(Exception):
    """No token was got. `failure` is what the token endpoint (or the way to it) answered; TEMPORARY, UNREACHABLE,
    TIMED_OUT are weather, REFUSED is a verdict. `retry_after`: seconds that the server asked to wait (RFC 9110
    section 10.2.3)."""

    def __init__(self, failure: Failure, retry_after: float | None = None) -> None:
        super().__init__(failure.kind.value)
        self.failure = failure
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class LinkReady:
    """The person signs in at this address in the browser; it works until then (seconds since 1970 UTC)."""

    url: str
    until: float


@dataclass(frozen=True, slots=True)
class CodeReady:
    """The person types this code at that address, on any device (RFC 8628). `complete_url` carries the code already,
    "" where the provider gives none."""

    user_code: str
    url: str
    complete_url: str
    until: float


@dataclass(frozen=True, slots=True)
class CameBack:
    """The browser came back; the grant is being fetched."""


@dataclass(frozen=True, slots=True)
class Granted:
    """Signed in. `address`: who by the provider's own word (id token, userinfo), "" where it does not say: then a first
    sign-in at the mail server has to prove it before anything is saved."""

    token: OAuthToken
    address: str


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """It ended without a grant: declined, run out of time, refused, or spoilt by somebody (state, issuer)."""

    failure: Failure


SignInStep = LinkReady | CodeReady | CameBack | Granted | SignInFailed
"""One LinkReady or CodeReady first; the last is Granted or SignInFailed."""


@dataclass(frozen=True, slots=True)
class WrongAccount:
    """Somebody else signed in: nothing was saved. Both are addresses."""

    wanted: str
    signed_in: str


@dataclass(frozen=True, slots=True)
class IdentityUnproven:
    """The provider does not say who signed in, and the mail server did not take the grant for this mailbox. Nothing was
    saved. `failure`: why; None where the login limits of the host allow no try now."""

    failure: Failure | None


SigningInStep = SignInStep | TryOutStep | WrongAccount | IdentityUnproven
"""What the engine tells of a sign-in. The last is Granted, SignInFailed, WrongAccount or IdentityUnproven; only after
Granted is there a grant."""
