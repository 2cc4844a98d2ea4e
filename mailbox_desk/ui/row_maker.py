"""From the engine's snapshots to the lines of the list. It keeps the newest snapshot of each mailbox; no Qt here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.cause import CAUSES, Severity
from mailbox_desk.model.check import Outcome
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Snapshot
from mailbox_desk.model.verdict import Half, Shown, Verdict
from mailbox_desk.ui.day import DayBook
from mailbox_desk.ui.look import NO_MARK, Mark, Shape, Tone
from mailbox_desk.ui.offers import offer_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.ui.together import Together
from mailbox_desk.wording import Wording
from mailbox_desk.wording.voice import due_of


@dataclass(frozen=True, slots=True)
class News:
    """What changed in the list: lines new or changed, and mailboxes that went."""

    rows: tuple[Row, ...]
    gone: tuple[MailboxId, ...]


class RowMaker:
    """`now` gives seconds since 1970 UTC, `provider_name` a provider's id in words."""

    def __init__(
        self,
        words: Wording,
        provider_name: Callable[[str], str],
        now: Callable[[], float],
        days: DayBook,
        together: Together | None = None,
    ) -> None:
        self._words, self._provider_name, self._now = words, provider_name, now
        self._days = days
        self._together = together or Together(words, provider_name)
        self._snapshots: dict[MailboxId, Snapshot] = {}

    def snapshot(self, mailbox_id: MailboxId) -> Snapshot | None:
        return self._snapshots.get(mailbox_id)

    def take(self, news: Iterable[Snapshot | Gone]) -> News:
        """The newest of each mailbox counts."""
        rows: dict[MailboxId, Row] = {}
        gone: dict[MailboxId, None] = {}
        now = self._now()
        for each in news:
            if isinstance(each, Gone):
                rows.pop(each.id, None)
                self._snapshots.pop(each.id, None)
                self._days.forget(each.id)
                gone[each.id] = None
            else:
                gone.pop(each.id, None)
                self._snapshots[each.id] = each
                self._days.note(each.id, each.shown, each.standing.since)
                rows[each.id] = self._made(each, now)
        return News(tuple(rows.values()), tuple(gone))

    def again(self, ids: Sequence[MailboxId]) -> tuple[Row, ...]:
        """These lines anew: time has gone by, and some of what they say speaks of time."""
        now = self._now()
        known = (self._snapshots.get(mailbox_id) for mailbox_id in ids)
        return tuple(self._made(snapshot, now) for snapshot in known if snapshot is not None)

    def _made(self, snapshot: Snapshot, now: float) -> Row:
        row = row_of(snapshot, self._words, self._provider_name, now, self._together.phrase(snapshot, now))
        return replace(row, day=self._days.day(snapshot.id, now))


def row_of(
    snapshot: Snapshot, words: Wording, provider_name: Callable[[str], str], now: float, together: str = ""
) -> Row:
    """The line of a mailbox at `now` (seconds since 1970 UTC), its last day left out. `together`: what it has with
    others, in place of its own cause."""
    standing, mailbox = snapshot.standing, snapshot.mailbox
    diagnosis = standing.diagnosis
    receiving, sending = standing.receiving, standing.sending
    provider, cause = provider_name(mailbox.provider), together or words.cause_phrase(snapshot)
    return Row(
        id=snapshot.id,
        shown=snapshot.shown,
        status=words.status(snapshot.shown),
        address=mailbox.address,
        provider=provider,
        receiving=mark_of(receiving),
        sending=mark_of(sending),
        marks=_marks_in_words(words, receiving.outcome, sending.outcome),
        cause=cause,
        since=standing.since,
        next_step=words.next_step(snapshot, now),
        next_in_short=_next_in_short(snapshot, words, now),
        offer=offer_of(snapshot),
        severity=CAUSES[diagnosis.cause].severity if diagnosis else Severity.NOTE,
        checking_now=snapshot.checking_now,
        acknowledged=standing.acknowledged,
        checked=standing.last_checked,
        provider_id=mailbox.provider,
        cause_id=diagnosis.cause.value if diagnosis and cause else "",
        tags=mailbox.tags,
        sought=_sought(mailbox, provider, cause),
    )


def mark_of(half: HalfStanding) -> Mark:
    """What a half's sign is by its last outcome, coloured by the half's own verdict."""
    match half.outcome:
        case Outcome.OK:
            return Mark(Shape.TICK, Tone.GREEN)
        case Outcome.FAILED if half.verdict is Verdict.SUSPECT:
            return Mark(Shape.QUESTION, Tone.AMBER)
        case Outcome.FAILED:
            return Mark(Shape.CROSS, Tone.AMBER if half.verdict is Verdict.RECONNECTING else Tone.RED)
        case Outcome.OFF | Outcome.NOT_TRIED:
            return NO_MARK


def _sought(mailbox: Mailbox, provider: str, cause: str) -> str:
    return "\n".join((mailbox.address, mailbox.name, provider, cause, mailbox.note, *mailbox.tags)).casefold()


def _next_in_short(snapshot: Snapshot, words: Wording, now: float) -> str:
    """Whose turn it is in a word or two: the act for a person, the time where the desk goes on by itself."""
    match snapshot.shown:
        case Shown.CONNECTED | Shown.BLIND:
            return ""
        case Shown.PAUSED:
            ends = [veil.until for veil in snapshot.standing.veils if veil.until is not None]
            return words.text("ui.list.until", clock=words.clock(max(ends), now)) if ends else ""
        case Shown.NEEDS_YOU:
            diagnosis = snapshot.standing.diagnosis
            return words.action(diagnosis.action) if diagnosis else ""
        case Shown.RECONNECTING | Shown.SUSPECT | Shown.CHECKING:
            at = snapshot.held_until or due_of(snapshot)
            is_near = snapshot.checking_now or at is None or at <= now
            return words.text("ui.list.now") if is_near or at is None else words.clock(at, now)


def _marks_in_words(words: Wording, receiving: Outcome, sending: Outcome) -> str:
    halves = ((Half.RECEIVING, receiving), (Half.SENDING, sending))
    return words.text("ui.list.marks", **{half.value: words.text(f"ui.outcome.{out.value}") for half, out in halves})
