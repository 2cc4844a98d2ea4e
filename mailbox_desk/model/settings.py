"""The settings of a desk, read from plain text pairs; a pair that makes no sense is left at its default and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

from mailbox_desk.model.check import Limits
from mailbox_desk.model.discovery import DiscoverySettings
from mailbox_desk.model.kept_apps import OAUTH_APPS
from mailbox_desk.model.kept_connections import ADMIN_CONNECTIONS
from mailbox_desk.model.network import NETWORK_READERS, OWN_MEMORY, NetworkSettings


class WhoIdles(StrEnum):
    """Which mailboxes keep an idle line: all, those tagged "important", none."""

    ALL = "all"
    IMPORTANT = "important"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Seconds where not said otherwise. `second_opinion` is the shortest and the longest wait before it;
    `interval` overrides the provider files where it is set;
    `tell_after`: how long the desk mends by itself before a person is told. `keep_running`: closing the window does not
    end the desk even where there is no tray; `closing_explained`: the person has been told what closing does.
    `idle_lines`: which mailboxes keep a line that tells within a second when it is dropped; `sign_in_every`: how long a
    line that answers stands for a sign-in."""

    limits: Limits = field(default_factory=Limits)
    threads: int = 32
    connections_per_host: int = 4
    refusals_per_host: int = 8
    refusal_window: float = 600.0
    second_opinion: tuple[float, float] = (120.0, 300.0)
    interval: float | None = None
    envelope: bool = True
    first_round_spacing: float = 0.05
    discovery: DiscoverySettings = field(default_factory=DiscoverySettings)
    tell_after: float = 900.0
    keep_running: bool = False
    closing_explained: bool = False
    idle_lines: WhoIdles = WhoIdles.ALL
    sign_in_every: float = 4 * 3600.0
    network: NetworkSettings = field(default_factory=NetworkSettings)


WINDOWS_OWN: Final = "ui."

_YES_NO = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def settings_from(pairs: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """Settings, and the names of the pairs that could not be understood. Limits are named "limits.<name>", what
    belongs to the finding of servers "discovery.<name>", to this computer's network "network.<name>"; what begins with
    "ui." is the window's own."""
    chosen: dict[str, Any] = {}
    limits: dict[str, float] = {}
    discovery: dict[str, Any] = {}
    network: dict[str, Any] = {}
    odd = []
    for name, text in pairs.items():
        if name.startswith(WINDOWS_OWN) or name in OWN_MEMORY or name in (OAUTH_APPS, ADMIN_CONNECTIONS):
            continue
        try:
            if name.startswith("limits."):
                limits[_LIMIT_NAMES[name]] = _positive(text)
            elif name in _DISCOVERY_READERS:
                discovery[name.removeprefix("discovery.")] = _DISCOVERY_READERS[name](text.strip())
            elif name in NETWORK_READERS:
                network[name.removeprefix("network.")] = NETWORK_READERS[name](text.strip())
            else:
                chosen[name] = _READERS[name](text.strip())
        except (ValueError, KeyError):
            odd.append(name)
    kept = Settings(
        limits=Limits(**limits),
        discovery=DiscoverySettings(**discovery),
        network=NetworkSettings(**network),
        **chosen,
    )
    return kept, tuple(odd)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e9:
        raise ValueError(text)
    return number


def _bounds(text: str) -> tuple[float, float]:
    shortest, _, longest = text.partition("-")
    low, high = sorted((_positive(shortest), _positive(longest or shortest)))
    return low, high


def _whole(text: str) -> int:
    return max(1, int(_positive(text)))


_LIMIT_NAMES: Final = {f"limits.{each.name}": each.name for each in fields(Limits)}
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "threads": _whole,
    "connections_per_host": _whole,
    "refusals_per_host": _whole,
    "refusal_window": _positive,
    "second_opinion": _bounds,
    "interval": _positive,
    "envelope": lambda text: _YES_NO[text.lower()],
    "keep_running": lambda text: _YES_NO[text.lower()],
    "closing_explained": lambda text: _YES_NO[text.lower()],
    "tell_after": _positive,
    "first_round_spacing": _positive,
    "idle_lines": lambda text: WhoIdles(text.lower()),
    "sign_in_every": _positive,
}
_DISCOVERY_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "discovery.nameserver": str,
    "discovery.ispdb": str,
    "discovery.https_port": _whole,
}
