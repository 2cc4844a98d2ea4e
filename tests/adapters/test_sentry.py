"""The sentry: what it sees, how soon, and that it wakes seldom."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from queue import Empty, Queue

import pytest

from mailbox_desk.adapters.sentry import Sentry, Sight

LATE = 3600.0


class Watchman:
    def __init__(self) -> None:
        self.told: Queue[Sight] = Queue()
        self.sentry = Sentry(self._tell)

    def _tell(self, seen: tuple[Sight, ...]) -> None:
        for each in seen:
            self.told.put(each)

    def next(self, seconds: float = 1.0) -> Sight | None:
        try:
            return self.told.get(timeout=seconds)
        except Empty:
            return None


@pytest.fixture
def watchman() -> Iterator[Watchman]:
    made = Watchman()
    yield made
    made.sentry.close()
    end = time.monotonic() + 2
    while any(thread.name == "desk-sentry" for thread in threading.enumerate()):
        assert time.monotonic() < end, "the thread did not end"
        time.sleep(0.01)


def pairs(stack: ExitStack, many: int) -> list[tuple[socket.socket, socket.socket]]:
    return [tuple(stack.enter_context(each) for each in socket.socketpair()) for _ in range(many)]  # type: ignore[misc]


def test_readable_is_told_once_until_it_is_watched_anew(watchman: Watchman) -> None:
    with ExitStack() as stack:
        ((near, far),) = pairs(stack, 1)
        watchman.sentry.watch(1, near.fileno(), time.monotonic() + LATE)
        assert watchman.next(0.3) is None
        far.send(b"x")
        assert watchman.next() == (1, True)
        far.send(b"y")
        assert watchman.next(0.5) is None
        watchman.sentry.watch(2, near.fileno(), time.monotonic() + LATE)
        assert watchman.next() == (2, True)


def test_a_closed_end_is_readable(watchman: Watchman) -> None:
    with ExitStack() as stack:
        ((near, far),) = pairs(stack, 1)
        watchman.sentry.watch(1, near.fileno(), time.monotonic() + LATE)
        far.close()
        assert watchman.next() == (1, True)


def test_a_time_that_is_over_is_told(watchman: Watchman) -> None:
    with ExitStack() as stack:
        (one, two) = pairs(stack, 2)
        watchman.sentry.watch(1, one[0].fileno(), time.monotonic() + 0.6)
        watchman.sentry.watch(2, two[0].fileno(), time.monotonic() + LATE)
        began = time.monotonic()
        assert watchman.next(2) == (1, False)
        assert 0.4 < time.monotonic() - began < 1.5
        assert watchman.next(0.2) is None


def test_what_is_forgotten_is_not_told_though_its_number_is_used_again(watchman: Watchman) -> None:
    with ExitStack() as stack:
        ((near, far),) = pairs(stack, 1)
        watchman.sentry.watch(1, near.fileno(), time.monotonic() + 0.5)
        time.sleep(0.3)
        watchman.sentry.forget(1)
        near.close()
        (again, other) = pairs(stack, 1)[0]
        watchman.sentry.watch(2, again.fileno(), time.monotonic() + LATE)
        far.close()
        assert watchman.next(0.8) is None
        other.send(b"x")
        assert watchman.next() == (2, True)


def test_one_that_was_closed_before_it_could_be_watched_is_told_at_once(watchman: Watchman) -> None:
    watchman.sentry.watch(1, -1, time.monotonic() + LATE)
    assert watchman.next() == (1, False)


def test_many_chatty_lines_wake_it_a_few_times_a_second(watchman: Watchman) -> None:
    with ExitStack() as stack:
        lines = pairs(stack, 100)
        for number, (near, _) in enumerate(lines):
            watchman.sentry.watch(number, near.fileno(), time.monotonic() + LATE)
        time.sleep(0.5)
        before = watchman.sentry.wakes
        for _, far in lines:
            far.send(b"x")
            time.sleep(0.01)
        assert {watchman.next() for _ in lines} == {(number, True) for number in range(100)}
        assert watchman.sentry.wakes - before <= 8
