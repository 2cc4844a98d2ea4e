"""What one line of the list says: pure values, for the window paints from them before anything else is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.cause import Severity
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, NO_MARK, Mark
from mailbox_desk.ui.offers import Offer

if TYPE_CHECKING:
    from mailbox_desk.model.first_row import FirstRow
    from mailbox_desk.model.mailbox import MailboxId
    from mailbox_desk.wording import Wording


class Column(IntEnum):
    """The columns of the list, from left to right as they come; a person may move and hide them."""

    STATUS = 0
    MAILBOX = 1
    PROVIDER = 2
    MARKS = 3
    CAUSE = 4
    DAY = 5
    SINCE = 6
    CHECKED = 7
    NEXT = 8


FIXED: Final = frozenset({Column.STATUS, Column.MAILBOX, Column.NEXT})
"""What can't be hidden: without these the list says nothing."""

HIDDEN_AT_FIRST: Final = frozenset({Column.PROVIDER, Column.CHECKED})
"""The provider stands below the address already, and the pane tells the last check."""

Day = tuple[Shown | None, ...]
"""The worst of each hour, the oldest first; None: nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """Times are seconds since 1970 UTC. `offer` is the one act offered, NOTHING where there is none;
    `next_in_short` what fits the column, `next_step` the whole sentence; `sought` all that a search looks through, in
    small letters; `provider_id` and `cause_id` are those of the files."""

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
    acknowledged: bool = False
    checked: float | None = None
    provider_id: str = ""
    cause_id: str = ""
    tags: tuple[str, ...] = ()
    sought: str = ""
    day: Day = ()
    is_live: bool = True

    @property
    def gravity(self) -> tuple[int, bool, int, float, str]:
        """Orders rows the worst first: by status, what is known already last, then how loud, then the newest
        trouble, then the address."""
        is_calm = self.shown in (Shown.CONNECTED, Shown.CHECKING)
        newest = 0.0 if is_calm else -self.since
        return LOOKS[self.shown].rank, self.acknowledged, -self.severity, newest, self.address


BUTTONS: Final = frozenset(Offer) - {Offer.NOTHING, Offer.CHECK_NOW}


def has_button(row: Row) -> bool:
    """The row's next step is an act that this window can begin."""
    return row.offer in BUTTONS


def first_row(stored: FirstRow, words: Wording) -> Row:
    """The line of a mailbox as it was last stored, before the engine speaks."""
    return Row(
        id=stored.mailbox_id,
        shown=stored.shown,
        status=words.status(stored.shown),
        address=stored.address,
        provider="",
        receiving=NO_MARK,
        sending=NO_MARK,
        marks="",
        cause=words.text(f"cause.{stored.cause}.phrase") if stored.cause else "",
        since=stored.since,
        checked=stored.last_checked,
        cause_id=stored.cause or "",
        sought=f"{stored.address} {stored.name}".casefold(),
        next_step="",
        is_live=False,
    )
