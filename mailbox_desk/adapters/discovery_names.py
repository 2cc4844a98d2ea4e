"""What DNS says about a domain: mail exchangers, services (SRV), addresses. Blocks for seconds at most; lane only.

A name server is asked anew each time, so that a computer that changed its network asks the right one.
"""

from __future__ import annotations

import ipaddress
import socket
from itertools import chain, zip_longest
from typing import Any, Final
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from mailbox_desk.adapters.dial import Address
from mailbox_desk.model.discovery import Miss, NotFound, ServerOffer
from mailbox_desk.model.host_names import is_ip_literal
from mailbox_desk.model.mailbox import Security, is_loopback
from mailbox_desk.model.verdict import Half

_DNS_PORT: Final = 53
_LIFETIME: Final = 3.0
_TIMEOUT: Final = 1.2
_MOST_ADDRESSES: Final = 8
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1
_SERVICES: Final = (
    ("_imaps._tcp", Half.RECEIVING, Security.TLS),
    ("_imap._tcp", Half.RECEIVING, Security.STARTTLS),
    ("_submissions._tcp", Half.SENDING, Security.TLS),
    ("_submission._tcp", Half.SENDING, Security.STARTTLS),
)
_TLS_PORTS: Final = frozenset({993, 465})
SERVICES: Final = tuple(name for name, _, _ in _SERVICES)
Records = list[Any]  # dnspython types its records by their rdata classes only


class Names:
    """`nameserver`: "address" or "address:port" (IPv6 in brackets) to ask; "": the system's."""

    def __init__(self, nameserver: str = "") -> None:
        self._nameserver = nameserver

    def exchangers(self, domain: str) -> tuple[str, ...]:
        """MX hosts, the preferred first; a null MX (RFC 7505) is none. Raises NotFound."""
        records = sorted(self._ask(domain, "MX"), key=lambda record: record.preference)
        hosts = tuple(_host(record.exchange) for record in records)
        return tuple(host for host in hosts if host)

    def service(self, domain: str, service: str) -> tuple[ServerOffer, ...]:
        """The servers of one of SERVICES (RFC 6186 section 3, RFC 8314 section 5.1), by priority, then weight. The
        target "." says that it is not offered. Raises NotFound."""
        half, security = next((half, security) for name, half, security in _SERVICES if name == service)
        records = sorted(self._ask(f"{service}.{domain}", "SRV"), key=lambda each: (each.priority, -each.weight))
        offers = [
            # Some hosters publish 465 under _submission: the port says that TLS comes at once.
            ServerOffer(half, host, record.port, Security.TLS if record.port in _TLS_PORTS else security)
            for record in records
            if (host := _host(record.target))
        ]
        if not offers:
            raise NotFound(Miss.NOTHING, f"{service} is not offered")
        return tuple(offers)

    def addresses(self, host: str, port: int, *, local: bool) -> tuple[Address, ...]:
        """The addresses of a host, the families taking turns; not one of them may be private or loopback unless
        `local`: a public name that leads there would have us talk to a neighbour. Raises NotFound."""
        if is_ip_literal(host) or is_loopback(host):
            if not local:
                raise NotFound(Miss.UNSAFE, f"{host} is no public name")
            found = [host] if is_ip_literal(host) else ["127.0.0.1"]
        else:
            found = self._both_families(host)
        private = [each for each in found if not local and not is_public(each)]
        if private:
            raise NotFound(Miss.UNSAFE, f"{host} leads to {private[0]}")
        if not found:
            raise NotFound(Miss.NOTHING, f"{host} has no address")
        return tuple(_address(each, port) for each in found[:_MOST_ADDRESSES])

    def _both_families(self, host: str) -> list[str]:
        """A family that could not be asked for is left out, as long as the other one is known."""
        families: list[list[str]] = []
        missed: NotFound | None = None
        for kind in ("A", "AAAA"):
            try:
                families.append([record.address for record in self._ask(host, kind)])
            except NotFound as miss:
                missed = miss if miss.why is not Miss.NOTHING else missed
                if miss.why is Miss.NO_NAME_SERVER:
                    break
        found = [each for each in chain.from_iterable(zip_longest(*families)) if each is not None]
        if missed is not None and not found:
            raise missed
        return found

    def _ask(self, name: str, kind: str) -> Records:
        try:
            resolver = self._resolver()
            answer = resolver.resolve(dns.name.from_text(name), dns.rdatatype.from_text(kind), search=False)
            return list(answer)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
            raise NotFound(Miss.NOTHING, f"{name} has no {kind}") from error
        except dns.resolver.NoNameservers as error:
            raise NotFound(_why_none_answered(error), str(error)) from error
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoResolverConfiguration, OSError) as error:
            raise NotFound(Miss.NO_NAME_SERVER, str(error)) from error
        except (dns.exception.DNSException, ValueError, UnicodeError) as error:
            raise NotFound(Miss.UNUSABLE, f"{name} {kind}: {error}") from error

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._nameserver)
        if self._nameserver:
            told = urlsplit(f"//{self._nameserver}")
            resolver.nameservers = [told.hostname or ""]
            resolver.port = told.port or _DNS_PORT
        resolver.lifetime, resolver.timeout = _LIFETIME, _TIMEOUT
        return resolver


def is_public(address: str) -> bool:
    """An address of the public Internet, also where it is wrapped in another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global
    return ip.is_global and not ip.is_multicast


def _why_none_answered(error: dns.resolver.NoNameservers) -> Miss:
    """A server that answered "I can't" (SERVFAIL, REFUSED) is there; one that could not be reached is not."""
    errors = error.kwargs.get("errors") or []
    return Miss.NO_ANSWER if any(each[4] is not None for each in errors) else Miss.NO_NAME_SERVER


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""


def _address(text: str, port: int) -> Address:
    is_six = ":" in text
    return Address(socket.AF_INET6 if is_six else socket.AF_INET, (text, port, 0, 0) if is_six else (text, port))
