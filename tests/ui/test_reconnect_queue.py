"""Whose turn it is: nobody is lost, nobody has two turns unasked, what is done stays done."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.reconnect_queue import Entry, Mark, Queue, queue_of
from tests.ui.samples import snapshot

THREE = Queue(tuple(Entry(MailboxId(each), f"{each}@example.org", "Google") for each in "abc"))


def test_only_those_that_a_person_can_mend_here_by_provider_then_address() -> None:
    needs = Verdict.NEEDS_YOU
    made = queue_of(
        [
            snapshot("1", needs, Cause.CREDENTIALS_REJECTED, address="z@b.org"),
            snapshot("2", needs, Cause.ACCOUNT_SUSPENDED, address="y@b.org"),
            snapshot("3", Verdict.CONNECTED),
            snapshot("4", Verdict.RECONNECTING, Cause.SERVER_BUSY),
            snapshot("5", needs, Cause.TOKEN_EXPIRED, address="A@b.org"),
        ],
        {},
    )
    assert [entry.address for entry in made.entries] == ["A@b.org", "z@b.org"]


def test_who_was_put_off_comes_again_after_the_others_and_only_once() -> None:
    queue = THREE.next().marked(MailboxId("a"), Mark.SKIPPED).next()
    assert queue.current == "b"
    queue = queue.marked(MailboxId("b"), Mark.DONE).next().marked(MailboxId("c"), Mark.FAILED, "refused").next()
    assert queue.current == "a"
    queue = queue.marked(MailboxId("a"), Mark.SKIPPED).next()
    assert queue.current == "c"
    queue = queue.marked(MailboxId("c"), Mark.FAILED).next()
    assert queue.current is None
    assert [entry.id for entry in queue.left] == ["a", "c"]


def test_what_is_done_stays_done_and_who_is_removed_is_gone() -> None:
    queue = THREE.marked(MailboxId("a"), Mark.DONE).marked(MailboxId("a"), Mark.FAILED)
    assert queue.entry(MailboxId("a")) == Entry(MailboxId("a"), "a@example.org", "Google", Mark.DONE)
    queue = queue.turned_to(MailboxId("b")).without(MailboxId("b"))
    assert queue.current is None
    assert [entry.id for entry in queue.entries] == ["a", "c"]


@given(st.lists(st.sampled_from([Mark.DONE, Mark.SKIPPED, Mark.FAILED, Mark.HELD]), max_size=40), st.integers(0, 12))
def test_it_ends_and_loses_nobody(marks: list[Mark], count: int) -> None:
    queue = Queue(tuple(Entry(MailboxId(str(n)), f"{n}@example.org", "P") for n in range(count))).next()
    turns = 0
    while queue.current is not None:
        mark = marks[turns % len(marks)] if marks else Mark.SKIPPED
        queue = queue.marked(queue.current, mark).next()
        turns += 1
    assert turns <= 2 * count
    assert len(queue.entries) == count
    assert all(entry.turns in (1, 2) and entry.mark is not Mark.WAITING for entry in queue.entries)
    assert all(entry.mark is Mark.DONE or entry.turns == 2 for entry in queue.entries)
