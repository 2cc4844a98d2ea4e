from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown, VeilReason, Verdict
from mailbox_desk.ui.tally import WORST_FIRST, Tally
from mailbox_desk.wording import Wording
from tests.ui.samples import dozen, snapshot


def known(each: Snapshot) -> Snapshot:
    return replace(each, standing=replace(each.standing, acknowledged=True))


def of(*snapshots: Snapshot) -> Tally:
    tally = Tally()
    tally.take(snapshots)
    return tally


def test_the_order_has_every_status() -> None:
    assert sorted(WORST_FIRST) == sorted(Shown)


@pytest.mark.parametrize(("place", "worst"), list(enumerate(WORST_FIRST)))
def test_the_worst_of_what_is_there(place: int, worst: Shown) -> None:
    def shown(each: Shown) -> Snapshot:
        match each:
            case Shown.BLIND:
                return snapshot(each.value, veil=VeilReason.OFFLINE)
            case Shown.PAUSED:
                return snapshot(each.value, veil=VeilReason.BY_PERSON)
            case _:
                return snapshot(each.value, Verdict(each.value), Cause.SERVER_BUSY)

    assert of(*(shown(each) for each in WORST_FIRST[place:])).worst is worst


def test_the_acknowledged_is_not_the_worst_until_it_is_news_again() -> None:
    need, fine = snapshot("a", Verdict.NEEDS_YOU, Cause.OVER_QUOTA), snapshot("b")
    tally = of(known(need), fine)
    assert (tally.worst, tally.in_need()) == (Shown.CONNECTED, [])
    assert of(known(need)).worst is None
    tally.take([need])
    assert (tally.worst, tally.in_need()) == (Shown.NEEDS_YOU, [MailboxId("a")])
    tally.take([Gone(MailboxId("a"))])
    assert tally.worst is Shown.CONNECTED
    assert of(known(fine)).worst is Shown.CONNECTED, "only a trouble can be known"


def test_the_summary_names_the_worst_first(words: Wording) -> None:
    assert of(*dozen()).summary(words) == "4 mailboxes need you. 2 are reconnecting by themselves."
    assert of(snapshot("a"), snapshot("b")).summary(words) == "All 2 mailboxes are connected."
    assert of().summary(words) == "No mailboxes yet."
    assert of().worst is None


def test_all_paused() -> None:
    paused = snapshot("a", veil=VeilReason.BY_PERSON)
    assert of(paused).all_paused()
    assert not of(paused, snapshot("b")).all_paused()
    assert not of().all_paused()


def test_what_changes_often_is_counted_once() -> None:
    tally = Tally()
    for verdict in (Verdict.CONNECTED, Verdict.NEEDS_YOU, Verdict.NEEDS_YOU, Verdict.CONNECTED, Verdict.NEEDS_YOU):
        tally.take([snapshot("a", verdict, None if verdict is Verdict.CONNECTED else Cause.OVER_QUOTA), snapshot("b")])
    assert (tally.worst, tally.in_need()) == (Shown.NEEDS_YOU, [MailboxId("a")])
    tally.take([Gone(MailboxId("a")), Gone(MailboxId("a")), Gone(MailboxId("never"))])
    assert (tally.worst, tally.in_need(), tally.ids()) == (Shown.CONNECTED, [], [MailboxId("b")])
