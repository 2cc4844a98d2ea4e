"""Fetches pages that stand on the web to be fetched, over plain http: is it the internet, a sign-in page, or nothing?

Asked only where mail servers fail or somebody else answers for them. No cookie, no proxy, no word about the person.
"""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urljoin, urlsplit

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, NameUnusable, ResolveTimedOut, connect
from mailbox_desk.adapters.lookup import Lookup
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.network import PublicSight, Sight

_log = logging.getLogger(__name__)
_SECONDS: Final = 5.0
_MOST_BYTES: Final = 4096
_LONGEST_PAGE: Final = 2000
_SIGN_IN_FIRST: Final = 511  # RFC 6585 section 6, Network Authentication Required
_OUT_OF_REACH: Final = (OSError, NameUnusable, ResolveTimedOut, ConnectTimedOut, LineShut, TotalTimedOut)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Probe:
    """A page, and what it says where nobody stands between: the status, and words of its body."""

    host: str
    path: str
    status: int
    words: bytes = b""
    port: int = 80

    @property
    def address(self) -> str:
        return f"http://{self.host}{'' if self.port == 80 else f':{self.port}'}{self.path}"


PROBES: Final = (
    Probe("connectivity-check.ubuntu.com", "/", 204),  # Ubuntu's NetworkManager asks it
    Probe("detectportal.firefox.com", "/success.txt", 200, b"success"),  # Firefox asks it
    Probe("captive.apple.com", "/hotspot-detect.html", 200, b"Success"),  # macOS and iOS ask it
)


class PortalProbes:
    """For one event loop. Each probe blocks a worker of `fetches` for some seconds at most."""

    def __init__(self, fetches: Lane, names: Lane, probes: Sequence[Probe] = PROBES) -> None:
        self._fetches, self._lookup = fetches, Lookup(names)
        self._probes = probes

    async def look(self) -> PublicSight:
        """One that is as it should be proves the internet. A sign-in page has to stand before two, for one page may
        have changed; where it hides the others, one is enough."""
        portal: PublicSight | None = None
        for probe in self._probes:
            seen = await self._ask(probe)
            if seen.sight is Sight.OPEN:
                return seen
            if seen.sight is Sight.PORTAL and portal is not None:
                return portal
            if seen.sight is Sight.PORTAL:
                portal = seen
        return portal or PublicSight(Sight.NOTHING)

    async def _ask(self, probe: Probe) -> PublicSight:
        cutoff = Cutoff()
        try:
            addresses = await self._lookup.start(probe.host, probe.port, _SECONDS)
            return await self._fetches.run(partial(_fetch, probe, addresses, cutoff), limit=2 * _SECONDS)
        except _OUT_OF_REACH as error:
            _log.debug("%s: %s", probe.host, type(error).__name__)
        except http.client.HTTPException as error:
            _log.debug("%s does not speak http: %s", probe.host, type(error).__name__)
        finally:
            cutoff.shut()
        return PublicSight(Sight.NOTHING)


def _fetch(probe: Probe, addresses: tuple[Address, ...], cutoff: Cutoff) -> PublicSight:
    line = connect(addresses, cutoff, _SECONDS)
    try:
        line.setblocking(True)
        line.settimeout(_SECONDS)
        return _read(probe, line)
    finally:
        cutoff.close(line)


def _read(probe: Probe, line: socket.socket) -> PublicSight:
    connection = http.client.HTTPConnection(probe.host, probe.port)
    connection.sock = line
    connection.putrequest("GET", probe.path, skip_accept_encoding=True)
    connection.putheader("Cache-Control", "no-cache")
    connection.putheader("Connection", "close")
    connection.endheaders()
    with connection.getresponse() as response:
        location = response.getheader("Location", "")
        return judged(probe, response.status, location, response.read(_MOST_BYTES))


def judged(probe: Probe, status: int, location: str, body: bytes) -> PublicSight:
    """What an answer says. Faults of the page's own server say nothing."""
    if status == probe.status and probe.words in body:
        return PublicSight(Sight.OPEN)
    if status in _REDIRECTS or status in (200, _SIGN_IN_FIRST):
        return PublicSight(Sight.PORTAL, _page(probe, location))
    return PublicSight(Sight.NOTHING)


def _page(probe: Probe, location: str) -> str:
    """Where to sign in: what the network says, if a browser may open it; else the probe, which leads there."""
    try:
        page = urljoin(probe.address, location.strip())
        parts = urlsplit(page)
        is_sane = parts.scheme in ("http", "https") and bool(parts.hostname) and len(page) <= _LONGEST_PAGE
    except ValueError:
        return probe.address
    return page if is_sane and page.isprintable() else probe.address
