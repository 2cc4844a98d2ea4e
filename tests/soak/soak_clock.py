"""A clock that jumps only while no real part is at work, and learns at once when they are done."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from tests.engine.jumping_clock import JumpingClock


class SoakClock(JumpingClock):
    """`at_work`: calls of real parts under way."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = 0
        self._idle = asyncio.Event()

    async def settle(self) -> None:
        await self._run_dry()
        while self.at_work:
            self._idle.clear()
            await self._idle.wait()
            await self._run_dry()

    def counted(self, inner: object) -> Any:
        """The part, with its calls counted."""
        return _Counted(inner, self)

    def began(self) -> None:
        self.at_work += 1

    def ended(self) -> None:
        self.at_work -= 1
        if not self.at_work:
            self._idle.set()


class _Counted:
    def __init__(self, inner: object, clock: SoakClock) -> None:
        self._inner, self._clock = inner, clock

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        @functools.wraps(method)
        async def counted(*args: object, **named: object) -> object:
            self._clock.began()
            try:
                return await method(*args, **named)
            finally:
                self._clock.ended()

        setattr(self, name, counted)
        return counted
