"""Notices in words: what, why, what next; each of many named once, and no markup."""

from __future__ import annotations

import pytest

from mailbox_desk.model.admin_connection import AdminConnection, ConnectionId, ConnectionKind
from mailbox_desk.model.cause import Cause, Severity
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Announcement, Choice, Notice, NoticeKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.wording import Wording
from mailbox_desk.wording.notices import announce, closing_explained
from tests.ui.samples import NOW, snapshot

WORDS = Wording.load(["en"], strict=True)


def desk(verdict: Verdict = Verdict.NEEDS_YOU, count: int = 5) -> dict[MailboxId, Snapshot]:
    cause = Cause.CREDENTIALS_REJECTED if verdict.is_down else None
    return {MailboxId(f"m{each}"): snapshot(f"m{each}", verdict, cause) for each in range(count)}


def incident(number: int, verdict: Verdict = Verdict.NEEDS_YOU, cause: Cause = Cause.CREDENTIALS_REJECTED) -> Incident:
    return Incident(f"i{number}", (MailboxId(f"m{number}"),), cause, verdict, NOW - 700, NOW - 600, NOW, NOW)


def told(kind: NoticeKind, *incidents: Incident, verdict: Verdict = Verdict.NEEDS_YOU) -> Announcement:
    announcement = announce(WORDS, Notice(kind, incidents), desk(verdict).get, NOW)
    assert announcement is not None
    return announcement


def test_one_that_needs_a_person() -> None:
    one = told(NoticeKind.TROUBLE, incident(0))
    assert one.title == "m0@example.org needs you"
    assert "wrong" in one.body
    assert one.body.endswith("Enter the right password.")
    assert [choice for choice, _ in one.buttons] == [Choice.RECONNECT, Choice.SHOW]
    assert (one.shown, one.incidents, one.mailboxes) == (Shown.NEEDS_YOU, frozenset({"i0"}), (MailboxId("m0"),))


def test_one_that_the_desk_mends_has_nothing_to_reconnect() -> None:
    busy = incident(0, Verdict.RECONNECTING, Cause.SERVER_BUSY)
    one = told(NoticeKind.TROUBLE, busy, verdict=Verdict.RECONNECTING)
    assert one.title == "m0@example.org is not connected"
    assert [choice for choice, _ in one.buttons] == [Choice.SHOW]


def test_many_are_counted_with_their_commonest_cause_and_some_names() -> None:
    many = told(NoticeKind.GROUP, incident(0, cause=Cause.OVER_QUOTA), *(incident(each) for each in range(1, 5)))
    assert many.title == "5 mailboxes need you"
    phrase = WORDS.text("cause.credentials_rejected.phrase")
    assert many.body == f"Most often: {phrase}. m0@example.org, m1@example.org, m2@example.org and 2 more."
    mixed = told(NoticeKind.GROUP, incident(0), incident(1, Verdict.RECONNECTING))
    assert mixed.title == "2 mailboxes are not connected"
    assert mixed.body.startswith("1 of them needs you.")


def test_those_that_are_back() -> None:
    one = told(NoticeKind.BACK, incident(0), verdict=Verdict.CONNECTED)
    assert (one.title, one.shown, one.severity) == ("m0@example.org is back", Shown.CONNECTED, Severity.NOTE)
    assert one.is_over
    assert "11 min" in one.body
    two = told(NoticeKind.BACK, incident(0), incident(1), verdict=Verdict.CONNECTED)
    assert two.title == "2 mailboxes are back"


@pytest.mark.parametrize("kind", [NoticeKind.TROUBLE, NoticeKind.BACK])
def test_of_what_is_gone_nothing_is_said(kind: NoticeKind) -> None:
    assert announce(WORDS, Notice(kind, (incident(99),)), desk().get, NOW) is None
    assert announce(WORDS, Notice(NoticeKind.WITHDRAWN, (incident(0),)), desk().get, NOW) is None


def test_what_closing_does_is_about_no_mailbox() -> None:
    assert closing_explained(WORDS).mailboxes == ()


def test_a_key_that_ends() -> None:
    connection = AdminConnection(
        ConnectionId("m"), ConnectionKind.MICROSOFT_APP_ONLY, ("fable.example",), "app", secret_expires_at=NOW + 86_400
    )
    served = (MailboxId("m0"), MailboxId("m1"))
    one = announce(WORDS, Notice(NoticeKind.KEY_ENDS, (), key_ends=connection, served=served), desk().get, NOW)
    assert one is not None
    assert (one.title, one.mailboxes) == ("The key for fable.example ends soon", served)
    assert "signs in 2 mailboxes until" in one.body
    over = announce(WORDS, Notice(NoticeKind.KEY_ENDS, (), key_ends=connection), desk().get, NOW + 2 * 86_400)
    assert over is not None
    assert (over.title, over.shown) == ("The key for fable.example has ended", Shown.NEEDS_YOU)
