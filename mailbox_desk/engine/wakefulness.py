"""Whether this computer slept, told from the two clocks alone. It only remembers when it woke; it acts on nothing.

Systems differ in whether the clock that never goes back counts the time asleep (Linux and macOS: no; Windows: yes), so
both are watched: wall time that ran ahead of it, and a look that came much later than looks ever come.
"""

from __future__ import annotations

from typing import Final

from mailbox_desk.engine.agenda import LONGEST_NAP
from mailbox_desk.engine.ports import Clock

GAP: Final = 60.0
"""Seconds that nobody lived through before it is called sleep. A wall clock set forward by more looks the same."""


class Wakefulness:
    """`look` has to be called at least once each LONGEST_NAP seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looked: tuple[float, float] | None = None
        self._woke_at: float | None = None

    def look(self) -> None:
        """See what the clocks say now."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        if self._looked is not None and slept(wall - self._looked[0], steady - self._looked[1]):
            self._woke_at = steady
        self._looked = (wall, steady)

    def woke_ago(self) -> float | None:
        """Seconds since this computer woke; None where it has not slept since the desk began."""
        self.look()
        return None if self._woke_at is None else self._clock.monotonic() - self._woke_at


def slept(wall: float, steady: float) -> bool:
    """Whether there was a sleep between two looks, by the seconds that either clock went on."""
    return wall - steady > GAP or steady - LONGEST_NAP > GAP
