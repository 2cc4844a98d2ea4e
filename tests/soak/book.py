"""The injector's own book, and how it is held against the archive. It shares no code with the desk: it reads the rows
of the store's file by SQL, and knows nothing of verdicts, neighbours or trials."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.soak.weather import Kind

FOUND_WITHIN = {
    Kind.WRONG_PASSWORD: 1000.0,
    Kind.FLAPPING: 5400.0,
    Kind.UNREACHED: 1000.0,
    Kind.BUSY: 1000.0,
    Kind.THROTTLED: 6000.0,  # the desk comes less often to who told it to
    Kind.REFUSES_ALL: 1500.0,
}
"""Seconds in sight: a round of 5 minutes and a fifth, a second opinion of 5 more, and the limits of logins."""
OVER_WITHIN = {
    Kind.WRONG_PASSWORD: 400.0,
    Kind.FLAPPING: 3600.0 + 2000.0,
    Kind.UNREACHED: 2200.0,  # the longest wait for weather is half an hour
    Kind.BUSY: 2200.0,
    Kind.THROTTLED: 4 * 3600.0 * 1.2 + 2200.0,  # the longest wait for a limit is 4 hours
    Kind.REFUSES_ALL: 3600.0 + 900.0,  # the probe's longest wait
}
ALIKE = 3
"""Mailboxes that fail alike are one trouble from so many on."""
CAUSES = {
    Kind.WRONG_PASSWORD: {"credentials_rejected"},
    Kind.FLAPPING: {"server_busy"},
    Kind.UNREACHED: {"network_unreachable", "provider_outage"},
    Kind.BUSY: {"server_busy", "provider_outage"},
    Kind.THROTTLED: {"too_many_logins"},
    Kind.REFUSES_ALL: {"provider_outage"},
}


@dataclass(eq=False, slots=True)
class Trouble:
    """One thing that the injector did. Times in seconds since 1970 UTC. `met`: failed checks by mailbox; `turns`: when
    it came or went, where it does."""

    kind: Kind
    where: str
    mailboxes: tuple[str, ...]
    began: float
    ended: float = 0.0
    met: dict[str, int] = field(default_factory=dict)
    turns: list[float] = field(default_factory=list)

    @property
    def lulls(self) -> int:
        """How often it neither came nor went for an hour: the waits between tries grow to half an hour."""
        return sum(later - earlier > 3300.0 for earlier, later in pairwise([self.began, *self.turns, self.ended]))


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as the archive has it."""

    id: str
    cause: str
    kind: str
    opened: float
    closed: float | None
    mailboxes: tuple[str, ...]


