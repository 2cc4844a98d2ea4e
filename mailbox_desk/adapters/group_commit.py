"""Commits in groups: what queues up while one commit is under way goes into the next one together.

One thread, one connection. Each asker hears only after the commit that holds its write, and of its own fault alone.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mailbox_desk.adapters.workers import Lane

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True, slots=True)
class _Write:
    """`durable`: a person did this, so it is to survive a power cut too, not only the death of the process."""

    work: Work
    durable: bool
    answer: asyncio.Future[None]


class GroupCommit:
    """Writes and reads on one connection, by a lane of one thread. Errors of the work and of SQLite are raised as
    they are; the store is then as it was before that write."""

    def __init__(self, lane: Lane, connection: sqlite3.Connection) -> None:
        self._lane = lane
        self._connection = connection
        self._waiting: list[_Write] = []
        self._draining: asyncio.Task[None] | None = None

    async def write(self, work: Work, *, durable: bool = False) -> None:
        """Do `work` in a transaction and return after its commit. Given up by its asker, it may still be done."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(work, durable, answer))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="group-commit")
        await answer

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._lane.run(lambda: work(self._connection))

    async def settle(self) -> None:
        """Wait until all that was asked for is committed."""
        while self._draining is not None:
            await asyncio.wait((self._draining,))

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._commit(group)
        finally:
            self._draining = None

    async def _commit(self, group: list[_Write]) -> None:
        try:
            faults = await self._lane.run(lambda: commit_group(self._connection, group))
        except asyncio.CancelledError:
            for write in (*group, *self._waiting):
                write.answer.cancel()
            self._waiting.clear()
            raise
        except Exception as error:  # noqa: BLE001  the lane is closed or the store is gone: every asker hears it
            faults = [error] * len(group)
        for write, fault in zip(group, faults, strict=True):
            if write.answer.done():
                continue
            if fault is None:
                write.answer.set_result(None)
            else:
                write.answer.set_exception(fault)


def commit_group(connection: sqlite3.Connection, group: list[_Write]) -> list[Exception | None]:
    """All in one transaction. Where that fails through one of them, each in its own; the fault of each, or None."""
    fault = _transact(connection, group)
    if fault is None:
        return [None] * len(group)
    if isinstance(fault, sqlite3.OperationalError) or len(group) == 1:
        return [fault] * len(group)  # disk full, no rights: nobody's own fault, and it would only meet all of them
    return [_transact(connection, [write]) for write in group]


def _transact(connection: sqlite3.Connection, group: list[_Write]) -> Exception | None:
    durable = any(write.durable for write in group)
    try:
        if durable:
            connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        for write in group:
            write.work(connection)
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001  it is the asker's to hear, who turns it into our own
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return error
    finally:
        if durable:
            connection.execute("PRAGMA synchronous=NORMAL")
    return None
