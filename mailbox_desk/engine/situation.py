"""Is it the mailbox, or our own network? Judged from who could be reached lately. Pure bookkeeping, no I/O.

Two hosts and more that all fail at name look-up or connect, and none that was reached since: it is our network.
Hosts that nobody tried since are asked first, so that two dead servers among good ones never blind the desk.
"""

from __future__ import annotations

from enum import StrEnum

from mailbox_desk.model.mailbox import Endpoint

HOSTS_THAT_MUST_FAIL = 2
WITNESSES = 3


class Outlook(StrEnum):
    CLEAR = "clear"
    UNSURE = "unsure"
    OFFLINE = "offline"


class Situation:
    """Feed it what each connection met; ask it for the outlook."""

    def __init__(self) -> None:
        self._known: dict[str, Endpoint] = {}
        self._failing: set[str] = set()
        self._asked: set[str] = set()

    def know(self, endpoint: Endpoint) -> None:
        """This host belongs to a mailbox of ours and can be asked as a witness."""
        self._known.setdefault(endpoint.host.lower(), endpoint)

    def reached(self, endpoint: Endpoint) -> None:
        """Somebody answered there: whatever failed before, our network works."""
        self.know(endpoint)
        self._failing.clear()
        self._asked.clear()

    def unreached(self, endpoint: Endpoint) -> None:
        self.know(endpoint)
        self._failing.add(endpoint.host.lower())

    def outlook(self) -> Outlook:
        if len(self._failing) < HOSTS_THAT_MUST_FAIL:
            return Outlook.CLEAR
        return Outlook.UNSURE if self.witnesses() else Outlook.OFFLINE

    def witnesses(self) -> tuple[Endpoint, ...]:
        """Hosts to be asked before the network is called down: a few that did not fail since."""
        wanted = WITNESSES - len(self._asked)
        fresh = (end for host, end in self._known.items() if host not in self._failing and host not in self._asked)
        return tuple(end for _, end in zip(range(max(0, wanted)), fresh, strict=False))

    def failing(self) -> tuple[Endpoint, ...]:
        """Hosts that failed, to be asked again while the desk is blind."""
        return tuple(end for host, end in self._known.items() if host in self._failing)

    def asked(self, endpoint: Endpoint) -> None:
        self._asked.add(endpoint.host.lower())
