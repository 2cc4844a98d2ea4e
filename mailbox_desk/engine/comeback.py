"""When each mailbox is looked at again once a veil has lifted: those in doubt and in sight first, the rest spread.

Five hundred sign-ins in one moment would be a stampede, and look like an attack.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mailbox_desk.engine.backoff import Dice
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Verdict

SHORTEST_SPREAD: Final = 5.0
"""Seconds over which a few mailboxes are looked at again."""
HASTE: Final = 0.6
"""Of the time that a start takes for as many: 500 are back within 15 seconds, so that with the ten that the network's
return may go unseen, and their checks, all is well within half a minute."""


class Comeback:
    """`spacing`: seconds between two mailboxes at a start."""

    def __init__(self, dice: Dice, spacing: float) -> None:
        self._dice, self._spacing = dice, spacing
        self._spread = SHORTEST_SPREAD
        self._in_sight: frozenset[MailboxId] = frozenset()

    def prefer(self, ids: Iterable[MailboxId]) -> None:
        """These are on the screen."""
        self._in_sight = frozenset(ids)

    def expect(self, count: int) -> None:
        """So many are lifted in one stroke."""
        self._spread = max(SHORTEST_SPREAD, HASTE * count * self._spacing)

    def wait(self, standing: Standing) -> float:
        """Seconds until this one is looked at."""
        comes_first = standing.mailbox_id in self._in_sight or standing.state.verdict in _FIRST
        return self._dice() * (SHORTEST_SPREAD if comes_first else self._spread)


_FIRST: Final = frozenset({Verdict.SUSPECT, Verdict.CHECKING})
