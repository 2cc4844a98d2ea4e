"""What is worth keeping of a change: the status change, and the incidents that it opens, renews, merges or closes.

Each mailbox is in one open incident at most: its own, one that it shares, or that of its unsteadiness.
It tells nobody itself: the watcher writes what it answers together with the standing, and the herald hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mailbox_desk.engine.connection_trouble import (
    Fleet,
    NoFleet,
    is_connections,
    is_down_by_connection,
    is_dragged_along,
)
from mailbox_desk.engine.flapping import Flapping, is_calm
from mailbox_desk.engine.joint import absorbed, begun, dissolved, joined, removed, without
from mailbox_desk.engine.neighbourhood import Neighbourhood
from mailbox_desk.engine.outbreak import MANY, Crowd, fare_of, is_evidence, story_of, subsides, tells
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.incident import Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown


@dataclass(frozen=True, slots=True)
class Entry:
    """What one standing came to. `incidents` as they are now, a shared one before those that went into it; `rejudge`
    the mailboxes that are now said to have what all in `shared` have; `belongs_to` the open incident of this one;
    `refused` the admin connection that is found to be refused just now."""

    incidents: tuple[Incident, ...] = ()
    belongs_to: str | None = None
    shared: Incident | None = None
    rejudge: tuple[MailboxId, ...] = ()
    refused: Place | None = None


class Journal:
    """Knows the open incidents. `waits`: whether this is no moment to blame a place, for we woke just now; `fleet`: who
    is signed in by which admin connection."""

    def __init__(
        self,
        open_incidents: Iterable[Incident] = (),
        neighbourhood: Neighbourhood | None = None,
        waits: Callable[[], bool] = lambda: False,
        fleet: Fleet | None = None,
    ) -> None:
        self._open = {each.id: each for each in open_incidents if each.is_open}
        self._of = {mailbox: each.id for each in self._open.values() for mailbox in each.members}
        self._neighbourhood = neighbourhood or Neighbourhood()
        self._waits = waits
        self._fleet: Fleet = fleet or NoFleet()
        self._flapping = Flapping()
        self._failed_at: dict[MailboxId, float] = {}  # the last check that says so

    @property
    def incidents_open(self) -> int:
        """How many there are; one that many mailboxes share is one."""
        return len(self._open)

    @property
    def shared(self) -> tuple[Incident, ...]:
        """The open incidents that many share, the oldest first."""
        return tuple(each for each in self._open.values() if each.kind is IncidentKind.SHARED)

    def incident_of(self, mailbox_id: MailboxId) -> Incident | None:
        """The open incident that this mailbox takes part in."""
        return self._open.get(self._of.get(mailbox_id, ""))

    def shared_of(self, mailbox_id: MailboxId, now: float) -> Incident | None:
        """The incident that it shares with others, unless nearly all of them are back for long."""
        known = self.incident_of(mailbox_id)
        is_shared = known is not None and known.kind is IncidentKind.SHARED and not subsides(known, now)
        return known if is_shared else None

    def membership(self, mailbox_id: MailboxId) -> tuple[str, float | None]:
        """The id of the incident that it shares, "" for none, and since when it is unsteady."""
        known = self.incident_of(mailbox_id)
        if known is None:
            return "", None
        is_shared, is_unsteady = known.kind is IncidentKind.SHARED, known.kind is IncidentKind.UNSTEADY
        return known.id if is_shared else "", known.started_at if is_unsteady else None

    def know(self, mailbox: Mailbox, standing: Standing, now: float) -> None:
        """The mailbox is watched from now on."""
        known = self.incident_of(mailbox.id)
        if known is not None and known.kind is IncidentKind.UNSTEADY:
            self._flapping.looked_again(mailbox.id, now)
        self._note_failure(standing)
        self._neighbourhood.note(mailbox, fare_of(standing, now))

    def clock_stepped(self, by: float) -> None:
        """The wall clock left the other by so many seconds: a sleep is no calm."""
        self._flapping.clock_stepped(by)

    def change(self, before: Standing, after: Standing, now: float) -> StatusChange | None:
        """The change of what is shown or of its cause, None where there is none worth a line."""
        cause, was = _cause(after), _cause(before)
        if after.shown is before.shown and (cause == was or not after.state.verdict.is_down):
            return None
        return StatusChange(after.mailbox_id, now, after.shown, cause)

    def take(self, mailbox: Mailbox, before: Standing, after: Standing, now: float) -> Entry:
        """Take in how a mailbox stands now."""
        known = self.incident_of(mailbox.id)
        changed = self._flapping.noted(mailbox.id, before.state.verdict, after.state.verdict, now)
        ended: tuple[Incident, ...] = ()
        if known is not None and known.kind is IncidentKind.UNSTEADY:
            if not self._is_over(known, after, now):
                return self._entry(mailbox.id, self._still_unsteady(known, after, now) if changed else ())
            ended = (self._close(known, mailbox.id, now),)
            self._flapping.forget(mailbox.id)
        self._neighbourhood.note(mailbox, fare_of(after, now))
        self._note_failure(after)
        if self._begins_to_flap(mailbox.id, after, now):
            return self._entry(mailbox.id, (*ended, *self._unsteady(before, after, now)))
        entry = self._judged(mailbox, before, after, now)
        return replace(entry, incidents=(*ended, *entry.incidents))

    def told(self, incidents: Iterable[str], now: float) -> tuple[Incident, ...]:
        """Those of these incidents that are open still, as told now."""
        known = (self._open.get(each) for each in dict.fromkeys(incidents))
        changed = tuple(replace(each, told_at=now) for each in known if each is not None)
        self._open.update({each.id: each for each in changed})
        return changed

    def forget(self, mailbox_id: MailboxId, now: float) -> tuple[Incident, ...]:
        """The mailbox was removed; the shared incidents that it took part in, as they are without it."""
        known = self.incident_of(mailbox_id)
        if known is not None and known.kind is not IncidentKind.SHARED:
            del self._open[known.id]
        self._neighbourhood.forget(mailbox_id)
        self._flapping.forget(mailbox_id)
        self._failed_at.pop(mailbox_id, None)
        concerned = [each for each in self.shared if mailbox_id in each.mailboxes]
        news = tuple(removed(each, mailbox_id, now, self._count_at(each)) for each in concerned)
        for each in news:
            self._put(each)
        self._of.pop(mailbox_id, None)
        return news

    # -- one by one, or together

    def _judged(self, mailbox: Mailbox, before: Standing, after: Standing, now: float) -> Entry:
        mailbox_id, known = mailbox.id, self.incident_of(mailbox.id)
        connection = self._fleet.place_of(mailbox) if is_down_by_connection(after) else None
        gone: tuple[Incident, ...] = ()
        if known is not None and known.kind is IncidentKind.SHARED:
            if self._still_shares(known, after, connection):
                if is_connections(known.place):
                    return self._entry(mailbox_id, self._said_otherwise(known, before, after, now))
                if after.shown is Shown.BLIND or not self._subsides(known, now):
                    return self._entry(mailbox_id)
                return self._entry(mailbox_id, self._dissolve(known, now))
            gone = (self._leave(known, mailbox_id, now),)
            known = None
        if _is_seen_down(after):
            if connection is not None:
                refused = self._by_connection(connection, mailbox_id, after, now)
                return replace(refused, incidents=(*gone, *refused.incidents))
            together = self._together(mailbox_id, after, now)
            if together is not None:
                return replace(together, incidents=(*gone, *together.incidents))
        return self._entry(mailbox_id, (*gone, *self._alone(known, after, now)))

    def _alone(self, known: Incident | None, after: Standing, now: float) -> tuple[Incident, ...]:
        verdict, diagnosis = after.state.verdict, after.diagnosis
        if _is_seen_down(after) and diagnosis is not None:
            if known is not None and known.cause is diagnosis.cause and verdict.gravity <= known.verdict.gravity:
                return ()
            if known is None:
                known = _opened(after, now)
            told_at = None if verdict.gravity > known.verdict.gravity else known.told_at
            news = replace(known, cause=diagnosis.cause, verdict=verdict, seen_at=now, told_at=told_at)
            self._put(news, (after.mailbox_id,))
            return (news,)
        if known is not None and not verdict.is_down:
            return (self._close(known, after.mailbox_id, now),)
        return ()

    def _together(self, mailbox_id: MailboxId, after: Standing, now: float) -> Entry | None:
        """This mailbox joins a shared incident, or makes one with others; None where its trouble is its own."""
        story = story_of(after.diagnosis.cause) if after.diagnosis else None
        if story is None or after.diagnosis is None:
            return None
        for each in self.shared if is_evidence(fare_of(after, now)) else ():
            if tells(after.diagnosis, each) and each.place and self._neighbourhood.lives_at(mailbox_id, each.place):
                news = joined(each, mailbox_id, now, self._neighbourhood.count(each.place))
                return self._entry(mailbox_id, self._merge(news, (mailbox_id,), now), news, (mailbox_id,))
        found = None if self._waits() else self._neighbourhood.crowd(mailbox_id, story, now)
        if found is None:
            return None
        place, crowd = found[0], self._free(found[1])
        if len(crowd.members) < MANY:
            return None
        singles = [each for each in map(self.incident_of, crowd.members) if each is not None]
        began = after.half(after.worst).failing_since or now
        news = begun(place, crowd, singles, began, now, self._neighbourhood.count(place))
        return self._entry(mailbox_id, self._merge(news, crowd.members, now), news, crowd.members)

    def _by_connection(self, place: Place, mailbox_id: MailboxId, after: Standing, now: float) -> Entry:
        """The admin connection is refused: one incident from its first mailbox on, for the others will fail alike."""
        of = self._fleet.size(place)
        for each in self.shared:
            if each.place == place:
                news = joined(each, mailbox_id, now, of)
                return self._entry(mailbox_id, self._merge(news, (mailbox_id,), now))
        assert after.diagnosis is not None
        singles = [each for each in (self.incident_of(mailbox_id),) if each is not None]
        began = after.half(after.worst).failing_since or now
        news = begun(place, Crowd((mailbox_id,), after.diagnosis.cause, 1.0), singles, began, now, of)
        return replace(self._entry(mailbox_id, self._merge(news, (mailbox_id,), now)), refused=place)

    def _said_otherwise(self, known: Incident, before: Standing, after: Standing, now: float) -> tuple[Incident, ...]:
        """Another setting is wrong now: that is news of the same incident."""
        if before.diagnosis is None or after.diagnosis is None or before.diagnosis.rule == after.diagnosis.rule:
            return ()
        news = replace(known, seen_at=now, cause=after.diagnosis.cause)
        self._put(news)
        return (news,)

    def _free(self, crowd: Crowd) -> Crowd:
        """Without those that share another incident, unless all of that goes up in this one: first one host of a
        provider is seen to be down, then all of them."""
        everyone = frozenset(crowd.members)
        bound = {each.id for each in self.shared if not everyone.issuperset(each.members)}
        return replace(crowd, members=tuple(each for each in crowd.members if self._of.get(each) not in bound))

    def _merge(self, news: Incident, members: Sequence[MailboxId], now: float) -> tuple[Incident, ...]:
        """The shared incident, and the own ones of its members that went into it."""
        known = {each.id: each for each in map(self.incident_of, members) if each is not None and each.id != news.id}
        self._put(news, members)
        return (news, *(self._absorb(each, news, now) for each in known.values()))

    def _absorb(self, single: Incident, into: Incident, now: float) -> Incident:
        self._open.pop(single.id, None)
        return absorbed(single, into, now)

    def _still_shares(self, known: Incident, after: Standing, connection: Place | None) -> bool:
        if after.shown is Shown.PAUSED or not after.state.verdict.is_down:
            return False
        if connection is not None or is_connections(known.place):
            return connection == known.place or (is_connections(known.place) and is_dragged_along(after))
        lives_there = known.place is not None and self._neighbourhood.lives_at(after.mailbox_id, known.place)
        return lives_there and tells(after.diagnosis, known)

    def _is_shared(self, mailbox_id: MailboxId) -> bool:
        known = self.incident_of(mailbox_id)
        return known is not None and known.kind is IncidentKind.SHARED

    def _leave(self, known: Incident, mailbox_id: MailboxId, now: float) -> Incident:
        del self._of[mailbox_id]
        news = without(known, mailbox_id, now, self._count_at(known))
        self._put(news)
        return news

    def _subsides(self, known: Incident, now: float) -> bool:
        """Who was not tried since the others are back may be back as well: a limit makes us wait for hours."""
        tried = all(self._failed_at.get(each, 0.0) > known.seen_at for each in known.members)
        return tried and not self._waits() and subsides(known, now)

    def _note_failure(self, standing: Standing) -> None:
        checked_at = standing.half(standing.worst).checked_at
        if checked_at is None or not standing.state.verdict.is_down:
            self._failed_at.pop(standing.mailbox_id, None)
        else:
            self._failed_at[standing.mailbox_id] = checked_at

    def _dissolve(self, known: Incident, now: float) -> tuple[Incident, ...]:
        over, rest = dissolved(known, now)
        self._put(over)
        for each in rest:
            self._put(each, each.mailboxes)
        return (*rest, over)

    def _count_at(self, shared: Incident) -> int:
        if shared.place is None:
            return 0
        return (
            self._fleet.size(shared.place) if is_connections(shared.place) else self._neighbourhood.count(shared.place)
        )

    # -- unsteady

    def _begins_to_flap(self, mailbox_id: MailboxId, after: Standing, now: float) -> bool:
        is_seen = after.shown not in (Shown.BLIND, Shown.PAUSED)
        return is_seen and self._flapping.is_unsteady(mailbox_id, now) and not self._is_shared(mailbox_id)

    def _unsteady(self, before: Standing, after: Standing, now: float) -> tuple[Incident, ...]:
        self._neighbourhood.forget(after.mailbox_id)  # who comes and goes says nothing of a place
        known, diagnosis = self.incident_of(after.mailbox_id), after.diagnosis or before.diagnosis
        cause = diagnosis.cause if diagnosis else known.cause if known else Cause.UNKNOWN
        news = Incident(
            id=f"unsteady-{after.mailbox_id}-{round(now * 1000)}",
            mailboxes=(after.mailbox_id,),
            cause=cause,
            verdict=after.state.verdict,
            started_at=self._flapping.began(after.mailbox_id) or now,
            opened_at=now,
            seen_at=now,
            kind=IncidentKind.UNSTEADY,
        )
        return self._merge(news, (after.mailbox_id,), now)

    def _still_unsteady(self, known: Incident, after: Standing, now: float) -> tuple[Incident, ...]:
        cause = after.diagnosis.cause if after.diagnosis else known.cause
        news = replace(known, seen_at=now, verdict=after.state.verdict, cause=cause)
        self._put(news)
        return (news,)

    def _is_over(self, known: Incident, after: Standing, now: float) -> bool:
        since = self._flapping.calm_since(after.mailbox_id) or known.seen_at
        looked = min(after.last_checked or now, now)  # who is tried each half hour may have come back since
        return is_calm(since, looked) and after.shown not in (Shown.BLIND, Shown.PAUSED)

    # -- the book itself

    def _put(self, incident: Incident, new_members: Iterable[MailboxId] = ()) -> None:
        if not incident.is_open:
            self._open.pop(incident.id, None)
            for each in incident.mailboxes:
                if self._of.get(each) == incident.id:
                    del self._of[each]
            return
        self._open[incident.id] = incident
        self._of.update(dict.fromkeys(new_members, incident.id))

    def _close(self, known: Incident, mailbox_id: MailboxId, now: float) -> Incident:
        self._open.pop(known.id, None)
        self._of.pop(mailbox_id, None)
        return replace(known, seen_at=now, closed_at=now)

    def _entry(
        self,
        mailbox_id: MailboxId,
        incidents: tuple[Incident, ...] = (),
        shared: Incident | None = None,
        rejudge: tuple[MailboxId, ...] = (),
    ) -> Entry:
        known = self.incident_of(mailbox_id)
        return Entry(incidents, known.id if known else None, shared, rejudge)


def _is_seen_down(standing: Standing) -> bool:
    is_seen = standing.shown not in (Shown.BLIND, Shown.PAUSED)
    return is_seen and standing.state.verdict.is_down and standing.diagnosis is not None


def _opened(standing: Standing, now: float) -> Incident:
    diagnosis = standing.diagnosis
    assert diagnosis is not None
    began = standing.half(standing.worst).failing_since or now
    identity = f"{standing.mailbox_id}-{round(now * 1000)}"
    return Incident(identity, (standing.mailbox_id,), diagnosis.cause, standing.state.verdict, began, now, now)


def _cause(standing: Standing) -> str | None:
    return standing.diagnosis.cause.value if standing.diagnosis else None
