"""Names of hosts and domains: which are names at all, which are local, which lie within which. Pure; nothing is looked
up. All names are in their ASCII form (IDNA) and lower case, without the dot of the root."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

# RFC 1123 section 2.1 and RFC 1035 section 2.3.1; an underscore is legal in DNS but in no host's name.
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST: Final = 253
# Names that no public DNS has: RFC 6761, RFC 6762 section 3 and appendix G, RFC 8375; "internal": ICANN board, 2024-07.
_LOCAL_SUFFIXES: Final = frozenset(
    {"localhost", "local", "test", "intranet", "internal", "private", "corp", "home", "lan", "home.arpa"}
)


def is_host_name(name: str) -> bool:
    """A name that a host can have; an address written as a name ("127.1", "0x7f.1") is none."""
    if len(name) > _LONGEST or not _HOST.fullmatch(name):
        return False
    last = name.rpartition(".")[2]
    return not last[0].isdigit()


def is_ip_literal(name: str) -> bool:
    try:
        ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def is_local_domain(domain: str) -> bool:
    """A domain that only a network of one's own can know: it may lead to addresses of that network."""
    if "." not in domain:
        return True
    return any(is_within(domain, suffix) for suffix in _LOCAL_SUFFIXES)


def is_within(host: str, domain: str) -> bool:
    """The host is the domain or a name under it."""
    return host == domain or host.endswith("." + domain)


def parents(host: str) -> tuple[str, ...]:
    """The domains above a host, the nearest first, none of a single label."""
    labels = host.split(".")
    return tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))
