"""The only file that starts threads. A lane is a bounded set of daemon threads that answer an `await`.

Daemons, because a thread stuck in a foreign call must never hold up the exit. No callback runs on a worker: results
go back to the loop that asked, and a result nobody waits for any more is dropped.
"""

from __future__ import annotations

import asyncio
import math
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")


class LaneClosed(Exception):
    """The lane takes no more work: the program is ending."""


class _Job(Generic[T]):
    __slots__ = ("dropped", "future", "loop", "overdue", "patience", "started", "until", "work")

    def __init__(self, work: Callable[[], T], loop: asyncio.AbstractEventLoop, patience: float) -> None:
        self.work = work
        self.loop = loop
        self.patience = patience
        self.until = math.inf
        self.future: asyncio.Future[T] = loop.create_future()
        self.dropped = False
        self.overdue = False
        self.started = False

    def do(self) -> None:
        if self.dropped:
            return
        self.started = True
        self.until = time.monotonic() + self.patience
        result: Any = None
        error: BaseException | None = None
        try:
            result = self.work()
        except BaseException as raised:  # noqa: BLE001  whatever the work raised is the asker's to handle
            error = raised
        try:
            self.loop.call_soon_threadsafe(self._deliver, result, error)
        except RuntimeError:
            return  # the loop has closed: nobody is left to hear the answer

    def _deliver(self, result: T, error: BaseException | None) -> None:
        if error is not None:
            self._fail(error)
        elif not self.future.done():
            self.future.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def give_up(self) -> None:
        """Its thread is written off; whoever waits hears TimeoutError. May be called from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._fail, TimeoutError())
        except RuntimeError:
            return  # the loop has closed: nobody waits


def start_daemon(name: str, serve: Callable[[], None]) -> None:
    """A thread of its own for what never ends by itself; `serve` ends when its owner says so."""
    threading.Thread(target=serve, name=f"desk-{name}", daemon=True).start()


class Lane:
    """Up to `threads` daemon threads, started as work comes.

    `spares`: how many stuck threads (work beyond its limit) may be replaced by fresh ones.
    """

    def __init__(self, name: str, threads: int, *, spares: int = 0) -> None:
        self._name: Final = name
        self._most = threads
        self._spares = spares
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._under_way: set[_Job[Any]] = set()
        self._lock = threading.Lock()
        self._alive = 0
        self._idle = 0
        self._waiting = 0
        self._closed = False

    async def run(self, work: Callable[[], T], *, limit: float | None = None, patience: float = math.inf) -> T:
        """Do `work` on a thread. Raises what it raises, LaneClosed, or TimeoutError after `limit` seconds
        (the work itself goes on, its answer is dropped). `patience`: seconds from its own begin after which `relieve`
        gives it up."""
        job = _Job(work, asyncio.get_running_loop(), patience)
        self._submit(job)
        try:
            if limit is None:
                return await job.future
            async with asyncio.timeout(limit):
                return await job.future
        except TimeoutError:
            self._write_off(job)
            raise
        finally:
            job.dropped = True

    def close(self) -> None:
        """Take no more work. Threads end when their present work does; nobody waits for them."""
        with self._lock:
            self._closed = True
            for _ in range(self._alive):
                self._jobs.put(None)

    def relieve(self) -> int:
        """Let fresh threads take the places of those that sit in their work beyond its patience, as long as there are
        spares; who waits for such work hears TimeoutError. The answer: how many works were given up."""
        now = time.monotonic()
        with self._lock:
            stuck = [job for job in self._under_way if now >= job.until]
            for job in stuck:
                job.until = math.inf
                self._replace(job)
        for job in stuck:
            job.give_up()
        return len(stuck)

    @property
    def alive(self) -> int:
        """Threads that still run, stuck ones left out."""
        return self._alive

    def _submit(self, job: _Job[Any]) -> None:
        with self._lock:
            if self._closed:
                raise LaneClosed(self._name)
            self._jobs.put(job)
            self._waiting += 1
            # Start a thread only where no idle one is there to take it. The queue's own size won't do: it falls before
            # the thread that takes a job counts as busy, and the next job would wait behind that one.
            if self._alive < self._most and self._idle < self._waiting:
                self._start()

    def _start(self) -> None:
        self._alive += 1
        threading.Thread(target=self._serve, name=f"desk-{self._name}-{self._alive}", daemon=True).start()

    def _write_off(self, job: _Job[Any]) -> None:
        """A thread sits in foreign code beyond its limit: let another one take its place."""
        with self._lock:
            if job.started and job.future.cancelled():  # else it never began, or raised TimeoutError itself
                self._replace(job)

    def _replace(self, job: _Job[Any]) -> None:
        """Give its thread's place away, where there is a spare. The lock is held."""
        if job.overdue or self._spares <= 0 or self._closed:
            return
        job.overdue = True
        self._spares -= 1
        self._alive -= 1
        if self._waiting:
            self._start()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
                self._waiting -= job is not None
                if job is not None:
                    self._under_way.add(job)
            if job is None:
                break
            job.do()
            with self._lock:
                self._under_way.discard(job)
                if job.overdue:
                    self._spares += 1  # it came back after all: the place it lost was given away, this thread ends
                    return
        with self._lock:
            self._alive -= 1
