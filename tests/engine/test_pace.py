from __future__ import annotations

import asyncio
import random

import pytest

from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.pace import Pace
from mailbox_desk.model.credential import Secret
from tests.engine.fakes import JumpingClock
from tests.engine.grants import Bench


@pytest.mark.parametrize("seed", range(3))
async def test_a_thousand_due_in_one_minute(seed: int) -> None:
    bench = Bench(dice=random.Random(seed).random, per_minute=240)
    ids = [bench.put(f"u{number}", expires_in=3600 + number * 0.06) for number in range(1000)]
    for mailbox_id in ids:
        await bench.keeper.fresh(mailbox_id)
    await bench.clock.pass_by(3600)
    asks = sorted(at for at, _ in bench.acme.asked)
    assert len(asks) == len({token for _, token in bench.acme.asked}) == 1000
    assert all(bench.kept(each).expires_at > bench.clock.now() + 60 for each in ids)
    most = max(sum(1 for at in asks if begin <= at < begin + 60) for begin in asks)
    assert most <= 240
    assert asks[-1] - asks[0] > 400  # spread over minutes
    await bench.close()


async def test_who_needs_a_token_now_goes_before_those_who_renew_ahead_of_time() -> None:
    bench = Bench(per_minute=6)
    crowd = [bench.put(f"u{number}", expires_in=600) for number in range(50)]
    late = bench.put("late", expires_in=0)
    for mailbox_id in crowd:
        await bench.keeper.fresh(mailbox_id)
    await bench.clock.pass_by(200)
    waited = len(bench.acme.asked)
    asking = asyncio.ensure_future(bench.keeper.fresh(late))
    await bench.clock.pass_by(10)
    assert (await asking).refresh_token == Secret("late/2")
    assert waited < 40
    await bench.close()


async def paced(clock: JumpingClock, per_minute: int = 60) -> tuple[Pace, asyncio.Task[None]]:
    agenda = Agenda(clock)
    return Pace(clock, agenda, lambda _: per_minute), asyncio.ensure_future(agenda.run())


async def test_one_endpoint_does_not_hold_up_another() -> None:
    clock = JumpingClock()
    pace, running = await paced(clock)
    pace.hold("a", 100)
    waiting = asyncio.ensure_future(pace.turn("a", "ann", urgent=True))
    await pace.turn("b", "bob", urgent=False)
    await clock.pass_by(99)
    assert not waiting.done()
    await clock.pass_by(2)
    assert waiting.done()
    running.cancel()


async def test_who_is_hastened_is_served_before_the_patient_and_who_gave_up_costs_nothing() -> None:
    clock = JumpingClock()
    pace, running = await paced(clock)
    served: list[str] = []

    async def wait(who: str) -> None:
        await pace.turn("a", who, urgent=False)
        served.append(who)

    waiting = {who: asyncio.ensure_future(wait(who)) for who in ("zero", "ann", "bob", "eve")}
    await clock.settle()
    waiting["ann"].cancel()
    pace.hasten("eve")
    pace.hasten("nobody")
    await clock.pass_by(2)
    assert served == ["zero", "eve", "bob"]
    running.cancel()
