"""What a failure is judged beside: the neighbours, our own network, a wake moments ago. It gathers and decides nothing.

What is known of the mailbox's own history is added by digest.
"""

from __future__ import annotations

from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.digest import MOMENTS
from mailbox_desk.engine.neighbours import Fate
from mailbox_desk.model.check import FailureKind, HalfResult
from mailbox_desk.model.diagnosis import Context
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Half


def evidence(desk: Desk, mailbox: Mailbox, half: Half) -> Context:
    """The Context of a failure of this half, as far as it is the same for all who would fail now."""
    around = desk.neighbours.around(mailbox, half)
    grant = desk.tokens.witness(mailbox.id)
    return Context(
        now=desk.clock.now(),
        provider=mailbox.provider,
        auth=mailbox.auth.value,
        host_passing=around.host.passing,
        host_failing=around.host.failing,
        host_refused=around.host.refused,
        at_provider=around.provider,
        in_domain=around.domain,
        local_network_down=desk.lookout.is_blind,
        woke_ago=desk.wakefulness.woke_ago(),
        token_answer=grant.answer,
        token_age=grant.age,
        token_unused=grant.unused,
    )


def bear_witness(desk: Desk, mailbox: Mailbox, before: Standing, result: HalfResult, *, shared: bool) -> None:
    """Note for the neighbours what a check came to. `before`: how the mailbox stood until then."""
    if result.failure is not None and result.failure.kind is FailureKind.INTERNAL:
        return  # a fault of ours says nothing of a server
    fate = _fate(before, result, shared=shared)
    speaks_for_both = fate is Fate.REFUSED and shared and _ends_the_check(desk.clock.now(), before, result.half)
    desk.neighbours.noted(mailbox, mailbox.halves if speaks_for_both else (result.half,), fate)


def _fate(before: Standing, result: HalfResult, *, shared: bool) -> Fate:
    if result.failure is None:
        return Fate.PASSING
    half = result.half
    worked = before.half(half).worked_at is not None or (shared and before.half(half.other).worked_at is not None)
    return Fate.REFUSED if result.failure.is_refused_sign_in and worked else Fate.FAILING


def _ends_the_check(now: float, before: Standing, half: Half) -> bool:
    """The other half's turn would have come, and it was not tried with the secret that is refused: it is no witness
    that the secret is still good."""
    other = before.half(half.other)
    took_it_now = other.worked_at is not None and now - other.worked_at <= MOMENTS
    return other.verdict is not None and not before.half(half).alone and not took_it_now
