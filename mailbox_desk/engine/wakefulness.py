"""Whether this computer slept, or its clock was set, told from the two clocks alone. It remembers when it woke, and
tells who asked to be told; it acts on nothing.

Systems differ in whether the clock that never goes back counts the time asleep (Linux and macOS: no; Windows: yes), so
both are watched: wall time that ran ahead of it, and a look that came much later than looks ever come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mailbox_desk.engine.agenda import LONGEST_NAP
from mailbox_desk.engine.ports import Clock

GAP: Final = 60.0
"""Seconds that nobody lived through before it is called sleep. A wall clock set forward by more looks the same."""


class Wakefulness:
    """`look` has to be called at least once each LONGEST_NAP seconds. `overslept` is called where both clocks went on
    and nobody looked; `stepped` with the seconds by which the wall clock left the other, forward or back: whether it
    was set or stood for a sleep is not to be told from here; `stepped_by` sums them up."""

    def __init__(
        self,
        clock: Clock,
        *,
        overslept: Callable[[], None] = lambda: None,
        stepped: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._overslept, self._stepped = overslept, stepped
        self._looked: tuple[float, float] | None = None
        self._woke_at: float | None = None
        self.stepped_by = 0.0

    def look(self) -> None:
        """See what the clocks say now."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        before, self._looked = self._looked, (wall, steady)
        if before is None:
            return
        went, lived = wall - before[0], steady - before[1]
        if slept(went, lived):
            self._woke_at = steady
        if abs(went - lived) > GAP:
            self.stepped_by += went - lived
            self._stepped(went - lived)
        if lived - LONGEST_NAP > GAP:
            self._overslept()

    def woke_ago(self) -> float | None:
        """Seconds since this computer woke; None where it has not slept since the desk began."""
        self.look()
        return None if self._woke_at is None else self._clock.monotonic() - self._woke_at


def slept(wall: float, steady: float) -> bool:
    """Whether there was a sleep between two looks, by the seconds that either clock went on."""
    return wall - steady > GAP or steady - LONGEST_NAP > GAP
