"""Our own network's and clock's troubles through a whole desk with a real store and vault: what is seen, published,
told and stored of each is nothing but a quiet line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbox_desk.model.network import FactKind, NetworkView, PublicSight, Sight
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import VeilReason
from tests.engine.fakes import HOUR
from tests.engine.networks import PAGE
from tests.soak.soak_desk import SoakDesk
from tests.soak.test_troubles import MINUTE, stored, told, until_all_are_back, watched
from tests.soak.weather import Kind

SITES = tuple(f"site{number}.test" for number in range(4))
FLEET = 80


@contextmanager
def published(desk: SoakDesk) -> Iterator[list[tuple[float, Snapshot]]]:
    """All that is published meanwhile, each with its time."""
    news: list[tuple[float, Snapshot]] = []
    leave = desk.engine.board.subscribe(
        lambda each: news.append((desk.clock.monotonic(), each)) if isinstance(each, Snapshot) else None
    )
    yield news
    leave()


def reasons(desk: SoakDesk) -> set[str]:
    return {veil.reason.value for each in desk.engine.board.snapshots() for veil in each.standing.veils}


def nothing_told(desk: SoakDesk) -> bool:
    """No notice, no incident in the store, no downtime, nobody even failing."""
    standings = [each.standing for each in desk.engine.board.snapshots()]
    failing = [each for each in standings if each.receiving.failing_since or each.sending.failing_since]
    return not told(desk) and not stored(desk) and not {"RECONNECTING", "NEEDS_YOU"} & desk.seen and not failing


@pytest.mark.parametrize("stranger", [True, False])
async def test_a_sign_in_page_is_one_stroke_one_line_and_nothing_more(tmp_path: Path, *, stranger: bool) -> None:
    """It answers for every host with a certificate of its own, or lets nothing through."""
    async with watched(tmp_path, FLEET // 4, *SITES) as desk:
        with published(desk) as news:
            desk.weather.stranger, desk.weather.is_cut = stranger, not stranger
            desk.network.sight = PublicSight(Sight.PORTAL, PAGE)
            await desk.clock.pass_by(10 * MINUTE)
            assert desk.shown() == {"BLIND": FLEET}
            assert reasons(desk) == {"captive_portal"}
            assert desk.engine.network == NetworkView(VeilReason.CAPTIVE_PORTAL, PAGE)
            blinded = {each.id: at for at, each in reversed(news) if each.shown.value == "BLIND"}
            assert max(blinded.values()) - min(blinded.values()) == 0, "in one stroke"
        checks = desk.weather.checks
        await desk.clock.pass_by(HOUR)
        assert desk.weather.checks == checks, "no check is made"
        desk.weather.stranger = desk.weather.is_cut = False
        desk.network.sight = PublicSight(Sight.OPEN)
        seen, proved = await until_all_are_back(desk)
        assert seen <= 10.5, "a look each 5 seconds, then those in doubt within 5"
        assert proved <= 30
        assert desk.engine.network == NetworkView()
        assert nothing_told(desk)


async def test_a_resolver_that_lies_of_every_server_is_our_own_network(tmp_path: Path) -> None:
    """The web answers, and no mail server's name leads anywhere: a network that lets no mail through."""
    async with watched(tmp_path, FLEET // 4, *SITES) as desk:
        desk.weather.is_cut = True
        await desk.clock.pass_by(HOUR)
        assert desk.shown() == {"BLIND": FLEET}
        assert reasons(desk) == {"offline"}
        desk.weather.is_cut = False
        _, proved = await until_all_are_back(desk)
        assert proved <= 30
        assert nothing_told(desk)


@pytest.mark.parametrize("by", [2 * HOUR, -2 * HOUR])
async def test_a_clock_that_is_set_neither_doubles_nor_closes_what_is_open(tmp_path: Path, by: float) -> None:
    async with watched(tmp_path, FLEET // 4, *SITES) as desk:
        name = desk.sites["site0.test"][1]
        desk.weather.at[name] = Kind.WRONG_PASSWORD
        await desk.clock.pass_by(30 * MINUTE)
        assert told(desk) == [("trouble", 1)]
        (before,) = stored(desk)
        refused = desk.weather.met.total()
        checks = desk.weather.checks
        desk.clock.skew += by
        await desk.clock.pass_by(MINUTE)
        assert desk.weather.checks - checks <= FLEET * 1.25 * 2 / 5, "nobody is hurried"
        await desk.clock.pass_by(HOUR)
        assert desk.shown() == {"CONNECTED": FLEET - 1, "NEEDS_YOU": 1}
        last = [each.standing.last_checked or 0.0 for each in desk.engine.board.snapshots() if each.id != name]
        assert min(last) > desk.clock.now() - 10 * MINUTE, "nobody is lost"
        (after,) = stored(desk)
        assert (after.mailboxes, after.cause, after.closed) == (before.mailboxes, before.cause, None)
        assert told(desk) == [("trouble", 1)]
        assert desk.weather.met.total() == refused, "the secret rests as before"
        assert "BLIND" not in desk.seen, "a clock that is set is no sleep"


async def test_a_desk_that_was_held_takes_it_for_a_sleep(tmp_path: Path) -> None:
    """SIGSTOP, and SIGCONT hours later: both clocks went on, and nobody looked. tests/e2e does it to a process."""
    async with watched(tmp_path, FLEET // 4, *SITES) as desk:
        checks = desk.weather.checks
        desk.clock._now += 3 * HOUR
        desk.weather.is_cut, desk.network.sight = True, PublicSight(Sight.NOTHING)
        await desk.clock.pass_by(8)
        assert reasons(desk) == {"asleep"}
        desk.weather.is_cut, desk.network.sight = False, PublicSight(Sight.OPEN)
        seen, proved = await until_all_are_back(desk)
        assert seen <= 5
        assert proved <= 30
        assert desk.weather.checks - checks <= FLEET * 1.25 + 5, "each once"
        assert nothing_told(desk)


async def test_a_strange_network_asks_before_eighty_are_checked_and_it_stays_asked_over_a_start(tmp_path: Path) -> None:
    async with watched(tmp_path, FLEET // 4, *SITES) as desk:
        checks = desk.weather.checks
        desk.network.place = "hotel"
        desk.network.say(FactKind.CHANGED, "hotel")
        await desk.clock.pass_by(HOUR)
        assert desk.engine.network == NetworkView(VeilReason.NEW_NETWORK, asks_for=FLEET)
        assert desk.shown() == {"BLIND": FLEET}
        await desk.restart()
        await desk.clock.pass_by(HOUR)
        assert desk.engine.network.asks_for == FLEET
        assert desk.weather.checks == checks, "nobody signs in from there"
        desk.engine.accept_network()
        _, proved = await until_all_are_back(desk)
        assert proved <= 30
        await desk.restart()
        await desk.clock.pass_by(MINUTE)
        assert desk.engine.network == NetworkView(), "a yes is remembered"
        assert nothing_told(desk)
