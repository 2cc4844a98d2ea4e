"""The search: all sources side by side, the best believed, guesses last, ended at once when nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from mailbox_desk.diagnosis.provider import Provider, Server
from mailbox_desk.engine.discovery import TOTAL_SECONDS, discover
from mailbox_desk.model.discovery import (
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
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import JumpingClock

T = TypeVar("T")
ADDRESS = "me@example.org"
BOTH = (Server("imap.known.example", 993, Security.TLS), Server("smtp.known.example", 465, Security.TLS))
KNOWN = Provider(
    "known",
    "Known",
    domains=("known.example",),
    hosts=("known.example",),
    mx=("known.example",),
    receiving=BOTH[0],
    sending=BOTH[1],
)


def receiving(host: str = "imap.example.org") -> ServerOffer:
    return ServerOffer(Half.RECEIVING, host, 993, Security.TLS)


def sending(host: str = "smtp.example.org") -> ServerOffer:
    return ServerOffer(Half.SENDING, host, 465, Security.TLS)


@dataclass
class World:
    """Fits Finder. What is not set is not there; `hangs` never answers; `fails` is raised by all."""

    mx: tuple[str, ...] = ()
    srv: tuple[ServerOffer, ...] = ()
    files: Mapping[tuple[Source, str], tuple[ServerOffer, ...]] = field(default_factory=dict)
    answering: set[tuple[str, int]] = field(default_factory=set)
    unsafe: set[str] = field(default_factory=set)
    hangs: bool = False
    fails: Miss | None = None
    asked: list[str] = field(default_factory=list)
    cancelled: int = 0

    def domain_of(self, address: str) -> str:
        domain = address.rpartition("@")[2].lower()
        if not domain:
            raise NotFound(Miss.BAD_DOMAIN)
        return domain

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        return await self._answer("mx " + domain, self.mx)

    async def services(self, domain: str) -> tuple[ServerOffer, ...]:
        return await self._answer("srv " + domain, self.srv)

    async def published(self, source: Source, domain: str, *, local: bool) -> tuple[ServerOffer, ...]:
        return await self._answer(f"{source.value} {domain}", self.files.get((source, domain), ()))

    async def vouch(self, host: str, *, local: bool) -> None:
        if host in self.unsafe:
            raise NotFound(Miss.UNSAFE)

    async def knock(self, offer: ServerOffer, *, local: bool) -> None:
        there = (offer.host, offer.port) in self.answering
        await self._answer(f"knock {offer.host}:{offer.port}", (offer,) if there else ())

    async def _answer(self, what: str, answer: tuple[T, ...]) -> tuple[T, ...]:
        self.asked.append(what)
        try:
            if self.hangs:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fails is not None:
            raise NotFound(self.fails)
        if not answer:
            raise NotFound(Miss.NOTHING)
        return answer


async def steps_of(world: World, address: str = ADDRESS, clock: JumpingClock | None = None) -> list[DiscoveryStep]:
    return [step async for step in discover(world, clock or JumpingClock(), (KNOWN,), address)]


async def ended(world: World, address: str = ADDRESS) -> DiscoveryEnded:
    last = (await steps_of(world, address))[-1]
    assert isinstance(last, DiscoveryEnded)
    return last


async def test_a_known_domain_needs_no_network() -> None:
    world = World(fails=Miss.NO_NAME_SERVER)
    steps = await steps_of(world, "me@known.example")
    assert [type(step) for step in steps] == [LookingAt, Found, DiscoveryEnded]
    assert world.asked == []


@pytest.mark.parametrize("source", [Source.AUTOCONFIG, Source.WELL_KNOWN, Source.ISPDB])
async def test_a_published_file_is_found(source: Source) -> None:
    best = (await ended(World(files={(source, "example.org"): (receiving(), sending())}))).best
    assert best is not None
    assert (best.source, best.is_complete) == (source, True)
    assert best.receiving is not None
    assert (best.receiving.host, best.receiving.username) == ("imap.example.org", ADDRESS)


async def test_the_better_source_wins_whoever_was_first() -> None:
    files = {
        (Source.ISPDB, "example.org"): (receiving("a.example.org"), sending()),
        (Source.AUTOCONFIG, "example.org"): (receiving("b.example.org"), sending()),
    }
    best = (await ended(World(files=files, srv=(receiving("c.example.org"), sending())))).best
    assert best is not None
    assert best.source is Source.AUTOCONFIG


async def test_the_mail_exchanger_tells_the_provider() -> None:
    files = {(Source.AUTOCONFIG, "example.org"): (receiving(), sending())}
    best = (await ended(World(mx=("mx1.known.example",), files=files))).best
    assert best is not None
    assert (best.source, best.provider) == (Source.PROVIDER_BY_MX, "known")


async def test_the_exchangers_domain_is_asked_about() -> None:
    files = {(Source.ISPDB, "hoster.example"): (receiving("imap.hoster.example"), sending("smtp.hoster.example"))}
    world = World(mx=("mx1.mail.hoster.example",), files=files)
    best = (await ended(world)).best
    assert best is not None
    assert best.source is Source.ISPDB_BY_MX
    assert best.foreign == ("imap.hoster.example", "smtp.hoster.example")
    assert "autoconfig hoster.example" in world.asked


async def test_services_are_found() -> None:
    best = (await ended(World(srv=(receiving(), sending())))).best
    assert best is not None
    assert best.source is Source.SRV


async def test_a_host_that_leads_where_it_must_not_is_no_finding() -> None:
    world = World(srv=(receiving(), sending()), unsafe={"imap.example.org"})
    steps = await steps_of(world)
    assert Missed(Source.SRV, Miss.UNSAFE) in steps
    assert not any(isinstance(step, Found) for step in steps)


async def test_guesses_come_last_and_the_likeliest_that_answers_is_taken() -> None:
    world = World(answering={("mail.example.org", 993), ("imap.example.org", 143), ("mail.example.org", 587)})
    best = (await ended(world)).best
    assert best is not None
    assert best.source is Source.GUESS
    assert best.receiving is not None
    assert best.sending is not None
    assert (best.receiving.host, best.receiving.port) == ("mail.example.org", 993)
    assert (best.sending.port, best.sending.security) == (587, Security.STARTTLS)
    knocks = [place for place, what in enumerate(world.asked) if what.startswith("knock")]
    others = [place for place, what in enumerate(world.asked) if not what.startswith("knock")]
    assert min(knocks) > max(others)


async def test_only_the_missing_half_is_guessed() -> None:
    world = World(srv=(receiving(),), answering={("smtp.example.org", 465), ("imap.example.org", 993)})
    best = (await ended(world)).best
    assert best is not None
    assert best.is_complete
    assert not any("imap." in what and what.startswith("knock") for what in world.asked)


async def test_nothing_is_said_as_nothing() -> None:
    assert await ended(World()) == DiscoveryEnded()


@pytest.mark.parametrize("miss", [Miss.NO_NAME_SERVER, Miss.NO_ANSWER])
async def test_without_a_network_it_is_said_and_nothing_guessed(miss: Miss) -> None:
    world = World(fails=miss)
    assert await ended(world) == DiscoveryEnded(offline=True)
    assert not any(what.startswith("knock") for what in world.asked)


async def test_an_address_without_a_domain_ends_at_once() -> None:
    steps = await steps_of(World(), "me@")
    assert steps == [Missed(Source.PROVIDER, Miss.BAD_DOMAIN), DiscoveryEnded()]


async def test_only_the_domain_leaves() -> None:
    world = World()
    await ended(world, "very.secret.name@example.org")
    assert world.asked
    assert not any("secret" in what or "@" in what for what in world.asked)


async def test_what_hangs_ends_in_time() -> None:
    world, clock = World(hangs=True), JumpingClock()
    search = asyncio.ensure_future(steps_of(world, clock=clock))
    await clock.pass_by(TOTAL_SECONDS - 0.1)
    assert not search.done()
    await clock.pass_by(0.2)
    assert (await search)[-1] == DiscoveryEnded()
    assert world.cancelled == len(world.asked)


async def test_a_search_given_up_ends_all_at_once() -> None:
    world = World(hangs=True)
    steps = discover(world, JumpingClock(), (KNOWN,), ADDRESS)
    async for step in steps:
        if step == LookingAt(Source.ISPDB):
            break
    await steps.aclose()  # type: ignore[attr-defined]  # an async generator, told as an iterator
    assert world.cancelled == len(world.asked) > 0


async def test_a_fault_of_ours_is_not_swallowed() -> None:
    class Broken(World):
        async def services(self, domain: str) -> tuple[ServerOffer, ...]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await steps_of(Broken())
