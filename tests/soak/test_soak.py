"""Days and weeks of a desk with everything going wrong around it: it tells all of it, once, and nothing else."""

from __future__ import annotations

import logging
import random
from collections import Counter
from pathlib import Path

import pytest

from mailbox_desk.paths import Home
from tests.engine.fakes import DAY
from tests.soak.book import told_in
from tests.soak.injector import Injector
from tests.soak.soak_desk import Size, SoakDesk

_log = logging.getLogger(__name__)


def injector_of(desk: SoakDesk, seed: int) -> Injector:
    return Injector(
        random.Random(seed), desk.sites, desk.clock, desk.weather, desk.network, desk.give_new_password, desk.restart
    )


async def soaked(
    home: Home, days: float, seed: int, *, sized_after: float, each: int = 8
) -> tuple[Injector, SoakDesk, Size, Size]:
    """So many days; the desk's size after the first `sized_after` of them, and at the end."""
    desk = SoakDesk(home, each=each, dice=random.Random(seed))
    injector = injector_of(desk, seed + 1)
    injector.plan(days * DAY)
    await desk.open()
    try:
        await injector.run(sized_after * DAY)
        early = desk.size()
        await injector.run(days * DAY)
        assert desk.shown() == {"CONNECTED": len(desk.engine.ids)}
        assert desk.engine._desk.overseer.restarts == {}
        return injector, desk, early, desk.size()
    finally:
        await desk.close()


async def test_a_day_and_a_half(tmp_path: Path) -> None:
    home = Home(tmp_path)
    injector, _, _, _ = await soaked(home, 1.5, 11, sized_after=0.5, each=4)
    told = told_in(home.database)
    assert injector.book.findings(told) == []
    assert len({trouble.kind for trouble in injector.book.troubles}) >= 4
    assert len(told) >= len(injector.book.troubles) / 2


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_thirty_days(tmp_path: Path) -> None:
    home = Home(tmp_path)
    injector, desk, early, late = await soaked(home, 30, 20261124, sized_after=5)
    told = told_in(home.database)
    notices = Counter(each.kind.value for each in desk.told)
    _log.info("%d troubles, %d incidents, %d checks", len(injector.book.troubles), len(told), desk.weather.checks)
    _log.info("%d starts, notices %s, size %s -> %s", desk.starts, dict(notices), early, late)
    assert injector.book.findings(told) == []
    assert late.kilobytes < early.kilobytes * 1.15 + 10_000
    assert late.objects < early.objects * 1.2
    assert abs(late.tasks - early.tasks) <= 10
    assert abs(late.threads - early.threads) <= 2
    assert abs(late.files - early.files) <= 4
