"""Finding servers for an address: what a source offers, what is found or missed, step by step. Never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.verdict import Half

UNKNOWN_PROVIDER: Final = "generic"


class Source(StrEnum):
    """Where servers are looked for. The order is the rank: an earlier one is believed before a later one.

    The mail exchanger stands above the domain's own files: it is where the mail goes today, while a web host goes on
    publishing its own servers for every domain that it serves."""

    PROVIDER = "provider"
    PROVIDER_BY_MX = "provider_by_mx"
    AUTOCONFIG = "autoconfig"
    WELL_KNOWN = "well_known"
    ISPDB = "ispdb"
    SRV = "srv"
    ISPDB_BY_MX = "ispdb_by_mx"
    AUTOCONFIG_BY_MX = "autoconfig_by_mx"
    GUESS = "guess"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {source: rank for rank, source in enumerate(Source)}


class Miss(StrEnum):
    """Why a source gave nothing. UNSAFE: what it said must not be taken; UNUSABLE: it makes no sense."""

    NOTHING = "nothing"
    NO_ANSWER = "no_answer"
    NO_NAME_SERVER = "no_name_server"
    UNTRUSTED = "untrusted"
    UNSAFE = "unsafe"
    UNUSABLE = "unusable"
    BAD_DOMAIN = "bad_domain"


class NotFound(Exception):
    """A source gave nothing that can be used. `detail`: for the log and for whoever wants to know."""

    def __init__(self, why: Miss, detail: str = "") -> None:
        super().__init__(why.value, detail)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ServerOffer:
    """One server as a source names it. `username` may hold %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN%
    (Thunderbird's autoconfig format 1.1), `host` the last of them."""

    half: Half
    host: str
    port: int
    security: Security
    username: str = "%EMAILADDRESS%"
    auth: frozenset[AuthKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Servers that may be tried. `foreign`: the hosts that lie outside the address's domain and that no provider file
    knows: a person has to see them before a password goes there. `auth`: what a sign-in needs; empty: not known."""

    source: Source
    receiving: Endpoint | None
    sending: Endpoint | None
    provider: str = UNKNOWN_PROVIDER
    auth: frozenset[AuthKind] = frozenset()
    foreign: tuple[str, ...] = ()

    def endpoint(self, half: Half) -> Endpoint | None:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def is_complete(self) -> bool:
        return self.receiving is not None and self.sending is not None

    @property
    def order(self) -> tuple[bool, int]:
        """Sorts the best first: both halves before one, then by source."""
        return not self.is_complete, self.source.rank


@dataclass(frozen=True, slots=True)
class LookingAt:
    """A source is being asked."""

    source: Source


@dataclass(frozen=True, slots=True)
class Found:
    """A source named servers."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Missed:
    """A source gave nothing."""

    source: Source
    why: Miss
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DiscoveryEnded:
    """The last word: the candidates, the best first. `offline`: no name server answered at all."""

    candidates: tuple[Candidate, ...] = ()
    offline: bool = False

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


DiscoveryStep = LookingAt | Found | Missed | DiscoveryEnded


@dataclass(frozen=True, slots=True)
class DiscoverySettings:
    """`nameserver`: ask this one (address, or address:port) in place of the system's. `ispdb`: the host of the database
    of mail providers. `https_port`: where autoconfig files are served."""

    nameserver: str = ""
    ispdb: str = "live.thunderbird.net"
    https_port: int = 443
