"""The last 24 hours of each mailbox, an hour a cell: the worst that was shown in it. Pure bookkeeping, no Qt.

Times are seconds since 1970 UTC.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS
from mailbox_desk.ui.rows import Day

HOURS: Final = 24
_HOUR: Final = 3600.0
_UNSEEN: Final = frozenset({Shown.BLIND, Shown.PAUSED, Shown.CHECKING})

Moment = tuple[float, Shown]
"""From this time on that was shown."""


class DayBook:
    """Knows what each mailbox showed when, for as long as a day needs it."""

    def __init__(self) -> None:
        self._moments: dict[MailboxId, list[Moment]] = {}
        self._days: dict[MailboxId, tuple[int, int, Day]] = {}

    def remember(self, changes: Iterable[StatusChange]) -> None:
        """What the store knows of the last day, and of each mailbox the change before it."""
        for change in changes:
            insort(self._moments.setdefault(change.mailbox_id, []), (change.at, change.shown))
        self._days.clear()

    def note(self, mailbox_id: MailboxId, shown: Shown, since: float) -> None:
        """The mailbox shows this since then."""
        moments = self._moments.setdefault(mailbox_id, [])
        if not moments or moments[-1][1] is not shown:
            moments.append((max(since, moments[-1][0] if moments else since), shown))

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        self._moments.pop(mailbox_id, None)
        self._days.pop(mailbox_id, None)

    def day(self, mailbox_id: MailboxId, now: float) -> Day:
        """The 24 hours up to `now`; computed anew once an hour and after a change."""
        moments, hour = self._moments.get(mailbox_id, []), int(now // _HOUR)
        known = self._days.get(mailbox_id)
        if known is not None and known[:2] == (hour, len(moments)):
            return known[2]
        self._drop_old(moments, now)
        day = day_of(moments, now)
        self._days[mailbox_id] = (hour, len(moments), day)
        return day

    def _drop_old(self, moments: list[Moment], now: float) -> None:
        begin = now - (HOURS + 1) * _HOUR
        while len(moments) > 1 and moments[1][0] <= begin:
            del moments[0]


def day_of(moments: Iterable[Moment], now: float) -> Day:
    """The worst shown in each of the last 24 clock hours, the oldest first; None before anything is known."""
    last = int(now // _HOUR)
    cells: list[Shown | None] = [None] * HOURS
    for (begin, shown), (end, _) in pairwise([*moments, (now, Shown.CHECKING)]):
        first_cell = max(0, int(begin // _HOUR) - last + HOURS - 1)
        last_cell = min(HOURS - 1, int(end // _HOUR) - last + HOURS - 1)
        for cell in range(first_cell, last_cell + 1):
            cells[cell] = _worse(cells[cell], shown)
    return tuple(cells)


def _worse(one: Shown | None, other: Shown) -> Shown:
    """What was seen wins over not looking; of what was seen the graver."""
    if one is None or (one in _UNSEEN and other not in _UNSEEN):
        return other
    if other in _UNSEEN and one not in _UNSEEN:
        return one
    return min(one, other, key=lambda shown: LOOKS[shown].rank)
