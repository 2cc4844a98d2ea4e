"""Many mailboxes to be brought back one after the other: whose turn it is, and what became of the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.reconnect_plan import Need, need_of

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId
    from mailbox_desk.model.snapshot import Snapshot

MENDED_HERE: Final = frozenset(
    {Need.PASSWORD, Need.APP_PASSWORD, Need.SIGN_IN, Need.SERVERS, Need.CERTIFICATE, Need.PROVIDER_PAGE}
)
"""What a person can do something about in this window; who only waits, or must ask somebody, is no use in a queue."""


class Mark(StrEnum):
    """How far one is. SKIPPED, FAILED and HELD (by the login limits) are offered once more after the others."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    HELD = "held"


_LATER: Final = (Mark.FAILED, Mark.SKIPPED, Mark.HELD)


@dataclass(frozen=True, slots=True)
class Entry:
    """One mailbox of the queue. `turns`: how often it was its turn; `note`: what became of the last try, in words."""

    id: MailboxId
    address: str
    provider: str
    mark: Mark = Mark.WAITING
    turns: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """In the order in which they are taken: by provider, so that one is signed in at once to all its mailboxes, then by
    address. `current` is whose turn it is, None before the first and after the last."""

    entries: tuple[Entry, ...] = ()
    current: MailboxId | None = None

    @property
    def counts(self) -> Mapping[Mark, int]:
        return Counter(entry.mark for entry in self.entries)

    @property
    def done(self) -> int:
        return self.counts[Mark.DONE]

    @property
    def left(self) -> tuple[Entry, ...]:
        """Those that are not back yet."""
        return tuple(entry for entry in self.entries if entry.mark is not Mark.DONE)

    def entry(self, mailbox_id: MailboxId) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == mailbox_id), None)

    def marked(self, mailbox_id: MailboxId, mark: Mark, note: str = "") -> Queue:
        """The same with this mark set. What is done stays done: it was proved."""
        entries = tuple(
            replace(entry, mark=mark, note=note) if entry.id == mailbox_id and entry.mark is not Mark.DONE else entry
            for entry in self.entries
        )
        return replace(self, entries=entries)

    def without(self, mailbox_id: MailboxId) -> Queue:
        """The mailbox was removed from the desk."""
        entries = tuple(entry for entry in self.entries if entry.id != mailbox_id)
        return Queue(entries, None if self.current == mailbox_id else self.current)

    def turned_to(self, mailbox_id: MailboxId) -> Queue:
        """It is this one's turn, out of order perhaps: the person chose it."""
        entries = tuple(
            replace(entry, turns=entry.turns + 1) if entry.id == mailbox_id else entry for entry in self.entries
        )
        return Queue(entries, mailbox_id)

    def next(self) -> Queue:
        """The next one's turn: who waits comes before who was put off, and nobody is put off twice unasked."""
        waiting = [entry for entry in self._from_current() if entry.mark is Mark.WAITING]
        again = [entry for entry in self._from_current() if entry.mark in _LATER and entry.turns < _MOST_TURNS]
        chosen = (waiting or again)[:1]
        return self.turned_to(chosen[0].id) if chosen else replace(self, current=None)

    def _from_current(self) -> Sequence[Entry]:
        """All, the one after the current first."""
        places = [place for place, entry in enumerate(self.entries) if entry.id == self.current]
        after = places[0] + 1 if places else 0
        return [*self.entries[after:], *self.entries[:after]]


_MOST_TURNS: Final = 2


def queue_of(snapshots: Iterable[Snapshot], provider_names: Mapping[str, str]) -> Queue:
    """Those of the mailboxes that a person can bring back here."""
    wanted = [
        Entry(each.id, each.mailbox.address, provider_names.get(each.mailbox.provider, each.mailbox.provider))
        for each in snapshots
        if is_for_the_queue(each)
    ]
    return Queue(tuple(sorted(wanted, key=lambda entry: (entry.provider.casefold(), entry.address.casefold()))))


def is_for_the_queue(snapshot: Snapshot) -> bool:
    """It needs a person, and this window is the place."""
    return snapshot.shown is Shown.NEEDS_YOU and need_of(snapshot) in MENDED_HERE
