"""How other mailboxes fare at the same host, at the same provider and in the same domain, by their latest check.

Pure bookkeeping, empty at every start: it counts, and never looks through mailboxes. Receiving is held against
receiving and sending against sending, for one may be down or switched off for all while the other is well.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Final

from mailbox_desk.diagnosis.provider import GENERIC
from mailbox_desk.engine.ports import Clock
from mailbox_desk.model.diagnosis import Around
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.verdict import Half

_NOBODY: Final = Around()


class Fate(StrEnum):
    """What the latest check came to. REFUSED: a secret that worked formerly was refused."""

    PASSING = "passing"
    FAILING = "failing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Others at the host, at all hosts of the provider, and in the domain of the address."""

    host: Around = _NOBODY
    provider: Around = _NOBODY
    domain: Around = _NOBODY


class _Circle(StrEnum):
    HOST = "host"
    PROVIDER = "provider"
    DOMAIN = "domain"


_Place = tuple[Half, _Circle, str]


@dataclass(frozen=True, slots=True)
class _Latest:
    """`at`: seconds of the clock that never goes back."""

    fate: Fate
    at: float
    places: tuple[_Place, ...]


@dataclass(slots=True)
class _Count:
    of: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))

    def around(self, own: Fate | None) -> Around:
        passing, failing, refused = (self.of[fate] - int(fate is own) for fate in Fate)
        return Around(passing, failing + refused, refused)


class Neighbours:
    """`window`: seconds for which a refusal speaks of its host. After that it is a failure like any other: a host that
    refuses good secrets refuses many in one round, and passwords that lie refused for days are each their own story.
    `is_public`: whether anybody has addresses of this domain; who lives there has nothing in common."""

    def __init__(self, clock: Clock, *, window: float, is_public: Callable[[str], bool]) -> None:
        self._clock = clock
        self._window = window
        self._is_public = cache(is_public)
        self._latest: dict[tuple[MailboxId, Half], _Latest] = {}
        self._counts: defaultdict[_Place, _Count] = defaultdict(_Count)
        self._refusals: deque[tuple[float, MailboxId, Half]] = deque()

    def noted(self, mailbox: Mailbox, halves: Iterable[Half], fate: Fate) -> None:
        """Take in the latest check of these halves."""
        now = self._clock.monotonic()
        for half in halves:
            self._take_back(mailbox.id, half)
            self._count(mailbox.id, half, _Latest(fate, now, self._places(mailbox, half)))
            if fate is Fate.REFUSED:
                self._refusals.append((now, mailbox.id, half))

    def around(self, mailbox: Mailbox, half: Half) -> Surroundings:
        """How the others fare with this half, without the mailbox itself."""
        self._let_refusals_age()
        own = self._latest.get((mailbox.id, half))
        found = {}
        for place in self._places(mailbox, half):
            count = self._counts.get(place)
            if count is not None:
                found[place[1].value] = count.around(own.fate if own and place in own.places else None)
        return Surroundings(**found)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        for half in Half:
            self._take_back(mailbox_id, half)

    def _let_refusals_age(self) -> None:
        ended = self._clock.monotonic() - self._window
        while self._refusals and self._refusals[0][0] <= ended:
            at, mailbox_id, half = self._refusals.popleft()
            latest = self._latest.get((mailbox_id, half))
            if latest is not None and latest.fate is Fate.REFUSED and latest.at == at:
                self._take_back(mailbox_id, half)
                self._count(mailbox_id, half, replace(latest, fate=Fate.FAILING))

    def _count(self, mailbox_id: MailboxId, half: Half, latest: _Latest) -> None:
        self._latest[mailbox_id, half] = latest
        for place in latest.places:
            self._counts[place].of[latest.fate] += 1

    def _take_back(self, mailbox_id: MailboxId, half: Half) -> None:
        latest = self._latest.pop((mailbox_id, half), None)
        if latest is None:
            return
        for place in latest.places:
            count = self._counts[place].of
            count[latest.fate] -= 1
            if not any(count.values()):
                del self._counts[place]

    def _places(self, mailbox: Mailbox, half: Half) -> tuple[_Place, ...]:
        """Servers that no provider file knows have nothing in common either."""
        endpoint = mailbox.endpoint(half)
        domain = mailbox.address.rpartition("@")[2].lower()
        names = (
            (_Circle.HOST, endpoint.host.lower() if endpoint else ""),
            (_Circle.PROVIDER, "" if mailbox.provider == GENERIC else mailbox.provider),
            (_Circle.DOMAIN, "" if self._is_public(domain) else domain),
        )
        return tuple((half, circle, name) for circle, name in names if name)
