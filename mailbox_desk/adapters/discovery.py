"""Looks for servers at DNS, in autoconfig files and by knocking. Fits the engine's Finder by shape; decides nothing.

No address comes here: what is asked for is a domain, over https or DNS. Plain http and Autodiscover (which sends the
password about) are never used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import idna

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import Address
from mailbox_desk.adapters.discovery_config import offers_in
from mailbox_desk.adapters.discovery_knock import knock
from mailbox_desk.adapters.discovery_names import SERVICES, Names
from mailbox_desk.adapters.discovery_web import Page, fetch
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.discovery import DiscoverySettings, Miss, NotFound, ServerOffer, Source
from mailbox_desk.model.host_names import is_host_name, is_local_domain

T = TypeVar("T")
_FETCH_SECONDS: Final = 6.0
_KNOCK_SECONDS: Final = 5.0
_ANY_PORT: Final = 443


class ServerFinder:
    """For one event loop. `lane`: threads for what blocks; `trust`: whom TLS trusts, called on a worker."""

    def __init__(self, lane: Lane, trust: Callable[[], Trust], settings: DiscoverySettings | None = None) -> None:
        self._lane = lane
        self._trust = trust
        self._settings = settings or DiscoverySettings()
        self._names = Names(self._settings.nameserver)

    def domain_of(self, address: str) -> str:
        """The domain in its ASCII form (IDNA 2008 with the mapping of UTS 46), lower case. Raises NotFound."""
        typed = address.rpartition("@")[2].strip().rstrip(".")
        try:
            domain = idna.encode(typed, uts46=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError) as error:
            raise NotFound(Miss.BAD_DOMAIN, str(error)) from error
        if not is_host_name(domain):
            raise NotFound(Miss.BAD_DOMAIN, "no name of a domain")
        return domain

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        """Raises NotFound."""
        return await self._lane.run(partial(self._names.exchangers, domain))

    async def services(self, domain: str) -> tuple[ServerOffer, ...]:
        """All four services asked for side by side, TLS before STARTTLS. Raises NotFound."""
        asked = (self._lane.run(partial(self._names.service, domain, service)) for service in SERVICES)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        offers: list[ServerOffer] = []
        misses: list[BaseException] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                misses.append(answer)
            else:
                offers += answer
        fault = next((miss for miss in misses if not isinstance(miss, NotFound)), None)
        if fault is not None or not offers:
            raise fault or misses[0]
        return tuple(offers)

    async def published(self, source: Source, domain: str, *, local: bool) -> tuple[ServerOffer, ...]:
        """Raises NotFound."""
        page = self._page(source, domain)
        # The database stands in public, whatever the domain that it is asked about.
        local = is_local_domain(self._settings.ispdb) if source is Source.ISPDB else local
        addresses_of = partial(self._names.addresses, local=local)

        def look(cutoff: Cutoff) -> tuple[ServerOffer, ...]:
            return offers_in(fetch(page, addresses_of, self._trust(), cutoff, _FETCH_SECONDS))

        return await self._cut_off(look, _FETCH_SECONDS)

    async def vouch(self, host: str, *, local: bool) -> None:
        """Raises NotFound."""
        await self._lane.run(partial(self._names.addresses, host, _ANY_PORT, local=local))

    async def knock(self, offer: ServerOffer, *, local: bool) -> None:
        """Raises NotFound."""

        def look(cutoff: Cutoff) -> None:
            addresses: tuple[Address, ...] = self._names.addresses(offer.host, offer.port, local=local)
            knock(offer, addresses, self._trust(), cutoff, _KNOCK_SECONDS)

        await self._cut_off(look, _KNOCK_SECONDS)

    async def _cut_off(self, look: Callable[[Cutoff], T], seconds: float) -> T:
        """Whoever waits no longer shuts the sockets, so that the worker comes free at once."""
        cutoff = Cutoff()
        cutoff.ends = time.monotonic() + seconds
        try:
            return await self._lane.run(partial(look, cutoff))
        finally:
            cutoff.shut()

    def _page(self, source: Source, domain: str) -> Page:
        settings = self._settings
        match source:
            case Source.AUTOCONFIG:
                return Page(f"autoconfig.{domain}", "/mail/config-v1.1.xml", domain, settings.https_port)
            case Source.WELL_KNOWN:
                path = "/.well-known/autoconfig/mail/config-v1.1.xml"
                return Page(domain, path, domain, settings.https_port)
            case Source.ISPDB:
                return Page(settings.ispdb, f"/autoconfig/v1.1/{domain}", settings.ispdb, settings.https_port)
        raise NotFound(Miss.NOTHING, f"{source.value} publishes no file")
