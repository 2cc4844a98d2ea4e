from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest

from mailbox_desk.engine.calm import AFTER_WAKE
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.credential import OAuthToken, Password, Secret
from mailbox_desk.model.diagnosis import TokenAnswer
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.vault_state import VaultFailed, VaultState
from mailbox_desk.model.verdict import VeilReason
from tests.engine.fakes import DAY, HOUR, MemoryVault
from tests.engine.grants import Bench, busy, refused, token_failure


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.close()


async def soon(bench: Bench, mailbox_id: MailboxId) -> OAuthToken:
    """What a check gets, within a minute."""
    asking = asyncio.ensure_future(bench.keeper.fresh(mailbox_id))
    await bench.clock.pass_by(60)
    return await asking


async def test_a_token_that_lives_long_enough_is_taken_as_it_is(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=61)
    assert await bench.keeper.fresh(ann) == bench.kept(ann)
    assert bench.acme.asked == []


async def test_one_that_is_about_to_end_is_renewed_before_the_check(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=59)
    grant = await soon(bench, ann)
    assert grant.access_token == Secret("access ann 1")
    assert (grant.refresh_token, grant.former_refresh_token) == (Secret("ann/2"), Secret("ann/1"))
    assert bench.kept(ann) == grant


async def test_it_is_renewed_ahead_of_its_end_while_nobody_asks(bench: Bench) -> None:
    ann = bench.put("ann")
    await bench.keeper.fresh(ann)
    await bench.clock.pass_by(10 * HOUR)
    kept = bench.kept(ann)
    assert kept.expires_at > bench.clock.now()
    asks = bench.acme.asks("ann")
    assert len(asks) == 12
    assert all(2699 <= later - earlier <= 3301 for earlier, later in pairwise([0.0, *asks]))


