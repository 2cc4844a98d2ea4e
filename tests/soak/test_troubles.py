"""Single faults through a whole desk with a real store and vault: what is seen, told, published and stored of each."""

from __future__ import annotations

import logging
import random
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from mailbox_desk.model.network import PublicSight, Sight
from mailbox_desk.model.notice import Notice
from mailbox_desk.paths import Home
from tests.adapters.test_kill import intact
from tests.engine.fakes import HOUR
from tests.soak.book import Told, told_in
from tests.soak.soak_desk import GOOGLE, SoakDesk
from tests.soak.weather import Kind

MINUTE = 60.0
_log = logging.getLogger(__name__)


@asynccontextmanager
async def watched(tmp_path: Path, each: int, *names: str) -> AsyncIterator[SoakDesk]:
    """A desk of so many mailboxes a site, all judged and well for an hour."""
    desk = SoakDesk(Home(tmp_path), each=each, dice=random.Random(3), names=names)
    await desk.open()
    try:
        await desk.clock.pass_by(HOUR)
        assert set(desk.shown()) == {"CONNECTED"}
        desk.seen.clear()
        yield desk
    finally:
        await desk.close()


def told(desk: SoakDesk) -> list[tuple[str, int]]:
    """What a person was told: kind, and of how many mailboxes."""
    return [(notice.kind.value, _count(notice)) for notice in desk.told]


def _count(notice: Notice) -> int:
    return len(notice.mailboxes)


def stored(desk: SoakDesk) -> list[Told]:
    return told_in(desk.home.database)


@pytest.mark.long
@pytest.mark.parametrize("swallows", [False, True])
async def test_our_own_network_cut_for_ten_minutes_with_500_mailboxes(tmp_path: Path, *, swallows: bool) -> None:
    """Where the cut is beyond the router, no hint comes and what is sent is swallowed. Its end falls anywhere between
    two looks."""
    sites = tuple(f"site{number}.test" for number in range(10))
    async with watched(tmp_path, 50, *sites) as desk:
        if swallows:
            desk.weather.swallow, desk.network.hangs = desk.clock.sleep, partial(desk.clock.sleep, 45)
        for moment in range(0, 9, 2):
            desk.weather.is_cut, desk.network.sight = True, PublicSight(Sight.NOTHING)
            await desk.clock.pass_by(10 * MINUTE + moment)
            assert set(desk.shown()) == {"BLIND"}
            desk.weather.is_cut, desk.network.sight = False, PublicSight(Sight.OPEN)
            before = desk.weather.checks
            seen, proved = await until_all_are_back(desk)
            _log.info(
                "cut ends %s s later: all connected after %s s, all checked anew after %s s", moment, seen, proved
            )
            assert seen <= proved <= 30
            assert desk.weather.checks - before < 2 * 500
        assert not {"RECONNECTING", "NEEDS_YOU"} & desk.seen
        assert told(desk) == []
        assert stored(desk) == []


async def until_all_are_back(desk: SoakDesk) -> tuple[float, float]:
    """Seconds until every mailbox shows itself connected, and until each was proved so anew; two minutes at most."""
    steady, wall = desk.clock.monotonic(), desk.clock.now()
    seen: float | None = None
    while (passed := desk.clock.monotonic() - steady) < 2 * MINUTE:
        is_seen = set(desk.shown()) == {"CONNECTED"}
        seen = passed if seen is None and is_seen else seen
        checked = (each.standing.last_checked or 0.0 for each in desk.engine.board.snapshots())
        if is_seen and min(checked) >= wall:
            break
        await desk.clock.pass_by(0.5)
    return (passed if seen is None else seen), passed


async def test_a_provider_down_is_one_incident_and_one_notice(tmp_path: Path) -> None:
    async with watched(tmp_path, 38, GOOGLE, "site0.test") as desk:
        desk.weather.at[GOOGLE] = Kind.UNREACHED
        await desk.clock.pass_by(HOUR)
        assert desk.shown() == {"RECONNECTING": 38, "CONNECTED": 38}
        assert told(desk) == [("shared", 38)]
        del desk.weather.at[GOOGLE]
        await desk.clock.pass_by(40 * MINUTE)
        assert desk.shown() == {"CONNECTED": 76}
        assert told(desk) == [("shared", 38), ("back", 38)]
        (incident,) = stored(desk)
        assert (incident.kind, incident.cause, len(incident.mailboxes)) == ("shared", "provider_outage", 38)
        assert incident.closed is not None


