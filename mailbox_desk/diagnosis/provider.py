"""Who runs a mailbox's servers: facts of the provider files as values, and finding the right one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.oauth import OAuthService

GENERIC: Final = "generic"
Found = TypeVar("Found")
_MOST_LABELS: Final = 8  # more than any suffix of the files has; a name of a thousand labels costs no more


class BadProvider(ValueError):
    """A provider file that can't be used. Says which, and what is wrong with it."""

    def __init__(self, file_name: str, reason: str) -> None:
        super().__init__(f"provider {file_name}: {reason}")


class UsernameForm(StrEnum):
    """What a server takes for a user name."""

    ADDRESS = "address"
    LOCAL_PART = "local_part"


class LimitKind(StrEnum):
    """What a provider counts. Connections are those open at one time, by one account; the rest is by one account and
    in the time that its name says, but token requests, which are those of one app; megabytes are 1,000,000 bytes. Idle
    minutes: how long one IDLE may last."""

    CONNECTIONS = "connections"
    SENDING_CONNECTIONS = "sending_connections"
    LOGINS_PER_10_MINUTES = "logins_per_10_minutes"
    REFUSALS_PER_10_MINUTES = "refusals_per_10_minutes"
    MESSAGES_PER_MINUTE = "messages_per_minute"
    MESSAGES_PER_HOUR = "messages_per_hour"
    MESSAGES_PER_DAY = "messages_per_day"
    RECIPIENTS_PER_HOUR = "recipients_per_hour"
    RECIPIENTS_PER_DAY = "recipients_per_day"
    DOWNLOAD_MEGABYTES_PER_DAY = "download_megabytes_per_day"
    UPLOAD_MEGABYTES_PER_DAY = "upload_megabytes_per_day"
    IDLE_MINUTES = "idle_minutes"
    TOKEN_REQUESTS_PER_MINUTE = "token_requests_per_minute"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read: the address, the day, and up to 15 words of what stands there."""

    url: str
    read: date
    quote: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the source names it."""

    host: str
    port: int
    security: Security
    username: UsernameForm = UsernameForm.ADDRESS


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the provider with servers of its own: for addresses of `domains`, and for mail sent to `mx`."""

    receiving: Server
    sending: Server
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """`plan`: whom it holds for, in the provider's own word; "" for all."""

    kind: LimitKind
    value: int
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """All that is known of a provider's limits. Where plans differ and ours is unknown, the least of them is safe."""

    all: tuple[Limit, ...] = ()

    def least(self, kind: LimitKind) -> int | None:
        return min((limit.value for limit in self.all if limit.kind is kind), default=None)

    @property
    def connections(self) -> int | None:
        return self.least(LimitKind.CONNECTIONS)

    @property
    def idle_minutes(self) -> int | None:
        return self.least(LimitKind.IDLE_MINUTES)

    @property
    def logins_per_10_minutes(self) -> int | None:
        return self.least(LimitKind.LOGINS_PER_10_MINUTES)

    @property
    def refusals_per_10_minutes(self) -> int | None:
        return self.least(LimitKind.REFUSALS_PER_10_MINUTES)

    @property
    def messages_per_day(self) -> int | None:
        return self.least(LimitKind.MESSAGES_PER_DAY)


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """None where nobody says. `refresh_unused_days`: dies when left unused so long; `refresh_testing_days`: of an app
    that is still in testing; `refresh_per_account`: how many live at once before the oldest dies."""

    access_minutes: int | None = None
    refresh_unused_days: int | None = None
    refresh_testing_days: int | None = None
    refresh_per_account: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """`family`: what rules and cases call it (two files may share one). `domains`: of addresses; `hosts`: suffixes of
    server names; `mx`: suffixes of the names that its customers' MX records point to. `interval_seconds`: between two
    checks of a mailbox. `auth_kinds`: best first. Pages are addresses, "" where there is none: `app_password_page`:
    where one is made; `help_page`: on mail programs; `account_page`: where the account itself is mended.
    `hint`: key of the words on what to type for a password; `quirks`: keys of what else is odd; `proof`: key -> source.
    """

    id: str
    name: str
    family: str = ""
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    large: bool = False
    interval_seconds: float = 300.0
    has_imap: bool = True
    auth_kinds: tuple[AuthKind, ...] = ()
    receiving: Server | None = None
    sending: Server | None = None
    regions: tuple[Region, ...] = ()
    app_password_page: str = ""
    help_page: str = ""
    account_page: str = ""
    status_page: str = ""
    limits: Limits = Limits()
    tokens: TokenLifetimes = TokenLifetimes()
    oauth: OAuthService | None = None
    hint: str = ""
    quirks: tuple[str, ...] = ()
    proof: tuple[tuple[str, Source], ...] = ()

    @property
    def refusals_per_10_minutes(self) -> int | None:
        """Refused sign-ins per host and network that are still safe; None: the desk's setting."""
        return self.limits.refusals_per_10_minutes

    def endpoints(self, address: str, mx: Iterable[str] = ()) -> tuple[Endpoint | None, Endpoint | None]:
        """Where this address receives and sends by the provider's own word. `mx`: the hosts of its domain's MX
        records, where known: they tell the region of a domain that is not the provider's own."""
        domain = _domain(address)
        region = self._region(domain, tuple(mx))
        receiving, sending = (region.receiving, region.sending) if region else (self.receiving, self.sending)
        is_own = not _endings((domain,)).isdisjoint(self.domains)
        return _endpoint(receiving, address, is_own), _endpoint(sending, address, is_own)

    def source_of(self, key: str) -> Source | None:
        """Where a value was read, by its place in the file: "receiving", "limits.connections", "pages.help"."""
        return next((source for name, source in self.proof if name == key), None)

    def _region(self, domain: str, mx: tuple[str, ...]) -> Region | None:
        if own := _longest((domain,), ((each.domains, each) for each in self.regions)):
            return own
        if not _endings((domain,)).isdisjoint(self.domains):
            return None
        return _longest(mx, ((each.mx, each) for each in self.regions))


