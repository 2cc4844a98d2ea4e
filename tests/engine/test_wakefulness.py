"""A sleep is seen on every system's clocks, and nothing else is taken for one."""

from __future__ import annotations

import asyncio

import pytest

from mailbox_desk.engine.agenda import LONGEST_NAP, Agenda
from mailbox_desk.engine.wakefulness import GAP, Wakefulness, slept
from tests.engine.fakes import HOUR, JumpingClock


@pytest.mark.parametrize(
    ("wall", "steady", "expected"),
    [
        (30.0, 30.0, False),
        (HOUR, 3.0, True),  # Linux, macOS: the steady clock stood still
        (HOUR, HOUR, True),  # Windows: it went on, and nobody looked
        (-HOUR, 30.0, False),  # the wall clock set back
        (30.0 + GAP, 30.0, False),
        (LONGEST_NAP + GAP, LONGEST_NAP + GAP, False),  # a busy loop
    ],
)
def test_what_the_clocks_tell(wall: float, steady: float, expected: bool) -> None:
    assert slept(wall, steady) is expected


def test_never_slept_then_woke() -> None:
    clock = JumpingClock()
    wakefulness = Wakefulness(clock)
    clock.skew = HOUR  # before the first look nobody knows
    assert wakefulness.woke_ago() is None
    clock.skew += HOUR
    assert wakefulness.woke_ago() == 0.0, "seen by whoever asks first, not only by the next turn of the agenda"
    clock._now += 20.0
    assert wakefulness.woke_ago() == 20.0
    clock.skew = 0.0
    assert wakefulness.woke_ago() == 20.0


async def test_the_agenda_looks_often_enough_on_a_quiet_day() -> None:
    clock = JumpingClock()
    wakefulness = Wakefulness(clock)
    task = asyncio.ensure_future(Agenda(clock, wakefulness.look).run())
    await clock.pass_by(24 * HOUR)
    assert wakefulness.woke_ago() is None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
