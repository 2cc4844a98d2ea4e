"""How the desk itself is doing, as values: for the metrics page and for the one quiet line above the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from mailbox_desk.model.verdict import Half, Shown


class Bottleneck(StrEnum):
    """What keeps the checks from their intervals: our own workers, the connections that one host allows, the sign-ins
    that a provider allows one account, or the refusals that one host has seen."""

    WORKERS = "workers"
    HOST = "host"
    LOGINS = "logins"
    REFUSALS = "refusals"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The checks take longer than their intervals leave. `ratio`: work wanted over work possible, above 1. `host`: the
    one that is too narrow. `interval`: seconds between two looks at a mailbox that can be kept, at best."""

    bottleneck: Bottleneck
    ratio: float
    interval: float
    mailboxes: int
    host: str = ""


@dataclass(frozen=True, slots=True)
class Latenesses:
    """How late the loop was within the last hour, in seconds: the median, the worst of a hundredth, the worst."""

    median: float = 0.0
    p99: float = 0.0
    worst: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckSeconds:
    """How long the checks of one half took since the start. `up_to`: (bound in seconds, checks that took no longer)."""

    count: int = 0
    total: float = 0.0
    up_to: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Gauges:
    """One moment of a desk. `standing`: mailboxes by what is shown and the cause ("" for none). `logins_left`: refusals
    that each host may still see within the window. `demand`: workers that are needed in the mean. `restarts`: watchers
    begun anew since the start, by why. `unwritten`: records that the store would not take yet. `lines`: idle
    connections held, None where there is no such thing. `started_at`: seconds since 1970 UTC."""

    started_at: float
    standing: Mapping[tuple[Shown, str], int] = field(default_factory=lambda: MappingProxyType({}))
    checks: Mapping[Half, CheckSeconds] = field(default_factory=lambda: MappingProxyType({}))
    checking: int = 0
    logins_left: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    lateness: Latenesses = Latenesses()
    demand: float = 0.0
    workers: int = 0
    shortfall: Shortfall | None = None
    incidents_open: int = 0
    restarts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unwritten: int = 0
    lines: int | None = None
