"""What all lines add up to, kept up line by line: counting thousands anew at each change would be felt. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.rows import Row

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId

_PROVIDERS_TROUBLE: Final = frozenset({"provider_outage", "maintenance", "server_busy"})


class Sums:
    """`known`: lines that need a person who knows it; `checking`: lines looked at just now."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: dict[MailboxId, Row] = {}
        self._shown: Counter[Shown] = Counter()
        self._waiting: Counter[str] = Counter()
        self.known = 0
        self.checking = 0
        for row in rows:
            self.put(row)

    def put(self, row: Row) -> None:
        """A line that is new, or says something new."""
        self.drop(row.id)
        self._rows[row.id] = row
        self._add(row, 1)

    def drop(self, mailbox_id: MailboxId) -> None:
        """This line is no more, if it ever was."""
        row = self._rows.pop(mailbox_id, None)
        if row is not None:
            self._add(row, -1)

    @property
    def total(self) -> int:
        return len(self._rows)

    @property
    def shown(self) -> Mapping[Shown, int]:
        """How many lines stand how; a status that none has may be left out."""
        return {each: count for each, count in self._shown.items() if count}

    def waiting_besides(self, told: Collection[MailboxId] = frozenset()) -> tuple[int, Mapping[str, int]]:
        """How many come back by themselves besides these; and how many of them wait for their provider, by its name."""
        rows = [row for each in told if (row := self._rows.get(each)) and row.shown is Shown.RECONNECTING]
        rest = self._waiting - Counter(row.provider for row in rows if _waits_for_provider(row))
        return self._shown[Shown.RECONNECTING] - len(rows), rest

    def _add(self, row: Row, by: int) -> None:
        self._shown[row.shown] += by
        self.known += by * (row.acknowledged and row.shown is Shown.NEEDS_YOU)
        self.checking += by * row.checking_now
        if _waits_for_provider(row):
            self._waiting[row.provider] += by


def _waits_for_provider(row: Row) -> bool:
    return row.shown is Shown.RECONNECTING and row.cause_id in _PROVIDERS_TROUBLE and bool(row.provider)