@pytest.mark.parametrize(
    ("count", "restarts"),
    [
        (60, 1),
        pytest.param(300, 0, marks=pytest.mark.long),
        pytest.param(300, 2, marks=pytest.mark.long),
    ],
)
async def test_a_host_that_refuses_good_secrets_is_one_incident_and_all_come_back_alone(
    tmp_path: Path, count: int, restarts: int
) -> None:
    async with watched(tmp_path, count, "site0.test") as desk:
        desk.weather.at["site0.test"] = Kind.REFUSES_ALL
        for part in range(restarts + 1):
            await desk.clock.pass_by(HOUR / (restarts + 1))
            if part < restarts:
                await desk.restart()
        assert "NEEDS_YOU" not in desk.shown()
        refused = desk.weather.met.total()
        assert refused <= 40, "8 in 10 minutes until the host is in doubt, then the probe alone"
        assert [kind for kind, _ in told(desk)] == ["shared"]
        del desk.weather.at["site0.test"]
        await desk.clock.pass_by(2 * HOUR)
        assert desk.shown() == {"CONNECTED": count}
        assert desk.weather.met.total() == refused
        assert [kind for kind, _ in told(desk)] == ["shared", "back"]
        (incident,) = stored(desk)
        assert (incident.kind, incident.cause) == ("shared", "provider_outage")
        assert incident.closed is not None


async def test_a_mailbox_that_comes_and_goes_is_one_quiet_incident_over_a_sleep(tmp_path: Path) -> None:
    async with watched(tmp_path, 3, "site0.test") as desk:
        name = desk.sites["site0.test"][1]
        desk.weather.at[name] = Kind.FLAPPING
        await desk.clock.pass_by(2 * HOUR)
        desk.clock.skew += 5 * HOUR
        await desk.clock.pass_by(HOUR)
        unsteady = [each for each in stored(desk) if each.kind == "unsteady"]
        assert [each.closed for each in unsteady] == [None], "a sleep is no calm"
        del desk.weather.at[name]
        await desk.clock.pass_by(HOUR + 10 * MINUTE)
        (incident,) = (each for each in stored(desk) if each.kind == "unsteady")
        assert incident.closed is not None
        assert stored(desk)[-1] == incident
        assert told(desk) == []


@contextmanager
def disk_full(desk: SoakDesk) -> Iterator[None]:
    """No file may grow any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(desk: SoakDesk) -> Iterator[None]:
    """Another program holds the store."""
    with closing(sqlite3.connect(desk.home.database, isolation_level=None, timeout=5)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("trouble", [disk_full, locked])
async def test_a_store_that_takes_nothing_costs_nothing_but_time(
    tmp_path: Path, trouble: Callable[[SoakDesk], AbstractContextManager[None]], caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(tmp_path, 3, "site0.test", "site1.test") as desk:
        await desk.be_impatient()
        name = desk.sites["site0.test"][1]
        with trouble(desk):
            desk.weather.at[name] = Kind.WRONG_PASSWORD
            await desk.clock.pass_by(15 * MINUTE)
            assert desk.shown() == {"CONNECTED": 5, "NEEDS_YOU": 1}, "it goes on"
            assert told(desk) == [("trouble", 1)]
            warned = [each for each in desk.engine.board.snapshots() if "store_failed" in each.warnings]
            assert len(warned) >= 1
        assert stored(desk) == []
        said = [each.message for each in caplog.records if "the history can't be written" in each.message]
        assert len(said) == 1
        await desk.clock.pass_by(10 * MINUTE)
        (incident,) = stored(desk)
        assert (incident.cause, incident.mailboxes, incident.closed) == ("credentials_rejected", (name,), None)
        assert intact(desk.home.database)
        await desk.restart()
        await desk.clock.pass_by(HOUR)
        assert desk.weather.met[name, name] == 2, "refused twice, and rests over the restart"
        assert told(desk) == [("trouble", 1)]
