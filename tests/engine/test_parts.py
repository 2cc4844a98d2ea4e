"""The small parts: agenda, board, situation, backoff, journal."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.backoff import between, jittered
from mailbox_desk.engine.board import Board, Gone
from mailbox_desk.engine.journal import Journal
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Snapshot, Standing
from mailbox_desk.model.verdict import Veil, VeilReason, Verdict
from tests.engine.fakes import JumpingClock

MAILBOX = Mailbox(MailboxId("m"), "m@example.com", None, None)
WELL = Standing(MailboxId("m"), HalfStanding(Verdict.CONNECTED), HalfStanding())


def down(verdict: Verdict, cause: Cause) -> Standing:
    diagnosis = Diagnosis((RankedCause(cause, 0.9),), "test")
    return replace(WELL, receiving=HalfStanding(verdict, failing_since=5.0, diagnosis=diagnosis))


async def test_agenda_calls_in_the_order_of_times_and_forgets_the_cancelled() -> None:
    clock = JumpingClock()
    called: list[str] = []
    agenda = Agenda(clock)
    task = asyncio.ensure_future(agenda.run())
    agenda.after(50, lambda: called.append("late"))
    agenda.after(100_000, lambda: called.append("never"))
    dropped = agenda.after(20, lambda: called.append("dropped"))
    await clock.pass_by(1)
    agenda.after(10, lambda: called.append("early"))
    agenda.after(-5, lambda: called.append("at once"))
    dropped.cancel()
    await clock.pass_by(5)
    assert called == ["at once"]
    await clock.pass_by(3600)
    assert called == ["at once", "early", "late"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_board_drops_the_stale_and_the_equal() -> None:
    board = Board()
    heard: list[Snapshot | Gone] = []
    leave = board.subscribe(heard.append)
    assert board.publish(Snapshot(MAILBOX, WELL, 1))
    assert not board.publish(Snapshot(MAILBOX, WELL, 2))
    assert not board.publish(Snapshot(MAILBOX, replace(WELL, since=3.0), 1))
    assert board.publish(Snapshot(MAILBOX, WELL, 3, checking_now=True))
    board.withdraw(MailboxId("m"))
    board.withdraw(MailboxId("m"))
    assert [type(each) for each in heard] == [Snapshot, Snapshot, Gone]
    leave()
    leave()
    board.publish(Snapshot(MAILBOX, WELL, 4))
    assert len(heard) == 3


def test_a_listener_may_leave_while_it_is_told() -> None:
    board = Board()
    heard: list[Snapshot | Gone] = []
    leave = board.subscribe(lambda news: leave())
    board.subscribe(heard.append)
    board.publish(Snapshot(MAILBOX, WELL, 1))
    assert len(heard) == 1


def test_waits() -> None:
    assert (jittered(100, lambda: 0.0), jittered(100, lambda: 1.0)) == pytest.approx((80, 120))
    assert between((2.0, 5.0), lambda: 0.5) == 3.5


def taken(journal: Journal, standing: Standing, now: float) -> Incident | None:
    mailbox = Mailbox(standing.mailbox_id, "me@example.com", Endpoint("mail.example", 993, Security.TLS, "me"), None)
    return next(iter(journal.take(mailbox, standing, standing, now).incidents), None)


def test_journal_opens_renews_and_closes_one_incident() -> None:
    journal = Journal()
    opened = taken(journal, down(Verdict.RECONNECTING, Cause.SERVER_BUSY), 10.0)
    assert opened is not None
    assert (opened.started_at, opened.opened_at, opened.is_open) == (5.0, 10.0, True)
    assert taken(journal, down(Verdict.RECONNECTING, Cause.SERVER_BUSY), 20.0) is None
    worse = taken(journal, down(Verdict.NEEDS_YOU, Cause.OVER_QUOTA), 30.0)
    assert worse is not None
    assert (worse.id, worse.verdict, worse.opened_at) == (opened.id, Verdict.NEEDS_YOU, 10.0)
    closed = taken(journal, WELL, 40.0)
    assert closed is not None
    assert (closed.id, closed.closed_at) == (opened.id, 40.0)
    assert taken(journal, WELL, 50.0) is None


def test_journal_says_nothing_of_suspicion_or_of_what_lies_under_a_veil() -> None:
    journal = Journal()
    assert taken(journal, down(Verdict.SUSPECT, Cause.SERVER_BUSY), 1.0) is None
    veiled = replace(down(Verdict.NEEDS_YOU, Cause.OVER_QUOTA), veils=frozenset({Veil(VeilReason.BY_PERSON)}))
    assert taken(journal, veiled, 1.0) is None


def test_journal_knows_the_incidents_of_the_last_run() -> None:
    first = taken(Journal(), down(Verdict.NEEDS_YOU, Cause.OVER_QUOTA), 10.0)
    assert first is not None
    closed = taken(Journal([first]), WELL, 99.0)
    assert closed is not None
    assert closed.id == first.id


def test_journal_notes_changes_of_what_is_shown_and_of_the_cause() -> None:
    journal = Journal()
    busy, full = down(Verdict.RECONNECTING, Cause.SERVER_BUSY), down(Verdict.RECONNECTING, Cause.MAINTENANCE)
    assert journal.change(WELL, WELL, 1.0) is None
    assert journal.change(WELL, busy, 1.0) is not None
    change = journal.change(busy, full, 2.0)
    assert change is not None
    assert change.cause == "maintenance"
    assert journal.change(busy, busy, 2.0) is None
