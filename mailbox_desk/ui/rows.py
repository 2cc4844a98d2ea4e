"""What one line of the list says: pure values made of a snapshot and the words. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from mailbox_desk.model.cause import CAUSES, Severity
from mailbox_desk.model.check import Outcome
from mailbox_desk.model.first_row import FirstRow
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown
from mailbox_desk.ui.look import LOOKS, Mark, mark_of
from mailbox_desk.ui.offers import Offer, offer_of
from mailbox_desk.wording import Wording
from mailbox_desk.wording.voice import due_of


class Column(IntEnum):
    """The columns of the list, from left to right."""

    STATUS = 0
    MAILBOX = 1
    MARKS = 2
    CAUSE = 3
    SINCE = 4
    NEXT = 5


@dataclass(frozen=True, slots=True)
class Row:
    """`since` is seconds since 1970 UTC; `offer` the one act offered, NOTHING where there is none; `next_in_short`
    is what fits the column, `next_step` the whole sentence."""

    id: MailboxId
    shown: Shown
    status: str
    address: str
    provider: str
    receiving: Mark
    sending: Mark
    marks: str
    cause: str
    since: float
    next_step: str
    next_in_short: str = ""
    offer: Offer = Offer.NOTHING
    severity: Severity = Severity.NOTE
    checking_now: bool = False
    is_live: bool = True

    @property
    def gravity(self) -> tuple[int, int, float, str]:
        """Orders rows the worst first: by status, then how loud, then the newest trouble, then the address."""
        is_calm = self.shown in (Shown.CONNECTED, Shown.CHECKING)
        return LOOKS[self.shown].rank, -self.severity, 0.0 if is_calm else -self.since, self.address


def row_of(snapshot: Snapshot, words: Wording, provider_name: Callable[[str], str], now: float) -> Row:
    """The line of a mailbox at `now` (seconds since 1970 UTC)."""
    standing = snapshot.standing
    diagnosis = standing.diagnosis
    receiving, sending = standing.receiving, standing.sending
    return Row(
        id=snapshot.id,
        shown=snapshot.shown,
        status=words.status(snapshot.shown),
        address=snapshot.mailbox.address,
        provider=provider_name(snapshot.mailbox.provider),
        receiving=mark_of(receiving.outcome, receiving.verdict),
        sending=mark_of(sending.outcome, sending.verdict),
        marks=_marks_in_words(words, receiving.outcome, sending.outcome),
        cause=words.cause_phrase(snapshot),
        since=standing.since,
        next_step=words.next_step(snapshot, now),
        next_in_short=_next_in_short(snapshot, words, now),
        offer=offer_of(snapshot),
        severity=CAUSES[diagnosis.cause].severity if diagnosis else Severity.NOTE,
        checking_now=snapshot.checking_now,
    )


def timed_again(row: Row, snapshot: Snapshot, words: Wording, now: float) -> Row:
    """The same line later: only what speaks of time is said anew."""
    short = _next_in_short(snapshot, words, now)
    return replace(row, next_step=words.next_step(snapshot, now), next_in_short=short)


def _next_in_short(snapshot: Snapshot, words: Wording, now: float) -> str:
    """Whose turn it is in a word or two: the act for a person, the time where the desk goes on by itself."""
    match snapshot.shown:
        case Shown.CONNECTED | Shown.PAUSED | Shown.BLIND:
            return ""
        case Shown.NEEDS_YOU:
            diagnosis = snapshot.standing.diagnosis
            return words.action(CAUSES[diagnosis.cause].action) if diagnosis else ""
        case Shown.RECONNECTING | Shown.SUSPECT | Shown.CHECKING:
            at = snapshot.held_until or due_of(snapshot)
            is_near = snapshot.checking_now or at is None or at <= now
            return words.text("ui.list.now") if is_near or at is None else words.clock(at, now)


def _marks_in_words(words: Wording, receiving: Outcome, sending: Outcome) -> str:
    halves = ((Half.RECEIVING, receiving), (Half.SENDING, sending))
    return words.text("ui.list.marks", **{half.value: words.text(f"ui.outcome.{out.value}") for half, out in halves})


BUTTONS: Final = frozenset(Offer) - {Offer.NOTHING, Offer.CHECK_NOW}


def has_button(row: Row) -> bool:
    """The row's next step is an act that this window can begin."""
    return row.offer in BUTTONS


def first_row(stored: FirstRow, words: Wording) -> Row:
    """The line of a mailbox as it was last stored, before the engine speaks."""
    unknown = mark_of(Outcome.NOT_TRIED, None)
    return Row(
        id=MailboxId(stored.mailbox_id),
        shown=stored.shown,
        status=words.status(stored.shown),
        address=stored.address,
        provider="",
        receiving=unknown,
        sending=unknown,
        marks="",
        cause=words.text(f"cause.{stored.cause}.phrase") if stored.cause else "",
        since=stored.since,
        next_step="",
        is_live=False,
    )
