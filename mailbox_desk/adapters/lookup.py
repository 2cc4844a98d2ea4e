"""Name look-ups on a lane of their own: getaddrinfo can hang, and nothing ends it.

Who asks for a name that is being looked up waits for that answer: a host whose look-up hangs holds one thread,
however many mailboxes it has.
"""

from __future__ import annotations

import asyncio
from functools import partial
from ipaddress import ip_address

from mailbox_desk.adapters.dial import Address, ResolveTimedOut, bare_name, resolve
from mailbox_desk.adapters.workers import Lane

_Answer = tuple[Address, ...]


class Lookup:
    """For one event loop."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._under_way: dict[tuple[str, int], asyncio.Task[_Answer]] = {}

    def start(self, host: str, port: int, seconds: float) -> asyncio.Future[_Answer]:
        """The answer to come; cancelling it disturbs nobody else. It raises ResolveTimedOut and as dial.resolve."""
        key = (host, port)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._look_up(host, port, seconds))
            self._under_way[key] = task
            task.add_done_callback(partial(self._ended, key))
        return asyncio.shield(task)

    async def _look_up(self, host: str, port: int, seconds: float) -> _Answer:
        if _is_numeric(host):
            return resolve(host, port)
        try:
            return await self._lane.run(partial(resolve, host, port), limit=seconds)
        except TimeoutError as error:
            raise ResolveTimedOut from error

    def _ended(self, key: tuple[str, int], task: asyncio.Task[_Answer]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have


def _is_numeric(host: str) -> bool:
    try:
        ip_address(bare_name(host).partition("%")[0])
    except ValueError:
        return False
    return True
