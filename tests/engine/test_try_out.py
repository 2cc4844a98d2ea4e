from __future__ import annotations

import pytest

from mailbox_desk.model.errand import HalfTried, StepTaken, TryOutEnded
from mailbox_desk.model.vault_state import SecretMissing
from tests.engine.fakes import Lab, refuse


async def test_other_servers_are_tried_with_the_secret_that_is_kept(lab: Lab) -> None:
    kept = lab.mailbox("ann", sending=False)
    engine = await lab.start()
    before = dict(lab.shelf.mailboxes)
    told = [step async for step in engine.try_servers(kept)]
    assert [type(step) for step in told] == [StepTaken, HalfTried, TryOutEnded]
    assert isinstance(told[-1], TryOutEnded)
    assert told[-1].passed
    assert lab.shelf.mailboxes == before


async def test_how_many_refusals_are_safe_is_told(lab: Lab) -> None:
    kept = lab.mailbox("ann", sending=False)
    engine = await lab.start(first_round=False)
    lab.servers.set("ann", refuse)
    told = [step async for step in engine.try_servers(kept)]
    (tried,) = [step for step in told if isinstance(step, HalfTried)]
    assert (tried.refusals_at_host, tried.refusal_limit) == (1, 8)


async def test_without_a_secret_nothing_is_tried(lab: Lab) -> None:
    kept = lab.mailbox("ann", sending=False)
    engine = await lab.start(first_round=False)
    lab.vault.secrets.clear()
    with pytest.raises(SecretMissing):
        _ = [step async for step in engine.try_servers(kept)]


async def test_a_try_broken_off_ends_the_check(lab: Lab) -> None:
    kept = lab.mailbox("ann", sending=False)
    engine = await lab.start(first_round=False)
    steps = engine.try_servers(kept)
    assert isinstance(await anext(steps), StepTaken)
    await steps.aclose()  # type: ignore[attr-defined]  # it is a generator
    told = [step async for step in engine.try_servers(kept)]
    assert isinstance(told[-1], TryOutEnded)
