"""Sleep and wake: nobody looks while this computer sleeps, nor after it woke until the network is there.

It tells `blinded` and `sighted`; it moves no mailbox's state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from mailbox_desk.engine.chores import say_fault
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.ports import Clock

_FIRST_SECONDS: Final = 3.0
"""After a wake nothing is asked for so long: names and routes come back by themselves."""
_LOOK_EVERY: Final = 2.0
_LONGEST: Final = 30.0
_NEVER_FELL_ASLEEP: Final = 60.0
"""Seconds lived through after "about to sleep": then it did not sleep, and nobody told us so."""


class Waking:
    """One for all mailboxes."""

    def __init__(
        self, clock: Clock, lookout: Lookout, *, blinded: Callable[[], None], sighted: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._lookout = lookout
        self._blinded = blinded
        self._sighted = sighted
        self._coming_to: asyncio.Task[None] | None = None

    @property
    def is_asleep(self) -> bool:
        return self._lookout.is_asleep

    def sleeping(self) -> None:
        """This computer is about to sleep."""
        self._lie_down()
        self._come_to(_NEVER_FELL_ASLEEP)

    def woke(self) -> None:
        """It woke, this moment or a little before."""
        self._lie_down()
        self._come_to(_FIRST_SECONDS)

    def stop(self) -> None:
        if self._coming_to is not None:
            self._coming_to.cancel()

    def _lie_down(self) -> None:
        if not self._lookout.is_asleep:
            self._lookout.is_asleep = True
            self._blinded()

    def _come_to(self, wait: float) -> None:
        self.stop()
        self._coming_to = asyncio.ensure_future(self._wait_for_network(wait))
        self._coming_to.add_done_callback(lambda ended: say_fault(ended, "waking"))

    async def _wait_for_network(self, wait: float) -> None:
        await self._clock.sleep(wait)
        ends, turn = self._clock.monotonic() + _LONGEST - _FIRST_SECONDS, 0
        while not (is_there := await self._lookout.is_there(turn)) and self._clock.monotonic() < ends:
            turn += 1
            await self._clock.sleep(_LOOK_EVERY)
        self._lookout.is_asleep = False
        if not is_there:
            await self._lookout.settle()  # no network yet: another veil takes over before this one lifts
        self._sighted()
