"""What can be said of this computer's network: the system's hints, a look at public points, and how the desk sees it.

Values only. A hint decides nothing: the desk asks witnesses of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from mailbox_desk.model.verdict import VeilReason


class FactKind(StrEnum):
    """What the system says: the first three of the link, then a sign-in page, sleep, and another network."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    PORTAL = "portal"
    SLEEPING = "sleeping"
    WOKE = "woke"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class NetworkFact:
    """One hint. `fingerprint` comes with CHANGED: a salted hash that tells networks apart, and nothing else."""

    kind: FactKind
    fingerprint: str = ""


class Hints(Protocol):
    """Hints of the system that somebody else hears for us, on the loop's own thread. It never raises."""

    def listen(self, hear: Callable[[FactKind], None]) -> Callable[[], None]:
        """Tell `hear` how the link is now, and each change of it; the answer ends that."""
        ...


class Sight(StrEnum):
    """What a look at public points met: the internet, a sign-in page before it, or nobody."""

    OPEN = "open"
    PORTAL = "portal"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PublicSight:
    """`page`: where a person signs in to the network (http or https), "" where that is not known."""

    sight: Sight
    page: str = ""


class NewNetwork(StrEnum):
    """What the desk does with many mailboxes on a network where it never was."""

    CHECK = "check"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """`public_points`: two well-known names may be connected to, where the mail servers alone can't tell; nothing is
    sent. `portal_probes`: a page made for that may be fetched over plain http, where mail servers fail. `new_network`:
    None waits where a person sees the window, and checks where none does. `loopback_counts`: for the rehearsal, whose
    servers are on this computer."""

    public_points: bool = True
    portal_probes: bool = True
    new_network: NewNetwork | None = None
    loopback_counts: bool = False


@dataclass(frozen=True, slots=True)
class NetworkView:
    """How the desk sees its own network. `reason`: why it sees no server, None where it does; `page` as PublicSight;
    `asks_for`: so many mailboxes wait for a yes, on a network where the desk never was."""

    reason: VeilReason | None = None
    page: str = ""
    asks_for: int = 0


SALT: Final = "network.salt"
KNOWN: Final = "network.known"
OWN_MEMORY: Final = frozenset({SALT, KNOWN})
"""Kept among the settings, but nobody's choice: the salt of fingerprints, and the networks known."""

_YES_NO: Final = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
NETWORK_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "network.public_points": lambda text: _YES_NO[text.lower()],
    "network.portal_probes": lambda text: _YES_NO[text.lower()],
    "network.new_network": lambda text: NewNetwork(text.lower()),
}
