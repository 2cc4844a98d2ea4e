"""An admin connection: one key of an organisation that signs in all mailboxes of its domains, without their people.

Facts only; the key itself lies in the vault. What is said of the providers was read on 2026-11-24, in stored copies, at
developers.google.com (identity/protocols/oauth2/service-account, as of 2026-03-23) and at learn.microsoft.com
(exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, in
MicrosoftDocs/office-developer-exchange-docs at commit 5a8808d7).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from mailbox_desk.model.credential import Credential, OAuthToken, Secret
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half

ConnectionId = NewType("ConnectionId", str)

_MARKER: Final = "admin-connection"
ADMIN_ACCESS: Final = OAuthToken(Secret(""), Secret(""), 0.0, _MARKER)
"""What the vault has of a mailbox that an admin connection signs in: no secret, but that it is so."""


class ConnectionKind(StrEnum):
    """GOOGLE_SERVICE_ACCOUNT: Workspace, domain-wide delegation (RFC 7523), a token for each mailbox.
    MICROSOFT_APP_ONLY: Microsoft 365, client credentials (RFC 6749 section 4.4), one token for all."""

    GOOGLE_SERVICE_ACCOUNT = "google_service_account"
    MICROSOFT_APP_ONLY = "microsoft_app_only"

    @property
    def provider(self) -> str:
        """The provider whose file says where its tokens are."""
        return "google" if self is ConnectionKind.GOOGLE_SERVICE_ACCOUNT else "microsoft"

    @property
    def is_per_mailbox(self) -> bool:
        """Each mailbox has a token of its own."""
        return self is ConnectionKind.GOOGLE_SERVICE_ACCOUNT


@dataclass(frozen=True, slots=True)
class AdminConnection:
    """`domains` in small letters. `client_id`: what an admin allows (Google: the number of the service account).
    `account`: Google's e-mail address of it, the issuer of its assertions. `tenant`: Microsoft's, an id or a domain.
    `note`: the admin's own. `secret_expires_at`: seconds since 1970 UTC, None where nobody knows an end."""

    id: ConnectionId
    kind: ConnectionKind
    domains: tuple[str, ...]
    client_id: str
    account: str = ""
    tenant: str = ""
    note: str = ""
    secret_expires_at: float | None = None

    def serves(self, mailbox: Mailbox) -> bool:
        return domain_of(account_of(mailbox)) in self.domains or domain_of(mailbox.address) in self.domains


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a key tells of itself. `is_certificate`: else it is a client secret, which tells nothing."""

    is_certificate: bool
    expires_at: float | None = None
    sha256: str = ""


class KeyFault(StrEnum):
    """What is wrong with a key. The sentences are in the catalogues, as "fleets.key.<value>"."""

    NOT_JSON = "not_json"
    NOT_A_SERVICE_ACCOUNT = "not_a_service_account"
    OAUTH_CLIENT = "oauth_client"
    NO_KEY = "no_key"
    NO_CERTIFICATE = "no_certificate"
    NOT_A_PAIR = "not_a_pair"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    TOO_WEAK = "too_weak"
    FILE_UNREADABLE = "file_unreadable"
    FILE_TOO_LARGE = "file_too_large"


class BadKey(Exception):
    """The key can't be used; `fault` says why. What stands in it is not repeated."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class DomainServed(Exception):
    """Another connection serves this domain already: which key signs in must be certain."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection as it stands. `served`: how many mailboxes it signs in; `others`: how many of its domains still
    sign in by themselves. `is_resting`: its key was refused twice, and is not tried until a person acts."""

    connection: AdminConnection
    served: int
    others: int
    is_resting: bool


def is_admin_access(credential: Credential) -> bool:
    return isinstance(credential, OAuthToken) and credential.app == _MARKER


def access_by_admin(access_token: Secret, expires_at: float, now: float) -> OAuthToken:
    """A token got by a connection. Times are seconds since 1970 UTC."""
    return OAuthToken(Secret(""), access_token, expires_at, _MARKER, refreshed_at=now)


def account_of(mailbox: Mailbox) -> str:
    """Whom a token is for: the user name, where it is an address (the account behind an alias), else the address."""
    ends = (mailbox.endpoint(half) for half in Half)
    names = (end.username for end in ends if end is not None and domain_of(end.username))
    return next(names, mailbox.address)


def domain_of(address: str) -> str:
    """In small letters; "" where there is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""
