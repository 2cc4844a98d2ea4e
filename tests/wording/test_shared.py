"""What many have together, in words: where, how many, whose move; and nobody is said to be back who is not."""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Announcement, Choice, Notice, NoticeKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown, VeilReason, Verdict
from mailbox_desk.wording import Wording
from mailbox_desk.wording.notices import announce
from mailbox_desk.wording.shared import shared_in_pane, shared_line, shared_phrase, shared_title
from tests.ui.samples import NOW, snapshot

WORDS = Wording.load(["en"], strict=True)
IDS = tuple(MailboxId(f"m{number}") for number in range(38))


def names(provider: str) -> str:
    return {"google": "Google", "gmx": "GMX"}[provider]


def outage(
    cause: Cause = Cause.PROVIDER_OUTAGE,
    circle: Circle = Circle.PROVIDER,
    name: str = "google",
    verdict: Verdict = Verdict.RECONNECTING,
) -> Incident:
    return Incident(
        f"i-{name}", IDS, cause, verdict, NOW - 900, NOW - 800, NOW, kind=IncidentKind.SHARED,
        place=Place(circle, name), of=40,
    )  # fmt: skip


def told(kind: NoticeKind, *incidents: Incident, paused: int = 0) -> Announcement | None:
    veils = [VeilReason.BY_PERSON if place < paused else None for place in range(len(IDS))]
    desk: dict[MailboxId, Snapshot] = {each: snapshot(each, veil=veil) for each, veil in zip(IDS, veils, strict=True)}
    return announce(WORDS, Notice(kind, incidents, frozenset({"old"})), desk.get, NOW, names)


def test_where_and_with_how_many() -> None:
    assert shared_title(WORDS, outage(), names) == "Google has trouble: 38 of 40 mailboxes"
    by_host = outage(Cause.TLS_FAILURE, Circle.HOST, "imap.own.example", Verdict.NEEDS_YOU)
    assert shared_title(WORDS, by_host, names) == "imap.own.example shows a bad certificate: 38 of 40 mailboxes"
    assert shared_phrase(WORDS, outage(), names) == "Google has trouble"
    assert "38 of 40 mailboxes at Google, since" in shared_in_pane(WORDS, outage(), names, NOW)


def test_whose_move_it_is() -> None:
    assert shared_line(WORDS, outage(), names).endswith("They wait for it. Nothing for you to do.")
    busy = outage(Cause.TOO_MANY_LOGINS)
    assert shared_line(WORDS, busy, names).endswith("The desk tries again by itself. Nothing for you to do.")
    shut = outage(Cause.ACCOUNT_SUSPENDED, Circle.DOMAIN, "ours.example", Verdict.NEEDS_YOU)
    assert shared_line(WORDS, shut, names) == (
        "ours.example is shut out: 38 of 40 mailboxes. Ask the admin, and check that the bill is paid."
    )
    wrong = outage(Cause.WRONG_SERVER_SETTINGS, Circle.HOST, "imap.x.example", Verdict.NEEDS_YOU)
    assert shared_line(WORDS, wrong, names).endswith("choose one of them to see what helps.")


def test_every_cause_that_can_be_shared_has_words() -> None:
    for cause in Cause:
        assert "{" not in shared_line(WORDS, outage(cause), names)


def test_one_notice_and_it_takes_the_place_of_what_went_into_it() -> None:
    one = told(NoticeKind.SHARED, outage())
    assert one is not None
    assert one.title == "Google has trouble: 38 of 40 mailboxes"
    assert one.body.startswith("They wait for it. Nothing for you to do. Since ")
    assert one.incidents == {"i-google", "old"}
    assert [choice for choice, _ in one.buttons] == [Choice.SHOW]
    both = told(NoticeKind.SHARED, outage(), outage(name="gmx"))
    assert both is not None
    assert both.title == "Google and GMX have trouble: 76 mailboxes"


def test_only_those_are_back_that_are() -> None:
    over = replace(outage(), left=frozenset(IDS), closed_at=NOW)
    back = told(NoticeKind.BACK, over, paused=8)
    assert back is not None
    assert (back.title, back.body) == ("Google works again: 30 mailboxes are back", "It took 15 min.")
    assert (back.is_over, back.shown) == (True, Shown.CONNECTED)
    assert told(NoticeKind.BACK, over, paused=38) is None


def test_a_refused_admin_connection_names_the_setting_to_change() -> None:
    incident = outage(Cause.OAUTH_APP_BLOCKED, Circle.CONNECTION, "firm.example", Verdict.NEEDS_YOU)
    assert shared_title(WORDS, incident, names) == (
        "The admin connection of firm.example is refused: 38 of 40 mailboxes"
    )
    assert shared_phrase(WORDS, incident, names) == "Admin connection refused"
    assert "38 of 40 mailboxes." in shared_in_pane(WORDS, incident, names, NOW)
    assert shared_line(WORDS, incident, names).endswith(WORDS.text("shared.connection.rest"))
    down = snapshot(IDS[0], Verdict.NEEDS_YOU, Cause.OAUTH_APP_BLOCKED)
    diagnosis = Diagnosis((RankedCause(Cause.OAUTH_APP_BLOCKED, 0.9),), "fleet-google-not-delegated")
    standing = replace(down.standing, receiving=replace(down.standing.receiving, diagnosis=diagnosis))
    look = {IDS[0]: replace(down, standing=standing)}.get
    setting = WORDS.text("rule.fleet-google-not-delegated.next_step")
    assert shared_line(WORDS, incident, names, look).endswith(setting)
    announced = announce(WORDS, Notice(NoticeKind.SHARED, (incident,)), look, NOW, names)
    assert announced is not None
    assert announced.body.startswith(setting)
