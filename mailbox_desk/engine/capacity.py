"""Whether the checks can keep up with their intervals, and what is too narrow. Pure.

By Little's law: a mailbox whose check takes s seconds each t seconds keeps s/t of a worker busy, and of a connection at
its host. What all want together must not be more than there is.
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


@dataclass(frozen=True, slots=True)
class Strain:
    """What one half wants: `seconds` of a worker each `interval` seconds. `host` "": one without a limit."""

    mailbox: str
    host: str
    seconds: float
    interval: float


def strains(snapshot: Snapshot, interval: float) -> Iterable[Strain]:
    """What a mailbox wants by the last check of each half; nothing of a half that is not looked at."""
    for half in Half:
        view, endpoint = snapshot.standing.half(half), snapshot.mailbox.endpoint(half)
        if endpoint is not None and view.last is not None and not view.resting and not snapshot.standing.veils:
            yield Strain(snapshot.id, _limited(endpoint.host), view.last.seconds, interval)


@lru_cache(maxsize=4096)  # thousands of mailboxes share some hosts, and telling an address from a name takes long
def _limited(host: str) -> str:
    return "" if is_loopback(host) else host.lower()


def demand_of(wanted: Iterable[Strain]) -> float:
    """Workers that are busy in the mean."""
    return sum(each.seconds / each.interval for each in wanted)


def shortfall_of(wanted: list[Strain], workers: int, connections: Callable[[str], int]) -> Shortfall | None:
    """The worst of what can't keep up; None where all can. `connections`: how many a host allows at one time."""
    by_host: dict[str, list[Strain]] = defaultdict(list)
    for each in wanted:
        if each.host:
            by_host[each.host].append(each)
    tight = [_short(wanted, workers, Bottleneck.WORKERS, "")]
    tight += [_short(some, connections(host), Bottleneck.HOST, host) for host, some in by_host.items()]
    return max((each for each in tight if each is not None), key=lambda each: each.ratio, default=None)


def _short(wanted: list[Strain], places: int, bottleneck: Bottleneck, host: str) -> Shortfall | None:
    ratio = demand_of(wanted) / places
    if ratio <= FULL:
        return None
    possible = sum(each.seconds for each in wanted) / (places * FULL)
    return Shortfall(bottleneck, ratio, possible, len({each.mailbox for each in wanted}), host)
