"""Places at a host: in turn, within its limits, and given back whatever happens."""

from __future__ import annotations

import asyncio

import pytest

from mailbox_desk.engine.budget import HostBudget, HostHeldBack
from mailbox_desk.model.history import Refusal
from mailbox_desk.model.mailbox import MailboxId
from tests.engine.fakes import JumpingClock


def budget_of(clock: JumpingClock, connections: int = 2, refusals: int = 3) -> HostBudget:
    return HostBudget(clock, connections=connections, window=600.0, refusal_limit=lambda host: refusals)


async def refuse_at(budget: HostBudget, host: str) -> None:
    async with budget.lease(host, unlimited=False) as lease:
        lease.refused = True


async def test_waiters_come_in_turn() -> None:
    budget, order = budget_of(JumpingClock(), connections=1), []

    async def visit(name: str) -> None:
        async with budget.lease("Host", unlimited=False):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*(visit(name) for name in "abcde"))
    assert order == list("abcde")


async def test_hosts_do_not_wait_for_each_other() -> None:
    budget = budget_of(JumpingClock(), connections=1)
    async with budget.lease("a", unlimited=False), budget.lease("b", unlimited=False):
        pass


async def test_host_names_are_one_in_any_case() -> None:
    budget = budget_of(JumpingClock())
    await refuse_at(budget, "Mail.Example")
    assert budget.refusals("mail.example") == 1


async def test_held_back_until_the_oldest_refusal_is_forgotten() -> None:
    clock = JumpingClock()
    budget = budget_of(clock)
    for _ in range(3):
        await refuse_at(budget, "h")
        await clock.pass_by(100)
    with pytest.raises(HostHeldBack) as held:
        await refuse_at(budget, "h")
    assert held.value.until == pytest.approx(clock.now() - 300 + 600)
    await clock.pass_by(301)
    await refuse_at(budget, "h")
    with pytest.raises(HostHeldBack):
        await refuse_at(budget, "h")


async def test_refusals_of_the_last_run_count_even_from_a_clock_ahead() -> None:
    clock = JumpingClock()
    budget = budget_of(clock)
    budget.remember([Refusal(clock.now() + 5000, "h", MailboxId("m"))] * 3)
    with pytest.raises(HostHeldBack) as held:
        await refuse_at(budget, "h")
    assert held.value.until <= clock.now() + 600


async def test_those_who_wait_are_told_when_the_limit_is_reached() -> None:
    budget = budget_of(JumpingClock(), connections=1, refusals=1)
    async with budget.lease("h", unlimited=False) as lease:
        waiting = asyncio.ensure_future(refuse_at(budget, "h"))
        await asyncio.sleep(0)
        lease.refused = True
    with pytest.raises(HostHeldBack):
        await waiting


async def test_a_waiter_that_leaves_gives_its_place_on() -> None:
    budget = budget_of(JumpingClock(), connections=1)
    async with budget.lease("h", unlimited=False):
        leaver = asyncio.ensure_future(refuse_at(budget, "h"))
        stayer = asyncio.ensure_future(refuse_at(budget, "h"))
        await asyncio.sleep(0)
        leaver.cancel()
    await stayer
    assert budget.refusals("h") == 1


async def test_a_place_given_to_one_who_leaves_in_that_moment_is_not_lost() -> None:
    budget = budget_of(JumpingClock(), connections=1)
    async with budget.lease("h", unlimited=False):
        leaver = asyncio.ensure_future(refuse_at(budget, "h"))
        await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    async with asyncio.timeout(1), budget.lease("h", unlimited=False):
        pass


async def test_a_place_is_given_back_when_the_check_raises() -> None:
    budget = budget_of(JumpingClock(), connections=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="boom"):
            async with budget.lease("h", unlimited=False):
                raise ValueError("boom")
