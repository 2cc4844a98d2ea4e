from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine import agenda as agenda_module
from mailbox_desk.engine.grant_plan import KEEP_WARM_AT_MOST, Attention, Why, life_of, next_use
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import GrantLife
from tests.engine.fakes import DAY, HOUR
from tests.engine.grants import Bench

AT = 1_800_000_000.0
GRANT = OAuthToken(Secret("r"), Secret("a"), AT + HOUR, "app", AT - 10 * DAY, AT)
IN_90_DAYS = TokenLifetimes(refresh_unused_days=90, refresh_testing_days=7)


@pytest.mark.parametrize("life", [60.0, 300.0, 1800.0, 3600.0, 86_400.0])
def test_it_is_renewed_before_its_end_and_not_at_once(life: float) -> None:
    dice = random.Random(1).random
    grant = replace(GRANT, expires_at=AT + life)
    for _ in range(100):
        use = next_use(grant, TokenLifetimes(), Attention.WATCHED, dice)
        assert use is not None
        assert use.why is Why.EXPIRY
        assert AT + life / 2 < use.at < AT + life
        assert life < HOUR or 300 <= AT + life - use.at <= 900


def test_what_is_paused_is_used_for_life_alone() -> None:
    use = next_use(GRANT, IN_90_DAYS, Attention.PAUSED, lambda: 0.999)
    assert use is not None
    assert use.why is Why.DISUSE
    assert use.at == pytest.approx(AT + KEEP_WARM_AT_MOST, abs=3600)
    assert next_use(GRANT, TokenLifetimes(), Attention.PAUSED, lambda: 0.5) is None
    assert next_use(GRANT, IN_90_DAYS, Attention.RESTING, lambda: 0.5) is None


def test_how_long_it_lasts() -> None:
    began = GRANT.granted_at
    assert life_of(GRANT, IN_90_DAYS, in_testing=False) == GrantLife(began, AT + 90 * DAY)
    assert life_of(GRANT, IN_90_DAYS, in_testing=True) == GrantLife(began, began + 7 * DAY, by_disuse=False)
    assert life_of(GRANT, TokenLifetimes(), in_testing=True) == GrantLife(began)
    assert life_of(replace(GRANT, granted_at=0.0), IN_90_DAYS, in_testing=False) is None


@pytest.fixture
def long_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda_module, "LONGEST_NAP", 6 * HOUR)  # 400 days of short ones would take minutes


async def test_a_paused_mailbox_lives_through_400_days(long_naps: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    bench = Bench(lifetimes=TokenLifetimes(refresh_unused_days=90))
    ann = bench.put("ann")
    bench.attention[ann] = Attention.PAUSED
    bench.keeper.know(ann)
    await bench.clock.pass_by(400 * DAY)
    asks = [0.0, *bench.acme.asks("ann")]
    waits = [later - earlier for earlier, later in pairwise(asks)]
    assert 13 <= len(waits) <= 15
    assert max(waits) <= 30 * DAY + HOUR
    assert caplog.text.count("is used so that it lives on") == len(waits)
    life = bench.keeper.life(ann)
    assert life is not None
    assert (life.by_disuse, life.ends_at) == (True, bench.kept(ann).refreshed_at + 90 * DAY)
    await bench.close()


async def test_half_of_a_short_time_is_waited_for(long_naps: None) -> None:
    bench = Bench(lifetimes=TokenLifetimes(refresh_unused_days=14))
    ann = bench.put("ann")
    bench.attention[ann] = Attention.PAUSED
    bench.keeper.know(ann)
    await bench.clock.pass_by(40 * DAY)
    asks = [0.0, *bench.acme.asks("ann")]
    assert max(later - earlier for earlier, later in pairwise(asks)) <= 7 * DAY
    await bench.close()


async def test_a_grant_that_rests_is_left_alone(long_naps: None) -> None:
    bench = Bench(lifetimes=TokenLifetimes(refresh_unused_days=90))
    ann = bench.put("ann")
    bench.attention[ann] = Attention.RESTING
    bench.keeper.know(ann)
    await bench.clock.pass_by(100 * DAY)
    assert bench.acme.asked == []
    await bench.close()
