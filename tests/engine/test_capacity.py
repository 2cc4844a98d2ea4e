"""Whether checks can keep up with their intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.capacity import Pace, Room, Strain, demand_of, shortfall_of, strains
from mailbox_desk.engine.check_times import BOUNDS, CheckTimes
from mailbox_desk.model.gauges import Bottleneck
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import Lab, refuse

EACH_MINUTE = Pace(60.0, 60.0)


def wanted(count: int, seconds: float, interval: float, host: str = "") -> list[Strain]:
    return [Strain(f"{host}{number}", host, seconds, interval) for number in range(count)]


def test_what_fits_is_no_shortfall() -> None:
    some = wanted(900, 1.0, 300.0)
    assert demand_of(some) == pytest.approx(3.0)
    assert shortfall_of(some, 4, lambda _: Room(4, 8)) is None
    assert shortfall_of([], 4, lambda _: Room(4, 8)) is None


def test_too_few_workers_are_named_with_the_interval_that_can_be_kept() -> None:
    short = shortfall_of(wanted(1200, 10.0, 300.0), 32, lambda _: Room(4, 8))
    assert short is not None
    assert short.bottleneck is Bottleneck.WORKERS
    assert short.ratio == pytest.approx(1.25)
    assert short.mailboxes == 1200
    assert shortfall_of(wanted(1200, 10.0, short.interval), 32, lambda _: Room(4, 8)) is None or short.interval > 394


def test_the_narrowest_host_is_named() -> None:
    some = [*wanted(100, 3.0, 60.0, "wide.example"), *wanted(50, 12.0, 60.0, "tight.example"), *wanted(9, 9.0, 60.0)]
    short = shortfall_of(some, 100, {"wide.example": Room(8, 99), "tight.example": Room(4, 99)}.__getitem__)
    assert short is not None
    assert (short.bottleneck, short.host, short.mailboxes) == (Bottleneck.HOST, "tight.example", 50)


def test_an_account_that_signs_in_too_often_is_named_with_the_interval_that_can_be_kept() -> None:
    def aliases(interval: float) -> list[Strain]:
        return [Strain(f"m{n}", "imap.example", 0.1, interval, "fm ann", 500) for n in range(60)]

    short = shortfall_of(aliases(60.0), 99, lambda _: Room(99, 99))
    assert short is not None
    assert (short.bottleneck, short.host, short.mailboxes) == (Bottleneck.LOGINS, "imap.example", 60)
    assert short.ratio == pytest.approx(600 / 500)
    assert shortfall_of(aliases(short.interval + 0.1), 99, lambda _: Room(99, 99)) is None
    others = [Strain(f"m{n}", "imap.example", 0.1, 60.0, f"fm user{n}", 500) for n in range(600)]
    assert shortfall_of(others, 99, lambda _: Room(99, 99)) is None, "each account has its own"


def test_refusals_take_places_away_at_their_host() -> None:
    some = wanted(50, 3.0, 60.0, "imap.example")
    assert shortfall_of(some, 99, lambda _: Room(4, 8)) is None
    short = shortfall_of(some, 99, lambda _: Room(4, 2))
    assert short is not None
    assert short.bottleneck is Bottleneck.REFUSALS
    assert short.ratio == pytest.approx(1.25)
    held = shortfall_of(some, 99, lambda _: Room(4, 0))
    assert held is not None
    assert (held.bottleneck, held.interval, held.mailboxes) == (Bottleneck.REFUSALS, 600.0, 50)
    assert shortfall_of(wanted(50, 3.0, 900.0, "imap.example"), 99, lambda _: Room(4, 0)) is None, "soon enough"


async def test_a_host_that_refused_many_is_told_by_the_gauges(lab: Lab) -> None:
    for number in range(12):
        lab.mailbox(f"m{number}", sending=False, host="mail.example")
    for number in range(4):
        lab.servers.set(f"m{number}", refuse)
    lab.settings = replace(lab.settings, interval=60.0)
    engine = await lab.start()
    await lab.clock.pass_by(400)
    short = (await engine.gauges()).shortfall
    assert short is not None
    assert (short.bottleneck, short.host) == (Bottleneck.REFUSALS, "mail.example")
    await lab.clock.pass_by(1500)
    assert (await engine.gauges()).shortfall is None, "the secrets rest, and what was refused is long past"


def test_a_kept_line_spares_sign_ins() -> None:
    assert (Pace(60.0, 14400.0).of(Half.RECEIVING), Pace(60.0, 14400.0).of(Half.SENDING)) == (14400.0, 60.0)


async def test_paused_mailboxes_want_nothing(lab: Lab) -> None:
    lab.mailbox("a")
    engine = await lab.start()
    await lab.clock.pass_by(5)
    assert [each.host for each in strains(lab.snapshot("a"), EACH_MINUTE)] == ["mail.example", "smtp.mail.example"]
    gauges = await engine.gauges()
    assert gauges.demand > 0
    assert gauges.checks[Half.RECEIVING].count == 1
    assert gauges.logins_left == {"mail.example": 8, "smtp.mail.example": 8}
    await engine.pause([MailboxId("a")], None)
    await lab.clock.pass_by(1)
    assert list(strains(lab.snapshot("a"), EACH_MINUTE)) == []
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
