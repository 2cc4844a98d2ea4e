"""Looks for an address's servers at all sources side by side and tells each finding as it comes. It stores nothing.

A source is believed by its rank: the search ends as soon as no better answer can come. Guesses are made last, and only
for what nobody named.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from mailbox_desk.diagnosis.provider import Provider, provider_by_mx, provider_of
from mailbox_desk.engine.candidates import by_offers, by_provider, completed, guesses, ranked
from mailbox_desk.engine.ports import Clock, Finder
from mailbox_desk.model.discovery import (
    Candidate,
    DiscoveryEnded,
    DiscoveryStep,
    Found,
    LookingAt,
    Miss,
    Missed,
    NotFound,
    ServerOffer,
    Source,
)
from mailbox_desk.model.host_names import is_local_domain, parents
from mailbox_desk.model.mailbox import is_loopback
from mailbox_desk.model.verdict import Half

_log = logging.getLogger(__name__)
TOTAL_SECONDS: Final = 12.0
SOURCES_SECONDS: Final = 7.0
"""For all sources but the guesses; what is left of the total is for those."""
_MOST_EXCHANGER_DOMAINS: Final = 3
_UNHEARD: Final = frozenset({Miss.NO_NAME_SERVER, Miss.NO_ANSWER})
"""Nobody answered, not even the database of providers, which is always asked: it is this computer that is alone."""
_BY_MX: Final = (Source.PROVIDER_BY_MX, Source.ISPDB_BY_MX, Source.AUTOCONFIG_BY_MX)
_PUBLISHED: Final = (Source.AUTOCONFIG, Source.WELL_KNOWN, Source.ISPDB)

Tell = Callable[[DiscoveryStep], None]
Ask = Callable[[], Awaitable[tuple[ServerOffer, ...]]]


async def discover(
    finder: Finder, clock: Clock, providers: Sequence[Provider], address: str
) -> AsyncIterator[DiscoveryStep]:
    """The steps as they happen, DiscoveryEnded last. Closing the iterator ends all that is under way."""
    told: asyncio.Queue[DiscoveryStep | None] = asyncio.Queue()
    search = asyncio.ensure_future(_Search(finder, clock, providers, address.strip(), told.put_nowait).run())
    search.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (step := await told.get()) is not None:
            yield step
        await search  # a fault of ours is raised here
    finally:
        await _end([search])


class _Search:
    """One search; `run` once."""

    def __init__(self, finder: Finder, clock: Clock, providers: Sequence[Provider], address: str, tell: Tell) -> None:
        self._finder, self._clock, self._providers = finder, clock, providers
        self._address, self._tell = address, tell
        self._domain = ""
        self._local = False
        self._open: set[Source] = set()
        self._candidates: list[Candidate] = []
        self._misses: list[Miss] = []
        self._moved = asyncio.Event()

    @property
    def _best(self) -> Candidate | None:
        return next(iter(ranked(self._candidates)), None)

    async def run(self) -> None:
        begun = self._clock.monotonic()
        try:
            self._domain = self._finder.domain_of(self._address)
        except NotFound as miss:
            self._tell(Missed(Source.PROVIDER, miss.why, miss.detail))
            self._tell(DiscoveryEnded())
            return
        self._local = is_local_domain(self._domain)
        self._look_in_files()
        if not self._is_decided:
            await self._within(SOURCES_SECONDS, self._ask_all())
        offline = not self._candidates and bool(self._misses) and _UNHEARD.issuperset(self._misses)
        if not (offline or (self._best is not None and self._best.is_complete)):
            await self._within(TOTAL_SECONDS - (self._clock.monotonic() - begun), self._guess())
        self._tell(DiscoveryEnded(ranked(self._candidates), offline))

    # -- the sources

    def _look_in_files(self) -> None:
        self._tell(LookingAt(Source.PROVIDER))
        provider = self._provider(provider_of(self._domain_as_address, (), self._providers))
        if provider is None:
            self._tell(Missed(Source.PROVIDER, Miss.NOTHING))
        else:
            self._keep(by_provider(Source.PROVIDER, provider, self._address))

    async def _ask_all(self) -> None:
        """Until every source has answered, or no better answer can come."""
        self._open = {*_PUBLISHED, Source.SRV, *_BY_MX}
        asking = [self._ask_exchangers(), self._ask(Source.SRV, partial(self._finder.services, self._domain))]
        for source in _PUBLISHED:
            ask = partial(self._finder.published, source, self._domain, local=self._local)
            asking.append(self._ask(source, ask))
        tasks = [asyncio.ensure_future(each) for each in asking]
        try:
            while self._open and not self._is_decided:
                self._moved.clear()
                await self._moved.wait()
            for task in tasks:
                if task.done():
                    task.result()  # a fault of ours is raised here
        finally:
            await _end(tasks)

    async def _ask(self, source: Source, ask: Ask) -> None:
        self._tell(LookingAt(source))
        try:
            candidate = by_offers(source, await ask(), self._address, self._domain, self._providers)
            await self._vouch_for(candidate)
        except NotFound as miss:
            self._note(source, miss)
        else:
            self._keep(candidate)
        finally:
            self._close(source)

    async def _ask_exchangers(self) -> None:
        """Who takes this domain's mail most often hands it out too."""
        self._tell(LookingAt(Source.PROVIDER_BY_MX))
        try:
            hosts = await self._finder.exchangers(self._domain)
        except NotFound as miss:
            self._note(Source.PROVIDER_BY_MX, miss)
            hosts = ()
        provider = self._provider(provider_by_mx(hosts, self._providers) or "")
        if provider is not None:
            self._keep(by_provider(Source.PROVIDER_BY_MX, provider, self._address, hosts))
        self._close(Source.PROVIDER_BY_MX)
        domains = tuple(dict.fromkeys(each for host in hosts for each in parents(host)))
        others = [each for each in domains if each != self._domain][:_MOST_EXCHANGER_DOMAINS]
        if others:
            ask = (partial(self._first_published, source, others) for source in (Source.ISPDB, Source.AUTOCONFIG))
            await asyncio.gather(*(map(self._ask, (Source.ISPDB_BY_MX, Source.AUTOCONFIG_BY_MX), ask)))
        else:
            self._close(Source.ISPDB_BY_MX)
            self._close(Source.AUTOCONFIG_BY_MX)

    async def _first_published(self, source: Source, domains: Sequence[str]) -> tuple[ServerOffer, ...]:
        miss = NotFound(Miss.NOTHING)
        for domain in domains:
            try:
                return await self._finder.published(source, domain, local=self._local)
            except NotFound as missed:
                miss = missed
        raise miss

    async def _vouch_for(self, candidate: Candidate) -> None:
        """A name that leads nowhere, or where it must not, is no finding; one that nobody could look up may stay."""
        hosts = {end.host for end in (candidate.receiving, candidate.sending) if end is not None}
        for host in sorted(hosts):
            if is_loopback(host):
                continue  # let through for local domains alone
            try:
                await self._finder.vouch(host, local=self._local)
            except NotFound as miss:
                if miss.why in (Miss.NOTHING, Miss.UNSAFE, Miss.UNUSABLE):
                    raise

    # -- guesses

    async def _guess(self) -> None:
        best = self._best
        self._tell(LookingAt(Source.GUESS))
        missing = [half for half in Half if best is None or best.endpoint(half) is None]
        found = await asyncio.gather(*(self._first_that_answers(guesses(half, self._domain)) for half in missing))
        offers = [offer for offer in found if offer is not None]
        try:
            guess = by_offers(Source.GUESS, offers, self._address, self._domain, self._providers)
        except NotFound as miss:
            self._note(Source.GUESS, miss)
        else:
            self._keep(completed(best, guess))

    async def _first_that_answers(self, offers: Sequence[ServerOffer]) -> ServerOffer | None:
        """All are knocked at side by side; the likeliest that answers is taken."""
        knocks = [asyncio.ensure_future(self._finder.knock(offer, local=self._local)) for offer in offers]
        try:
            for offer, knock in zip(offers, knocks, strict=True):
                with suppress(NotFound):
                    await knock
                    return offer
            return None
        finally:
            await _end(knocks)

    # -- keeping count

    @property
    def _is_decided(self) -> bool:
        """A source that named both servers can't be outdone by those still open."""
        best = self._best
        return best is not None and best.is_complete and all(best.source.rank < each.rank for each in self._open)

    @property
    def _domain_as_address(self) -> str:
        return f"@{self._domain}"

    def _provider(self, provider_id: str) -> Provider | None:
        known = next((each for each in self._providers if each.id == provider_id), None)
        return known if known is not None and (known.receiving or known.sending) else None

    def _keep(self, candidate: Candidate) -> None:
        self._candidates.append(candidate)
        self._tell(Found(candidate))

    def _note(self, source: Source, miss: NotFound) -> None:
        self._misses.append(miss.why)
        _log.debug("no servers by %s: %s %s", source.value, miss.why.value, miss.detail)
        self._tell(Missed(source, miss.why, miss.detail))

    def _close(self, source: Source) -> None:
        self._open.discard(source)
        self._moved.set()

    async def _within(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        """Do this, but no longer than so."""
        doing = asyncio.ensure_future(work)
        time_is_up = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({doing, time_is_up}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                await doing
        finally:
            await _end([doing, time_is_up])


async def _end(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel what still runs, and see it ended; what it would have said is no longer wanted."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
