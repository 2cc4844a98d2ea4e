"""The book of what each watcher is at."""

from __future__ import annotations

from contextlib import ExitStack

from mailbox_desk.engine.overseer import PAUSES, Overseer
from mailbox_desk.model.mailbox import MailboxId
from tests.engine.fakes import JumpingClock

A, B = MailboxId("a"), MailboxId("b")


async def test_who_is_at_one_check_for_three_times_its_limit_is_named_once() -> None:
    clock = JumpingClock()
    overseer = Overseer(clock, limit=10, workers=4)
    with overseer.at_check(A):
        await clock.pass_by(20)
        with overseer.at_check(B):
            await clock.pass_by(10)
            assert overseer.stuck() == ()
            await clock.pass_by(0.1)
            assert overseer.stuck() == (A,)
            assert overseer.stuck() == ()
        assert overseer.checking == 0


async def test_waiting_for_a_worker_is_allowed_for() -> None:
    clock = JumpingClock()
    overseer = Overseer(clock, limit=10, workers=2)
    with ExitStack() as stack:
        for number in range(6):  # three turns of two
            stack.enter_context(overseer.at_check(MailboxId(str(number))))
        await clock.pass_by(90)
        assert overseer.stuck() == ()
        await clock.pass_by(1)
        assert len(overseer.stuck()) == 6


async def test_sleep_is_no_time_at_work() -> None:
    clock = JumpingClock()
    overseer = Overseer(clock, limit=10, workers=2)
    with overseer.at_message(A):
        await clock.pass_by(7200)
        assert overseer.stuck(awake=3) == ()
        assert overseer.stuck() == (A,)


async def test_faults_in_a_row_are_answered_ever_later() -> None:
    clock = JumpingClock()
    overseer = Overseer(clock, limit=10, workers=2)
    assert [overseer.pause_after_fault(A) for _ in range(6)] == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert overseer.pause_after_fault(B) == PAUSES[0]
    await clock.pass_by(3600)
    assert overseer.pause_after_fault(A) == PAUSES[0]