@dataclass(slots=True)
class Book:
    troubles: list[Trouble] = field(default_factory=list)
    blind: list[tuple[float, float]] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)

    def unseen(self, since: float, until: float) -> float:
        """Seconds between these in which the desk could see nothing."""
        return sum(max(0.0, min(until, end) - max(since, start)) for start, end in self.blind)

    def findings(self, told: list[Told]) -> list[str]:
        """What is missed, false, doubled, too late or called by a wrong name; one line each."""
        by_mailbox: defaultdict[str, list[Told]] = defaultdict(list)
        for incident in told:
            for mailbox in incident.mailboxes:
                by_mailbox[mailbox].append(incident)
        found = [line for trouble in self.troubles for line in self._of_trouble(trouble, by_mailbox)]
        return [*found, *self._false(told), *_overlaps(by_mailbox)]

    def _of_trouble(self, trouble: Trouble, by_mailbox: dict[str, list[Told]]) -> Iterator[str]:
        name = f"{trouble.kind.value} at {trouble.where} from {trouble.began:.0f} to {trouble.ended:.0f}"
        seen = trouble.ended - trouble.began - self.unseen(trouble.began, trouble.ended)
        about: dict[str, Told] = {}
        for mailbox in trouble.mailboxes:
            own = [each for each in by_mailbox[mailbox] if trouble.began <= each.opened <= trouble.ended]
            about |= {each.id: each for each in own}
            was_met = trouble.kind is not Kind.REFUSES_ALL or trouble.met.get(mailbox, 0) >= 2
            if not own and was_met and seen > FOUND_WITHIN[trouble.kind]:
                yield f"MISSED: {mailbox}, {name}"
        if trouble.kind is Kind.FLAPPING:
            yield from self._of_flapping(trouble, name, sorted(about.values(), key=lambda each: each.opened), seen)
        elif _is_doubled(about.values()):
            yield f"DOUBLED: {name}: {sorted(about)}"
        for each in about.values():
            if each.cause not in CAUSES[trouble.kind]:
                yield f"MISNAMED: {each.cause}, {name}"
            yield from self._of_end(trouble, each, name)

    def _of_flapping(self, trouble: Trouble, name: str, about: list[Told], seen: float) -> Iterator[str]:
        unsteady = [each for each in about if each.kind == "unsteady"]
        if not unsteady and not trouble.lulls and seen > FOUND_WITHIN[Kind.FLAPPING]:
            yield f"MISSED: never called unsteady, {name}"
        is_last = not unsteady or about[-1] is unsteady[-1]
        if len(unsteady) > 1 + trouble.lulls or not (is_last or trouble.lulls):
            yield f"DOUBLED: {name}: {[each.id for each in about]}"

    def _of_end(self, trouble: Trouble, incident: Told, name: str) -> Iterator[str]:
        allowed, before = trouble.ended + OVER_WITHIN[trouble.kind] + 60.0, 0.0
        while allowed != before:  # each time that it was blind gives it more, in which it may have been blind again
            before = allowed
            again = [at for at in self.restarts if trouble.kind is Kind.FLAPPING and trouble.ended < at < before]
            since = max([trouble.ended, *again])  # what it did meanwhile nobody saw: it has to be calm from then on
            allowed = since + OVER_WITHIN[trouble.kind] + 60.0 + self.unseen(since, before)
        if incident.closed is None or incident.closed > allowed:
            yield f"LINGERS: {incident.id} closed {incident.closed}, {name}"

    def _false(self, told: list[Told]) -> Iterator[str]:
        for incident in told:
            for mailbox in incident.mailboxes:
                real = (each for each in self.troubles if mailbox in each.mailboxes)
                if not any(each.began <= incident.opened <= each.ended for each in real):
                    yield f"FALSE: {incident.id} {incident.cause} of {mailbox}"


def _is_doubled(about: Collection[Told]) -> bool:
    """One trouble told as several. Two mailboxes that fail alike may be an accident, so each may have its own: that it
    is one trouble shows with the third."""
    told = [mailbox for each in about for mailbox in each.mailboxes]
    return len(about) > 1 and (len(set(told)) >= ALIKE or len(set(told)) < len(told))


def _overlaps(by_mailbox: dict[str, list[Told]]) -> Iterator[str]:
    for mailbox, incidents in by_mailbox.items():
        ordered = sorted(incidents, key=lambda each: each.opened)
        for one, next_one in pairwise(ordered):
            if one.kind != "shared" and (one.closed is None or one.closed > next_one.opened):
                yield f"DOUBLED: {mailbox} is in {one.id} and {next_one.id} at once"


def told_in(store: Path) -> list[Told]:
    """All incidents but those that went into another."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        members: defaultdict[int, list[str]] = defaultdict(list)
        for key, mailbox in connection.execute(
            "SELECT incident, m.id FROM incident_mailboxes JOIN mailboxes m ON m.key = mailbox"
        ):
            members[key].append(mailbox)
        rows = connection.execute(
            "SELECT key, id, cause, kind, opened_at, closed_at FROM incidents WHERE part_of = '' ORDER BY opened_at"
        )
        return [
            Told(identity, cause, kind, opened, closed, tuple(sorted(members[key])))
            for key, identity, cause, kind, opened, closed in rows
        ]
