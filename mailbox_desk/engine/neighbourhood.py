"""Who lives where, and how each fared when last looked at: outbreaks are told from this. It decides nothing.

Neighbours counts for the judge of one failure; here the neighbours are known by name, so that all can be judged anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from mailbox_desk.diagnosis.provider import GENERIC
from mailbox_desk.engine.outbreak import STORIES, Crowd, Fare, Story, crowd_at, is_wider, shortfall
from mailbox_desk.model.incident import Circle, Place
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.verdict import Half

_LOOK_AGAIN: Final = 30.0
"""Seconds after which a place is counted anew, however little happened there: what was seen grows old."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A place had no crowd: it can have none before so many more notes, unless so much time has gone by."""

    notes: int
    at: float


class Neighbourhood:
    """`is_public`: whether anybody has addresses of this domain; who lives there has nothing in common."""

    def __init__(self, is_public: Callable[[str], bool] = lambda _: False) -> None:
        self._is_public = cache(is_public)
        self._places: dict[MailboxId, frozenset[Place]] = {}
        self._fares: defaultdict[Place, dict[MailboxId, Fare]] = defaultdict(dict)
        self._well: set[MailboxId] = set()
        self._notes: Counter[Place] = Counter()
        self._counted: dict[tuple[Place, Story], _Counted] = {}

    def note(self, mailbox: Mailbox, fare: Fare | None) -> None:
        """How it fares now; None: it takes part in nothing."""
        places = self._places_of(mailbox) if fare is not None else frozenset()
        for gone in self._places.get(mailbox.id, frozenset()) - places:
            self._drop(mailbox.id, gone)
        self._well.discard(mailbox.id)
        if fare is None:
            self._places.pop(mailbox.id, None)
            return
        if fare.is_well:
            self._well.add(mailbox.id)
        self._places[mailbox.id] = places
        for place in places:
            self._fares[place][mailbox.id] = fare
            self._notes[place] += 1

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        self._well.discard(mailbox_id)
        for place in self._places.pop(mailbox_id, frozenset()):
            self._drop(mailbox_id, place)

    def lives_at(self, mailbox_id: MailboxId, place: Place) -> bool:
        return place in self._places.get(mailbox_id, frozenset())

    def places(self, mailbox_id: MailboxId) -> frozenset[Place]:
        return self._places.get(mailbox_id, frozenset())

    def count(self, place: Place) -> int:
        """How many mailboxes the desk has there, those left out that take part in nothing."""
        return len(self._fares.get(place, {}))

    def crowd(self, mailbox_id: MailboxId, story: Story, now: float) -> tuple[Place, Crowd] | None:
        """Where many fail as this mailbox does, and who; None where it is alone with it."""
        best: tuple[Place, Crowd] | None = None
        for circle in STORIES[story].circles:
            for place in sorted(self.places(mailbox_id), key=lambda each: each.name):
                if place.circle is not circle:
                    continue
                crowd = self._crowd_at(place, mailbox_id, story, now)
                if crowd is None or mailbox_id not in crowd.members:
                    continue
                if best is None or not is_wider(best[1], crowd):
                    best = place, crowd
        return best

    def _crowd_at(self, place: Place, mailbox_id: MailboxId, story: Story, now: float) -> Crowd | None:
        """Thousands that fail one after the other must not each count all others."""
        counted = self._counted.get((place, story))
        if counted is not None and self._notes[place] < counted.notes and abs(now - counted.at) < _LOOK_AGAIN:
            return None
        fares = self._fares[place]
        crowd = crowd_at(fares, story, now, others_pass=self._others_pass(mailbox_id, place))
        if crowd is None:
            self._counted[place, story] = _Counted(self._notes[place] + shortfall(fares, story, now), now)
        else:
            self._counted.pop((place, story), None)
        return crowd

    def _others_pass(self, mailbox_id: MailboxId, place: Place) -> bool:
        """Somebody outside the place is well; outside a domain, somebody whom a server of this mailbox lets in."""
        inside = self._fares[place]
        if place.circle is not Circle.DOMAIN:
            return any(each not in inside for each in self._well)
        hosts = (self._fares[each] for each in self.places(mailbox_id) if each.circle is Circle.HOST)
        return any(_has_well(fares, inside) for fares in hosts)

    def _drop(self, mailbox_id: MailboxId, place: Place) -> None:
        fares = self._fares[place]
        fares.pop(mailbox_id, None)
        self._notes[place] += 1
        if not fares:
            del self._fares[place], self._notes[place]
            for story in STORIES:
                self._counted.pop((place, story), None)

    def _places_of(self, mailbox: Mailbox) -> frozenset[Place]:
        """Servers that no provider file knows have nothing in common."""
        ends = (mailbox.endpoint(half) for half in Half)
        hosts = {Place(Circle.HOST, end.host.lower()) for end in ends if end is not None}
        domain = mailbox.address.rpartition("@")[2].lower()
        shared = set()
        if mailbox.provider != GENERIC:
            shared.add(Place(Circle.PROVIDER, mailbox.provider))
        if domain and not self._is_public(domain):
            shared.add(Place(Circle.DOMAIN, domain))
        return frozenset(hosts | shared)


def _has_well(fares: Mapping[MailboxId, Fare], without: Mapping[MailboxId, Fare]) -> bool:
    return any(fare.is_well and each not in without for each, fare in fares.items())
