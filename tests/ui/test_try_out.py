from __future__ import annotations

import pytest

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import HalfTried, TryOutEnded, TryOutStep
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial, TryOut
from mailbox_desk.ui.try_out_view import Report, TryOutView
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import said
from tests.ui.samples import diagnosed, mailbox, refusal, result
from tests.ui.waiting import until

BOX = mailbox("a")
SECRET = Password(Secret("pw"))


@pytest.fixture
def view(around: Surroundings) -> TryOutView:
    made = TryOutView(around.theme, around.words, around.now)
    made.show()
    return made


@pytest.fixture
def try_out(around: Surroundings, view: TryOutView) -> TryOut:
    return TryOut(around, view)


def passing(box: Mailbox) -> list[TryOutStep | None]:
    return [HalfTried(result(half)) for half in Half] + [TryOutEnded(True, box)]


def refusing() -> list[TryOutStep | None]:
    tried = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED))
    return [tried, TryOutEnded(False, BOX)]


async def test_what_passed_carries_what_became_known(try_out: TryOut, engine: FakeEngine) -> None:
    found = pinned(BOX, Half.RECEIVING, "ab")
    engine.scripts = [passing(found)]
    passed: list[Trial] = []
    try_out.passed.connect(passed.append)
    try_out.begin(Trial(BOX, SECRET))
    await until(lambda: passed)
    assert passed == [Trial(found, SECRET)]
    assert engine.tried[0].credential == SECRET
    assert not engine.tried_servers


async def test_refusals_are_counted_over_the_tries(try_out: TryOut, engine: FakeEngine) -> None:
    engine.scripts = [refusing(), refusing(), passing(BOX)]
    reports: list[Report] = []
    try_out.failed.connect(reports.append)
    for count in (1, 2):
        try_out.begin(Trial(BOX, SECRET))
        await until(lambda count=count: len(reports) == count)  # type: ignore[misc]  # a default binds the loop's value
    assert try_out.refused == 2
    assert all(report.was_refused for report in reports)


async def test_stopping_says_so_and_leaving_comes_next(
    try_out: TryOut, view: TryOutView, engine: FakeEngine, words: Wording
) -> None:
    left: list[bool] = []
    engine.scripts = [[None]]
    try_out.begin(Trial(BOX))
    await until(lambda: engine.tried_servers)
    try_out.stop_or(lambda: left.append(True))
    await until(lambda: engine.cancelled)
    assert (left, words.text("ui.try.stopped") in said(view)) == ([], True)
    try_out.stop_or(lambda: left.append(True))
    assert left == [True]


async def test_a_fault_of_our_own_side_is_said(
    try_out: TryOut, view: TryOutView, engine: FakeEngine, words: Wording, caplog: pytest.LogCaptureFixture
) -> None:
    engine.script_fails = ArchiveFailed("disk full")
    reports: list[Report] = []
    try_out.failed.connect(reports.append)
    try_out.begin(Trial(BOX))
    await until(lambda: reports)
    assert words.text("ui.failed.archive", detail="disk full") in said(view)
    assert isinstance(reports[0].error, ArchiveFailed)
    caplog.clear()


async def test_forgotten_nothing_is_told_any_more(try_out: TryOut, engine: FakeEngine) -> None:
    told: list[object] = []
    try_out.passed.connect(told.append)
    try_out.failed.connect(told.append)
    engine.scripts = [[None, *passing(BOX)]]
    try_out.begin(Trial(BOX, SECRET))
    await until(lambda: engine.tried)
    try_out.forget()
    engine.gate.set()
    await until(lambda: engine.cancelled)
    assert (told, try_out.trial, try_out.is_running) == ([], None, False)
