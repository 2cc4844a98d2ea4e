"""Whether the checks can keep up with their intervals, and what is too narrow. Pure.

By Little's law: a mailbox whose check takes s seconds each t seconds keeps s/t of a worker busy, and of a connection at
its host. What all want together must not be more than there is; nor may an account sign in more often than its provider
allows, nor a host that refused many be asked more than the rule on refusals allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mailbox_desk.model.gauges import Bottleneck, Shortfall
from mailbox_desk.model.mailbox import is_loopback
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half

FULL: Final = 0.95
"""Share of what is there from which on waiting grows without end, for work comes unevenly."""


TEN_MINUTES: Final = 600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a mailbox is looked at: each `interval` seconds, receiving each `receiving` seconds where a kept line
    proves it in between. `logins`: sign-ins of its account within ten minutes, by its provider's word; 0: no limit."""

    interval: float
    receiving: float
    logins: int = 0

    def of(self, half: Half) -> float:
        return self.receiving if half is Half.RECEIVING else self.interval


@dataclass(frozen=True, slots=True)
class Room:
    """What one host lets us do: connections at one time, and refusals that it may still see within `window` seconds."""

    connections: int
    refusals_left: int
    window: float = TEN_MINUTES


@dataclass(frozen=True, slots=True)
class Strain:
    """What one half wants: a sign-in that takes `seconds` of a worker each `interval` seconds. `host` "": one without a
    limit. `account`: whose sign-ins the provider counts together, `logins` at most within ten minutes; 0: no limit."""

    mailbox: str
    host: str
    seconds: float
    interval: float
    account: str = ""
    logins: int = 0


def strains(snapshot: Snapshot, pace: Pace) -> Iterable[Strain]:
    """What a mailbox wants by the last check of each half; nothing of a half that is not looked at."""
    for half in Half:
        view, endpoint = snapshot.standing.half(half), snapshot.mailbox.endpoint(half)
        if endpoint is not None and view.last is not None and not view.resting and not snapshot.standing.veils:
            account = f"{snapshot.mailbox.provider} {endpoint.username.lower()}"
            seconds, host = view.last.seconds, _limited(endpoint.host)
            yield Strain(snapshot.id, host, seconds, pace.of(half), account, pace.logins)


@lru_cache(maxsize=4096)  # thousands of mailboxes share some hosts, and telling an address from a name takes long
def _limited(host: str) -> str:
    return "" if is_loopback(host) else host.lower()


def demand_of(wanted: Iterable[Strain]) -> float:
    """Workers that are busy in the mean."""
    return sum(each.seconds / each.interval for each in wanted)


def shortfall_of(wanted: list[Strain], workers: int, room: Callable[[str], Room]) -> Shortfall | None:
    """The worst of what can't keep up; None where all can. `room`: what a host lets us do."""
    by_host: dict[str, list[Strain]] = defaultdict(list)
    by_account: dict[str, list[Strain]] = defaultdict(list)
    for each in wanted:
        if each.host:
            by_host[each.host].append(each)
        if each.logins:
            by_account[each.account].append(each)
    tight = [_short(wanted, workers, Bottleneck.WORKERS, "")]
    tight += [_short_at(some, room(host), host) for host, some in by_host.items()]
    tight += [_short_of_logins(some) for some in by_account.values()]
    return max((each for each in tight if each is not None), key=lambda each: each.ratio, default=None)


def _short(wanted: list[Strain], places: int, bottleneck: Bottleneck, host: str) -> Shortfall | None:
    ratio = demand_of(wanted) / places
    if ratio <= FULL:
        return None
    possible = sum(each.seconds for each in wanted) / (places * FULL)
    return Shortfall(bottleneck, ratio, possible, _mailboxes(wanted), host)


def _short_at(wanted: list[Strain], room: Room, host: str) -> Shortfall | None:
    """A sign-in under way counts as a refusal that may still come, so refusals take places away; without any left,
    nobody is let in until some are older than the window."""
    if room.refusals_left >= room.connections:
        return _short(wanted, room.connections, Bottleneck.HOST, host)
    if room.refusals_left > 0:
        return _short(wanted, room.refusals_left, Bottleneck.REFUSALS, host)
    ratio = room.window * sum(1 / each.interval for each in wanted) / len(wanted)
    return None if ratio <= FULL else Shortfall(Bottleneck.REFUSALS, ratio, room.window, _mailboxes(wanted), host)


def _short_of_logins(wanted: list[Strain]) -> Shortfall | None:
    most = min(each.logins for each in wanted)
    ratio = sum(TEN_MINUTES / each.interval for each in wanted) / most
    if ratio <= FULL:
        return None
    possible = len(wanted) * TEN_MINUTES / (most * FULL)
    return Shortfall(Bottleneck.LOGINS, ratio, possible, _mailboxes(wanted), wanted[0].host)


def _mailboxes(wanted: list[Strain]) -> int:
    return len({each.mailbox for each in wanted})
