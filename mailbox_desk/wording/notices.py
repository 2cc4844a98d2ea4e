"""A notice of the engine in words: title, body, buttons. Plain text: who shows it escapes what must be."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from mailbox_desk.model.admin_connection import AdminConnection
from mailbox_desk.model.cause import CAUSES, Severity
from mailbox_desk.model.incident import IncidentKind
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Announcement, Choice, Notice, NoticeKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.wording.shared import Look, NameOf, shared_back, shared_notice
from mailbox_desk.wording.voice import Wording

_NAMED: Final = 3  # addresses in a notice of many
_WELL: Final = (Shown.CONNECTED, Shown.SUSPECT, Shown.BLIND)


def announce(words: Wording, notice: Notice, look: Look, now: float, name_of: NameOf = str) -> Announcement | None:
    """The words of a notice at `now` (seconds since 1970 UTC); None where its mailboxes are gone, or it has none.
    `name_of` gives a provider's id in words."""
    if notice.key_ends is not None:
        return key_ends(words, notice.key_ends, notice.served, now)
    snapshots = [each for each in map(look, notice.mailboxes) if each is not None]
    is_back = notice.kind is NoticeKind.BACK
    if is_back and _is_shared(notice):  # paused meanwhile, or with another trouble: such a one is not back
        snapshots = [each for each in snapshots if each.shown in _WELL]
    if not snapshots or notice.kind is NoticeKind.WITHDRAWN:
        return None
    if is_back:
        title, body = _back(words, notice, snapshots, name_of)
    elif notice.kind is NoticeKind.SHARED:
        title, body = shared_notice(words, notice.incidents, name_of, now, look)
    else:
        title, body = _trouble(words, notice, snapshots, now)
    return Announcement(
        incidents=frozenset(each.id for each in notice.incidents) | notice.replaces,
        mailboxes=tuple(each.id for each in snapshots),
        title=title,
        body=body,
        shown=Shown.CONNECTED if is_back else Shown(notice.verdict.value),
        severity=Severity.NOTE if is_back else max(CAUSES[each.cause].severity for each in notice.incidents),
        buttons=_buttons(words, notice, len(snapshots)),
        is_over=is_back,
    )


def key_ends(words: Wording, connection: AdminConnection, served: tuple[MailboxId, ...], now: float) -> Announcement:
    """The key of an admin connection ends soon, or has."""
    ends = connection.secret_expires_at or now
    over = "_over" if ends <= now else ""
    moment = datetime.fromtimestamp(ends).astimezone()
    day = words.text("grant.day", day=moment.day, month=words.text(f"time.month.{moment.month}"))
    return Announcement(
        incidents=frozenset({f"key-{connection.id}"}),
        mailboxes=served,
        title=words.text(f"tray.key_ends.title{over}", domain=connection.domains[0] if connection.domains else ""),
        body=words.plural(f"tray.key_ends.body{over}", len(served), day=day),
        shown=Shown.NEEDS_YOU if over else Shown.CONNECTED,
        severity=Severity.TROUBLE,
        buttons=((Choice.SHOW, words.text("tray.button.show")),) if served else (),
    )


def closing_explained(words: Wording) -> Announcement:
    """Said once, when the window first goes away and the desk goes on."""
    return Announcement(
        incidents=frozenset(),
        mailboxes=(),
        title=words.text("tray.goes_on.title"),
        body=words.text("tray.goes_on.body"),
        shown=Shown.CONNECTED,
        severity=Severity.NOTE,
    )


def _trouble(words: Wording, notice: Notice, snapshots: list[Snapshot], now: float) -> tuple[str, str]:
    verdict = notice.verdict.value.lower()
    if len(snapshots) == 1:
        only = snapshots[0]
        body = " ".join(filter(None, (words.headline(only), words.next_step(only, now))))
        return words.text(f"tray.trouble.{verdict}", address=only.mailbox.address), body
    in_need = sum(each.verdict is Verdict.NEEDS_YOU for each in notice.incidents)
    is_mixed = 0 < in_need < len(notice.incidents)
    title = words.plural("tray.group.mixed" if is_mixed else f"tray.group.{verdict}", len(snapshots))
    often = words.text("tray.group.often", phrase=words.text(f"cause.{notice.cause.value}.phrase"))
    need = [words.plural("tray.group.in_need", in_need)] if is_mixed else []
    return title, " ".join([*need, often, _names(words, snapshots)])


def _is_shared(notice: Notice) -> bool:
    return all(each.kind is IncidentKind.SHARED for each in notice.incidents)


def _back(words: Wording, notice: Notice, snapshots: list[Snapshot], name_of: NameOf) -> tuple[str, str]:
    if _is_shared(notice):
        return shared_back(words, notice.incidents, len(snapshots), name_of)
    if len(snapshots) > 1:
        return words.plural("tray.back.many", len(snapshots)), _names(words, snapshots)
    incident = notice.incidents[0]
    title = words.text("tray.back.one", address=snapshots[0].mailbox.address)
    lasted = (incident.closed_at or incident.seen_at) - incident.started_at
    return title, words.text("tray.back.after", time=words.duration(max(0.0, lasted)))


def _names(words: Wording, snapshots: list[Snapshot]) -> str:
    named = ", ".join(each.mailbox.address for each in snapshots[:_NAMED])
    more = len(snapshots) - _NAMED
    return (
        words.plural("tray.group.and_more", more, names=named)
        if more > 0
        else words.text("tray.group.all", names=named)
    )


def _buttons(words: Wording, notice: Notice, count: int) -> tuple[tuple[Choice, str], ...]:
    show = (Choice.SHOW, words.text("tray.button.show"))
    if count == 1 and notice.kind is NoticeKind.TROUBLE and notice.verdict is Verdict.NEEDS_YOU:
        return (Choice.RECONNECT, words.text("tray.button.reconnect")), show
    return (show,)
