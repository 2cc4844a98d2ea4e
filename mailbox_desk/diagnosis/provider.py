"""Who runs a mailbox's servers: facts of the provider files as values, and finding the right one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mailbox_desk.model.mailbox import Endpoint, Security, security_for_port

GENERIC: Final = "generic"


class BadProvider(ValueError):
    """A provider file that can't be used. Says which, and what is wrong with it."""

    def __init__(self, provider_id: str, reason: str) -> None:
        super().__init__(f"provider {provider_id}: {reason}")


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the provider's own page names it."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Provider:
    """`domains`: of addresses; `hosts`: suffixes of server names. `interval_seconds`: between two checks of a mailbox.
    `refusals_per_10_minutes`: refused sign-ins per host and network that are still safe; None: the desk's setting.
    `app_password_url`: where an app password is made; `help_url`: the provider's page on mail programs;
    `account_url`: where the account itself is mended; "" where there is none."""

    id: str
    name: str
    source: str
    date: date
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    large: bool = False
    interval_seconds: float = 300.0
    refusals_per_10_minutes: int | None = None
    app_password_url: str = ""
    help_url: str = ""
    account_url: str = ""
    status_url: str = ""
    receiving: Server | None = None
    sending: Server | None = None

    def endpoints(self, address: str) -> tuple[Endpoint | None, Endpoint | None]:
        """Where this address receives and sends by the provider's own word; the address is the user name."""
        return _endpoint(self.receiving, address), _endpoint(self.sending, address)


def provider_of(address: str, hosts: Iterable[str], providers: Iterable[Provider]) -> str:
    """The id of the provider: by server names first (a domain of one's own may live anywhere), then by the address;
    the longest suffix that fits wins. "generic" where none does."""
    known = tuple(providers)
    by_host = _longest((host for host in hosts), ((each.hosts, each.id) for each in known))
    return by_host or _longest([address.rpartition("@")[2]], ((each.domains, each.id) for each in known)) or GENERIC


def provider_from(table: Mapping[str, object]) -> Provider:
    """A provider from a parsed file. Raises BadProvider."""
    provider_id = str(table.get("id", "without an id"))
    odd = table.keys() - set(Provider.__dataclass_fields__)
    if odd:
        raise BadProvider(provider_id, f"unknown key {', '.join(sorted(odd))}")
    missing = [key for key in ("id", "name", "source", "date") if not table.get(key)]
    if missing:
        raise BadProvider(provider_id, f"lacks {', '.join(missing)}")
    plain = {key: _plain(provider_id, key, value) for key, value in table.items() if key not in _SERVERS}
    servers = {key: _server(provider_id, table.get(key)) for key in _SERVERS}
    return Provider(**plain, **servers)  # type: ignore[arg-type]  # every key was checked by its own reader


_SERVERS: Final = ("receiving", "sending")
_SECURITIES: Final = frozenset(Security)
_TEXTS: Final = frozenset({"id", "name", "source", "app_password_url", "help_url", "account_url", "status_url"})


def _plain(provider_id: str, key: str, value: object) -> object:
    match value:
        case str() if key in _TEXTS:
            return value
        case bool() if key == "large":
            return value
        case date() if key == "date":
            return value
        case int() | float() if key == "interval_seconds" and not isinstance(value, bool) and value > 0:
            return float(value)
        case int() if key == "refusals_per_10_minutes" and not isinstance(value, bool) and value > 0:
            return value
        case list() if key in ("domains", "hosts") and all(isinstance(each, str) and each for each in value):
            return tuple(each.lower() for each in value)
    raise BadProvider(provider_id, f"{key}: {value!r} makes no sense")


def _server(provider_id: str, table: object) -> Server | None:
    if table is None:
        return None
    match table:
        case {"host": str(host), "port": int(port), **rest} if not rest:
            return Server(host, port, security_for_port(port))
        case {"host": str(host), "port": int(port), "security": str(security), **rest} if (
            not rest and security in _SECURITIES
        ):
            return Server(host, port, Security(security))
    raise BadProvider(provider_id, f"{table!r} is no server: host, port and perhaps security are wanted")


def _endpoint(server: Server | None, address: str) -> Endpoint | None:
    return None if server is None else Endpoint(server.host, server.port, server.security, address)


def _longest(names: Iterable[str], rows: Iterable[tuple[tuple[str, ...], str]]) -> str:
    wanted = [name.rstrip(".").lower() for name in names if name]
    fits = [
        (len(suffix), provider_id)
        for suffixes, provider_id in rows
        for suffix in suffixes
        for name in wanted
        if name == suffix or name.endswith("." + suffix)
    ]
    return max(fits, default=(0, ""))[1]
