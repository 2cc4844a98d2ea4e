"""Is it the mailbox, or our own network? Judged from who could be reached lately. Pure bookkeeping, no I/O.

Hosts stand in sites: those of one provider or domain are one point, for they can fall together. Two sites that fail at
name look-up or connect, or the only one that we have, raise the doubt; then hosts that nobody tried since are asked as
witnesses, and at last public points. So two dead servers among good ones never blind the desk, and a provider that
falls alone is told as what it is. Servers on this computer say nothing of the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from mailbox_desk.model.mailbox import Endpoint
from mailbox_desk.model.network import Sight

SITES_THAT_MUST_FAIL: Final = 2
SITES_BEHIND_A_WALL: Final = 3
"""So many sites fail while the web answers: this network lets no mail through."""
WITNESSES: Final = 3


class Outlook(StrEnum):
    CLEAR = "clear"
    UNSURE = "unsure"
    OFFLINE = "offline"
    PORTAL = "portal"


class Situation:
    """Feed it what each connection met; ask it for the outlook. `loopback_counts`: servers on this computer stand for
    the world (the rehearsal)."""

    def __init__(self, *, loopback_counts: bool = False) -> None:
        self._loopback_counts = loopback_counts
        self._known: dict[str, Endpoint] = {}
        self._sites: dict[str, str] = {}
        self._failing: set[str] = set()
        self._asked: set[str] = set()
        self._suspected = False
        self.sight: Sight | None = None

    def counts(self, endpoint: Endpoint) -> bool:
        return self._loopback_counts or not endpoint.is_loopback

    def know(self, endpoint: Endpoint, site: str = "") -> None:
        """This host belongs to a mailbox of ours and can be asked as a witness. `site`: who runs it; "" is told by its
        name."""
        if self.counts(endpoint):
            host = endpoint.host.lower()
            self._known.setdefault(host, endpoint)
            self._sites[host] = site or self._sites.get(host) or _site_of(host)

    def reached(self, endpoint: Endpoint) -> None:
        """Somebody answered there: whatever failed before, our network works. Before a sign-in page that proves
        nothing: it may answer for anybody."""
        if self.counts(endpoint):
            self.know(endpoint)
            if self.sight is not Sight.PORTAL:
                self.clear()

    def clear(self) -> None:
        """Forget all doubt."""
        self._failing.clear()
        self._asked.clear()
        self._suspected = False
        self.sight = None

    def unreached(self, endpoint: Endpoint) -> None:
        if self.counts(endpoint):
            self.know(endpoint)
            self._failing.add(endpoint.host.lower())

    def suspect(self) -> None:
        """The system says that there is no network."""
        self._suspected = bool(self._known)

    def looked(self, sight: Sight | None) -> None:
        """What a look at public points met; None: that is too long ago."""
        if self.sight is Sight.PORTAL and sight is Sight.OPEN:
            self.clear()  # what failed behind the sign-in page failed for that
        self.sight = sight

    def outlook(self) -> Outlook:
        if self.sight is Sight.PORTAL:
            return Outlook.PORTAL
        if not self._is_doubtful():
            return Outlook.CLEAR
        if self.witnesses() or self.sight is None:
            return Outlook.UNSURE
        is_wall = len(self._failing_sites()) >= SITES_BEHIND_A_WALL
        return Outlook.CLEAR if self.sight is Sight.OPEN and not is_wall else Outlook.OFFLINE

    def witnesses(self) -> tuple[Endpoint, ...]:
        """Hosts to be asked before the network is called down: a few that did not fail since, other sites first."""
        wanted = max(0, WITNESSES - len(self._asked))
        fresh = [host for host in self._known if host not in self._failing and host not in self._asked]
        return tuple(self._known[host] for host in self._site_by_site(fresh))[:wanted]

    def to_ask_again(self, turn: int) -> tuple[Endpoint, ...]:
        """A few hosts for a look whether the network is there, each turn others."""
        hosts = list(self._site_by_site([each for each in self._known if each in self._failing] or list(self._known)))
        start = turn * WITNESSES % len(hosts) if hosts else 0
        return tuple(self._known[host] for host in (*hosts[start:], *hosts[:start])[:WITNESSES])

    @property
    def fails_widely(self) -> bool:
        """More than one site does."""
        return len(self._failing_sites()) >= SITES_THAT_MUST_FAIL

    def asked(self, endpoint: Endpoint) -> None:
        self._asked.add(endpoint.host.lower())

    def _is_doubtful(self) -> bool:
        failing = self._failing_sites()
        alone = bool(failing) and failing == set(self._sites.values())
        return self._suspected or alone or len(failing) >= SITES_THAT_MUST_FAIL

    def _failing_sites(self) -> set[str]:
        return {self._sites[host] for host in self._failing}

    def _site_by_site(self, hosts: list[str]) -> Iterator[str]:
        """One host of each site first, of sites that do not fail before the others; then the rest."""
        failing, first = self._failing_sites(), dict[str, str]()
        for host in sorted(hosts, key=lambda each: self._sites[each] in failing):
            first.setdefault(self._sites[host], host)
        yield from first.values()
        chosen = set(first.values())
        yield from (host for host in hosts if host not in chosen)


def _site_of(host: str) -> str:
    """The last two labels: too short for some domains (co.uk), which makes two points one. That errs on the safe side:
    one more look decides."""
    return ".".join(host.rstrip(".").split(".")[-2:])