def provider_of(address: str, hosts: Iterable[str], providers: Iterable[Provider]) -> str:
    """The id of the provider: by server names first (a domain of one's own may live anywhere), then by the address;
    the longest suffix that fits wins. Where both name one family, the address is the more exact, since a family shares
    its servers. "generic" where none fits."""
    known = tuple(providers)
    by_host = _longest(hosts, ((each.hosts, each) for each in known))
    by_domain = _longest((_domain(address),), ((each.domains, each) for each in known))
    if by_host and by_domain and by_host.family and by_host.family == by_domain.family:
        return by_domain.id
    found = by_host or by_domain
    return found.id if found else GENERIC


def provider_by_mx(hosts: Iterable[str], providers: Iterable[Provider]) -> str | None:
    """The id of the provider that mail for a domain goes to. `hosts`: of its MX records, most preferred first: the
    first that a provider claims decides, by the longest suffix. None where nobody claims any."""
    known = tuple(providers)
    for host in hosts:
        if found := _longest((host,), ((each.mx, each) for each in known)):
            return found.id
    return None


def family_of(provider_id: str, providers: Iterable[Provider]) -> str:
    """What rules call the provider; its own id where it is no one's kin or unknown."""
    return next((each.family for each in providers if each.id == provider_id), "") or provider_id


def _endpoint(server: Server | None, address: str, is_own: bool) -> Endpoint | None:
    """The part before the @ names nobody unless the domain is the provider's own."""
    if server is None:
        return None
    takes_part = is_own and server.username is UsernameForm.LOCAL_PART
    return Endpoint(server.host, server.port, server.security, address.rpartition("@")[0] if takes_part else address)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _longest(names: Iterable[str], rows: Iterable[tuple[tuple[str, ...], Found]]) -> Found | None:
    """Whose suffix is the longest that one of the names ends in, by whole labels."""
    wanted = _endings(names)
    fits = [
        (max(len(suffix) for suffix in suffixes if suffix in wanted), each)
        for suffixes, each in rows
        if not wanted.isdisjoint(suffixes)  # hundreds of names a row, and thousands of mailboxes ask
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _endings(names: Iterable[str]) -> set[str]:
    """`mail.example.org` ends in itself, `example.org` and `org`."""
    labels = [name.rstrip(".").lower().split(".")[-_MOST_LABELS:] for name in names if name]
    return {".".join(each[at:]) for each in labels for at in range(len(each))}