async def test_ten_who_ask_at_once_make_one_request(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    asking = [asyncio.ensure_future(bench.keeper.fresh(ann)) for _ in range(10)]
    await bench.clock.settle()
    assert {(await each).access_token.reveal() for each in asking} == {"access ann 1"}
    assert (len(bench.acme.asked), bench.acme.most_at_once) == (1, 1)


async def test_who_waits_may_go_and_the_answer_is_kept(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    asking.cancel()
    bench.acme.hangs.set()
    await bench.clock.settle()
    assert asking.cancelled()
    assert bench.kept(ann).refresh_token == Secret("ann/2")


class Noting(MemoryVault):
    """Says in which order things come, and can be full."""

    full = False

    async def write(self, mailbox_id: MailboxId, credential: object) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise VaultFailed("disk full")
        await super().write(mailbox_id, credential)  # type: ignore[arg-type]  # it is one


async def test_what_the_vault_cannot_keep_is_not_used_but_not_lost_either() -> None:
    vault = Noting()
    bench = Bench(vault=vault)
    ann, vault.full = bench.put("ann", expires_in=0), True
    with pytest.raises(TokenFailed) as failed:
        await soon(bench, ann)
    assert failed.value.failure.kind is FailureKind.INTERNAL
    assert bench.kept(ann).refresh_token == Secret("ann/1")
    vault.full = False
    assert (await soon(bench, ann)).refresh_token == Secret("ann/2")
    assert bench.kept(ann).refresh_token == Secret("ann/2")
    assert len(bench.acme.asked) == 1
    await bench.close()


async def test_a_vault_that_closes_amid_a_renewal_takes_the_answer_when_it_opens(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    bench.vault.state = VaultState.LOCKED
    bench.acme.hangs.set()
    with pytest.raises(TokenFailed):
        await asking
    bench.vault.state = VaultState.OPEN
    await bench.clock.pass_by(300)
    assert bench.kept(ann).refresh_token == Secret("ann/2")
    assert len(bench.acme.asked) == 1


async def test_death_before_the_answer_loses_nothing(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    bench.restart()
    bench.acme.hangs = None
    assert (await soon(bench, ann)).refresh_token == Secret("ann/2")
    asking.cancel()


async def test_an_answer_lost_by_death_is_got_once_more_where_the_server_has_grace(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    bench.acme.grace, bench.acme.hangs_after_answer = 1, asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    bench.restart()
    bench.acme.hangs_after_answer = None
    assert (await soon(bench, ann)).refresh_token == Secret("ann/3")
    asking.cancel()


async def test_the_former_is_tried_once_where_the_newest_is_refused(bench: Bench) -> None:
    """The server's answer was never true (a node that had not heard of the rotation): the one before still works."""
    ann = bench.put("ann", expires_in=0)
    bench.vault.secrets[ann] = replace(
        bench.kept(ann), refresh_token=Secret("ann/0"), former_refresh_token=bench.kept(ann).refresh_token
    )
    grant = await soon(bench, ann)
    assert [token for _, token in bench.acme.asked] == ["ann/0", "ann/1"]
    assert (grant.refresh_token, grant.former_refresh_token) == (Secret("ann/2"), Secret("ann/1"))


async def test_both_refused_is_a_verdict_and_the_former_is_not_tried_again(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    bench.vault.secrets[ann] = replace(bench.kept(ann), former_refresh_token=Secret("ann/0"))
    bench.acme.newest["ann"] = 9
    for expected in (["ann/1", "ann/0"], ["ann/1", "ann/0", "ann/1"]):
        with pytest.raises(TokenFailed) as failed:
            await soon(bench, ann)
        assert failed.value.failure.kind is FailureKind.REFUSED
        assert [token for _, token in bench.acme.asked] == expected
    assert bench.keeper.witness(ann).answer is TokenAnswer.GRANT_REFUSED


async def test_a_new_refresh_token_that_worked_has_proved_itself(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    await soon(bench, ann)
    assert bench.kept(ann).former_refresh_token == Secret("ann/1")
    bench.acme.rotates = False
    await bench.clock.pass_by(HOUR)
    assert bench.kept(ann).former_refresh_token is None


async def test_weather_lets_the_living_token_serve(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=30)
    bench.acme.faults = [busy()]
    assert (await bench.keeper.fresh(ann)).access_token == Secret("first access of ann 1")
    assert bench.keeper.witness(ann).answer is TokenAnswer.BUSY
    await bench.clock.pass_by(120)
    assert bench.kept(ann).refresh_token == Secret("ann/2")


@pytest.mark.parametrize(
    "kind", [FailureKind.TEMPORARY, FailureKind.TIMED_OUT, FailureKind.UNREACHABLE, FailureKind.BROKEN]
)
async def test_weather_is_raised_where_no_token_lives(bench: Bench, kind: FailureKind) -> None:
    ann = bench.put("ann", expires_in=0)
    bench.acme.faults = [TokenFailed(token_failure(kind))]
    with pytest.raises(TokenFailed) as failed:
        await soon(bench, ann)
    assert failed.value.failure.kind is kind
    assert bench.dead == []


async def test_a_wait_that_the_server_named_is_kept(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    bench.acme.faults = [busy(retry_after=900)]
    for _ in range(5):
        with pytest.raises(TokenFailed):
            await bench.keeper.fresh(ann)
        await bench.clock.pass_by(120)
    assert len(bench.acme.asked) == 1
    await bench.clock.pass_by(600)
    assert len(bench.acme.asked) == 2
    assert bench.acme.asked[1][0] >= 900
    assert (await bench.keeper.fresh(ann)).refresh_token == Secret("ann/2")


async def test_weather_ahead_of_time_is_asked_again_with_growing_waits(bench: Bench) -> None:
    ann = bench.put("ann")
    await bench.keeper.fresh(ann)
    bench.acme.faults = [busy() for _ in range(4)]
    await bench.clock.pass_by(HOUR)
    asks = bench.acme.asks("ann")
    assert len(asks) == 5
    waits = [later - earlier for earlier, later in pairwise(asks)]
    assert waits == sorted(waits)
    assert bench.kept(ann).refresh_token == Secret("ann/2")


async def test_nothing_is_asked_just_after_a_wake(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    await bench.clock.pass_by(60)
    bench.clock.skew += 8 * HOUR
    woke = bench.clock.monotonic()
    await soon(bench, ann)
    assert [at for at, _ in bench.acme.asked] == [pytest.approx(woke + AFTER_WAKE)]


async def test_nothing_is_asked_while_the_network_is_down(bench: Bench) -> None:
    ann = bench.put("ann")
    await bench.keeper.fresh(ann)
    bench.lookout.reason = VeilReason.OFFLINE
    await bench.clock.pass_by(HOUR + 60)
    with pytest.raises(TokenFailed) as failed:
        await bench.keeper.fresh(ann)
    assert failed.value.failure.kind is FailureKind.UNREACHABLE
    assert bench.acme.asked == []
    bench.lookout.reason = None
    await bench.clock.pass_by(180)
    assert len(bench.acme.asked) == 1


async def test_a_refusal_ahead_of_time_is_told_at_once_and_asked_no_more(bench: Bench) -> None:
    ann = bench.put("ann")
    await bench.keeper.fresh(ann)
    bench.acme.newest["ann"] = 9
    await bench.clock.pass_by(DAY)
    assert bench.dead == [ann]
    assert len(bench.acme.asked) == 1
    with pytest.raises(TokenFailed):  # the check asks for itself
        await soon(bench, ann)
    assert len(bench.acme.asked) == 2


async def test_a_grant_that_is_dead_is_asked_for_though_its_access_token_lives(bench: Bench) -> None:
    ann = bench.put("ann")
    await bench.keeper.fresh(ann)
    bench.acme.faults = [refused()]
    await bench.clock.pass_by(3500)
    assert bench.dead == [ann]
    assert (await soon(bench, ann)).refresh_token == Secret("ann/2")


async def test_an_access_token_refused_by_a_server_is_renewed_once_for_all_who_met_it(bench: Bench) -> None:
    ann = bench.put("ann")
    old = await bench.keeper.fresh(ann)
    first = await bench.keeper.renewed(ann, old)
    assert first.access_token != old.access_token
    assert await bench.keeper.renewed(ann, old) == first
    assert len(bench.acme.asked) == 1


async def test_a_new_secret_is_not_written_over_by_a_late_answer(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    bench.vault.secrets[ann] = Password(Secret("new"))  # without a word to the keeper
    bench.acme.hangs.set()
    with pytest.raises(TokenFailed) as failed:
        await asking
    assert Mark.SHUT in failed.value.failure.marks
    assert bench.vault.secrets[ann] == Password(Secret("new"))


async def test_what_is_forgotten_ends_and_writes_nothing(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    await bench.keeper.forget(ann)
    with pytest.raises(TokenFailed):
        await asking
    assert bench.kept(ann).refresh_token == Secret("ann/1")
    await bench.clock.pass_by(DAY)
    assert len(bench.acme.asked) == 1


async def test_an_app_that_is_gone_is_said(bench: Bench) -> None:
    ann = bench.put("ann", expires_in=0)
    bench.vault.secrets[ann] = replace(bench.kept(ann), app="gone")
    with pytest.raises(TokenFailed) as failed:
        await soon(bench, ann)
    assert failed.value.failure.marks == {Mark.OAUTH_APP_MISSING}
    assert bench.acme.asked == []


async def test_to_stop_waits_for_an_answer_on_its_way(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    stopping = asyncio.ensure_future(bench.keeper.stop())
    await asyncio.sleep(0)
    bench.acme.hangs.set()
    await stopping
    assert (await asking).refresh_token == bench.kept(ann).refresh_token == Secret("ann/2")


async def test_to_stop_does_not_wait_for_ever(bench: Bench) -> None:
    ann, bench.acme.hangs = bench.put("ann", expires_in=0), asyncio.Event()
    asking = asyncio.ensure_future(bench.keeper.fresh(ann))
    await bench.clock.settle()
    async with asyncio.timeout(1):
        await bench.keeper.stop()
    with pytest.raises(TokenFailed):
        await asking
