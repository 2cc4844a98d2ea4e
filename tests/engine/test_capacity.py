"""Whether checks can keep up with their intervals."""

from __future__ import annotations

import pytest

from mailbox_desk.engine.capacity import Strain, demand_of, shortfall_of, strains
from mailbox_desk.engine.check_times import BOUNDS, CheckTimes
from mailbox_desk.model.gauges import Bottleneck
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import Lab


def wanted(count: int, seconds: float, interval: float, host: str = "") -> list[Strain]:
    return [Strain(f"{host}{number}", host, seconds, interval) for number in range(count)]


def test_what_fits_is_no_shortfall() -> None:
    some = wanted(900, 1.0, 300.0)
    assert demand_of(some) == pytest.approx(3.0)
    assert shortfall_of(some, 4, lambda _: 4) is None
    assert shortfall_of([], 4, lambda _: 4) is None


def test_too_few_workers_are_named_with_the_interval_that_can_be_kept() -> None:
    short = shortfall_of(wanted(1200, 10.0, 300.0), 32, lambda _: 4)
    assert short is not None
    assert short.bottleneck is Bottleneck.WORKERS
    assert short.ratio == pytest.approx(1.25)
    assert short.mailboxes == 1200
    assert shortfall_of(wanted(1200, 10.0, short.interval), 32, lambda _: 4) is None or short.interval > 394


def test_the_narrowest_host_is_named() -> None:
    some = [*wanted(100, 3.0, 60.0, "wide.example"), *wanted(50, 12.0, 60.0, "tight.example"), *wanted(9, 9.0, 60.0)]
    short = shortfall_of(some, 100, {"wide.example": 8, "tight.example": 4}.__getitem__)
    assert short is not None
    assert (short.bottleneck, short.host, short.mailboxes) == (Bottleneck.HOST, "tight.example", 50)


async def test_paused_mailboxes_want_nothing(lab: Lab) -> None:
    lab.mailbox("a")
    engine = await lab.start()
    await lab.clock.pass_by(5)
    assert [each.host for each in strains(lab.snapshot("a"), 60)] == ["mail.example", "smtp.mail.example"]
    gauges = await engine.gauges()
    assert gauges.demand > 0
    assert gauges.checks[Half.RECEIVING].count == 1
    assert gauges.logins_left == {"mail.example": 8, "smtp.mail.example": 8}
    await engine.pause([MailboxId("a")], None)
    await lab.clock.pass_by(1)
    assert list(strains(lab.snapshot("a"), 60)) == []
    assert (await engine.gauges()).demand == 0


def test_check_times_are_counted_up_to_each_bound() -> None:
    times = CheckTimes()
    for seconds in (0.05, 0.1, 0.3, 7.0, 500.0):
        times.note(Half.SENDING, seconds)
    told = times.of(Half.SENDING)
    assert told.count == 5
    assert told.total == pytest.approx(507.45)
    assert dict(told.up_to) == dict(zip(BOUNDS, (2, 2, 3, 3, 3, 3, 4, 4, 4, 4), strict=True))
    assert times.of(Half.RECEIVING).count == 0
