"""From a host name to a connected socket: look-up, then both IP families side by side (RFC 8305, "happy eyeballs").

Connects wait in slices no longer than a blink, so that a check that was shut leaves on every system.
"""

from __future__ import annotations

import errno
import math
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Final

from mailbox_desk.adapters.cutoff import Cutoff

_STAGGER: Final = 0.25  # RFC 8305 section 8: the recommended delay between two attempts
_SLICE: Final = 0.25
_MOST_ADDRESSES: Final = 8
_UNDER_WAY: Final = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EAGAIN)})
_REFUSED: Final = frozenset({errno.ECONNREFUSED, getattr(errno, "WSAECONNREFUSED", errno.ECONNREFUSED)})
_Selector: Final[type[selectors.BaseSelector]] = getattr(selectors, "PollSelector", selectors.SelectSelector)


class ResolveTimedOut(Exception):
    """The name look-up did not answer in time."""


class ConnectTimedOut(Exception):
    """No address answered in time."""


class NameUnusable(Exception):
    """The host name can't be looked up at all: empty, or no legal name."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a server, as getaddrinfo gives it."""

    family: int
    sockaddr: tuple[Any, ...]


def resolve(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a host, the families taking turns (RFC 8305 section 4). Blocks as long as the system likes.
    Raises socket.gaierror, NameUnusable."""
    name = bare_name(host)
    if not name or "\0" in name:
        raise NameUnusable(host)
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NameUnusable(host) from error
    first_family = found[0][0]
    addresses = list(dict.fromkeys(Address(family, sockaddr) for family, _, _, _, sockaddr in found))
    first = [address for address in addresses if address.family == first_family]
    other = [address for address in addresses if address.family != first_family]
    turns = chain.from_iterable(zip_longest(first, other))
    return tuple(address for address in turns if address is not None)[:_MOST_ADDRESSES]


def bare_name(host: str) -> str:
    """A host without brackets and the dot of the root."""
    return host.strip().removeprefix("[").removesuffix("]").rstrip(".")


def connect(addresses: Sequence[Address], cutoff: Cutoff, seconds: float) -> socket.socket:
    """The first connection that stands, held by `cutoff`. Raises OSError (the most telling one), ConnectTimedOut where
    time ran out and no address had refused, LineShut, TotalTimedOut."""
    race = _Race(cutoff)
    try:
        return race.run(deque(addresses), time.monotonic() + seconds)
    finally:
        race.end()


class _Race:
    def __init__(self, cutoff: Cutoff) -> None:
        self._cutoff = cutoff
        self._selector = _Selector()
        self._runners: set[socket.socket] = set()
        self._errors: list[OSError] = []

    def run(self, waiting: deque[Address], ends: float) -> socket.socket:
        next_start = 0.0
        while True:
            now = time.monotonic()
            if waiting and (now >= next_start or not self._runners):
                winner = self._start(waiting.popleft())
                next_start = now + _STAGGER
            elif self._runners:
                until = min(ends, self._cutoff.ends, next_start if waiting else math.inf)
                winner, has_lost = self._wait(min(until - now, _SLICE))
                next_start = now if has_lost else next_start
            else:
                raise _most_telling(self._errors)
            self._cutoff.check()
            if winner is not None:
                return winner
            if time.monotonic() >= min(ends, self._cutoff.ends):
                raise next((error for error in self._errors if _is_refusal(error)), ConnectTimedOut())

    def end(self) -> None:
        """Close all that lost."""
        self._selector.close()
        for runner in self._runners:
            self._cutoff.close(runner)

    def _start(self, address: Address) -> socket.socket | None:
        try:
            runner = socket.socket(address.family, socket.SOCK_STREAM)
        except OSError as error:
            self._errors.append(error)
            return None
        self._cutoff.hold(runner)
        self._runners.add(runner)
        runner.setblocking(False)
        try:
            code = runner.connect_ex(address.sockaddr)
        except OSError as error:
            code = error.errno or errno.EINVAL
        if code == 0:
            return self._wins(runner)
        if code in _UNDER_WAY:
            self._selector.register(runner, selectors.EVENT_WRITE)
        else:
            self._loses(runner, code)
        return None

    def _wait(self, seconds: float) -> tuple[socket.socket | None, bool]:
        has_lost = False
        for key, _ in self._selector.select(max(seconds, 0)):
            runner = key.fileobj
            assert isinstance(runner, socket.socket)
            code = runner.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._selector.unregister(runner)
            if code == 0:
                return self._wins(runner), False
            self._loses(runner, code)
            has_lost = True
        return None, has_lost

    def _wins(self, runner: socket.socket) -> socket.socket:
        self._runners.remove(runner)
        runner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return runner

    def _loses(self, runner: socket.socket, code: int) -> None:
        self._runners.remove(runner)
        self._cutoff.close(runner)
        self._errors.append(OSError(code, os.strerror(code)))


def _most_telling(errors: Sequence[OSError]) -> OSError:
    """A refusal says that the host is there; what remains of the other family often says only that there is none."""
    last_resort = errors[0] if errors else OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
    return next((error for error in errors if _is_refusal(error)), last_resort)


def _is_refusal(error: OSError) -> bool:
    return error.errno in _REFUSED
