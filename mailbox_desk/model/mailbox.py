"""A mailbox as the desk knows it: an address, where it receives and where it sends. Never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import NewType

from mailbox_desk.model.verdict import Half

MailboxId = NewType("MailboxId", str)


class Security(StrEnum):
    """How a connection is protected. AUTO tries TLS, then STARTTLS; it never falls back to plain."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    AUTO = "auto"


class AuthKind(StrEnum):
    """What a sign-in uses; the values are those of shared cases and `explain` input."""

    PASSWORD = "password"
    APP_PASSWORD = "app_password"
    OAUTH = "oauth"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server of a mailbox. `pinned_sha256` is the hex SHA-256 of the one certificate (DER) a person accepted;
    `plain_allowed` the explicit yes to a connection without encryption."""

    host: str
    port: int
    security: Security
    username: str
    plain_allowed: bool = False
    pinned_sha256: str | None = None

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def sends_in_clear(self) -> bool:
        """The secret would cross a network unprotected and nobody said yes to it."""
        return self.security is Security.NONE and not (self.is_loopback or self.plain_allowed)


def is_loopback(host: str) -> bool:
    """True for localhost names (RFC 6761 section 6.3) and loopback addresses."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


SECURITY_BY_PORT = {
    993: Security.TLS,
    465: Security.TLS,
    143: Security.STARTTLS,
    587: Security.STARTTLS,
    25: Security.STARTTLS,
}


def security_for_port(port: int) -> Security:
    """RFC 8314: the port decides; a port nobody knows is tried with TLS, then STARTTLS."""
    return SECURITY_BY_PORT.get(port, Security.AUTO)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox. A half without an endpoint is off."""

    id: MailboxId
    address: str
    receiving: Endpoint | None
    sending: Endpoint | None
    name: str = ""
    auth: AuthKind = AuthKind.PASSWORD
    provider: str = "generic"
    tags: tuple[str, ...] = ()
    note: str = ""

    def endpoint(self, half: Half) -> Endpoint | None:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def halves(self) -> tuple[Half, ...]:
        """The halves that are on, receiving first."""
        return tuple(half for half in Half if self.endpoint(half) is not None)
