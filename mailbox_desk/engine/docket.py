"""What is still to be told: the rule (`WHEN`) and the open incidents that wait for their time. Pure; no words here.

Told are: at once what needs a person, after a while what the desk itself could not mend, and once each that is back.
Of each sort at most one notice a minute; what comes in that minute is told together at its end. What many share is one
trouble, and what comes and goes is told to nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.incident import Incident, IncidentKind
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Notice, NoticeKind
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown, Verdict

GATHER: Final = 3.0
"""Seconds. Who drops together is found in the same round of checks: a short wait makes one notice of it."""
QUIET: Final = 60.0
"""Seconds between two notices of the same sort."""


class When(Enum):
    AT_ONCE = "at once"
    AFTER_A_WHILE = "after a while"
    NEVER = "never"


WHEN: Mapping[Shown, When] = MappingProxyType(
    {
        Shown.NEEDS_YOU: When.AT_ONCE,
        Shown.RECONNECTING: When.AFTER_A_WHILE,
        Shown.SUSPECT: When.NEVER,
        Shown.CHECKING: When.NEVER,
        Shown.CONNECTED: When.NEVER,
        Shown.BLIND: When.NEVER,
        Shown.PAUSED: When.NEVER,
    }
)


@dataclass(frozen=True, slots=True)
class _Part:
    """How one mailbox of an incident is told of. `is_put_away`: known to the person, or paused."""

    when: When = When.NEVER
    is_known: bool = False
    is_put_away: bool = False


@dataclass(slots=True)
class _Trouble:
    """An open incident. `due` is when it may be told, as it stands; `told` the verdict it was last told with;
    `on_screen` what of it hangs there, under the incidents that it was told as."""

    incident: Incident
    verdict: Verdict
    told: Verdict | None
    when: When = When.NEVER
    due: float | None = None
    on_screen: dict[str, Incident] = field(default_factory=dict)
    parts: dict[MailboxId, _Part] = field(default_factory=dict)
    sorts: Counter[_Part] = field(default_factory=Counter)

    @property
    def is_news(self) -> bool:
        return self.told is None or (self.told is Verdict.RECONNECTING and self.verdict is Verdict.NEEDS_YOU)

    @property
    def is_known(self) -> bool:
        """A person knows of every mailbox in it."""
        return bool(self.sorts) and all(part.is_known for part in self.sorts)

    @property
    def is_put_away(self) -> bool:
        return bool(self.sorts) and all(part.is_put_away for part in self.sorts)

    @property
    def loudest(self) -> When:
        there = {part.when for part in self.sorts}
        return next((each for each in (When.AT_ONCE, When.AFTER_A_WHILE) if each in there), When.NEVER)

    @property
    def sort(self) -> NoticeKind:
        return NoticeKind.SHARED if self.incident.kind is IncidentKind.SHARED else NoticeKind.TROUBLE

    def put(self, mailbox_id: MailboxId, part: _Part) -> None:
        self.take_out(mailbox_id)
        self.parts[mailbox_id] = part
        self.sorts[part] += 1

    def take_out(self, mailbox_id: MailboxId) -> None:
        part = self.parts.pop(mailbox_id, None)
        if part is not None:
            self.sorts[part] -= 1
            if not self.sorts[part]:
                del self.sorts[part]


class Docket:
    """What is still to be told. Pure: `at` is seconds of a clock that never goes back, `now` since 1970 UTC.

    The last thing told of a mailbox is true: a mailbox that drops again before its "back" was told has none.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._troubles: dict[str, _Trouble] = {}
        self._waiting: dict[NoticeKind, dict[str, float]] = {NoticeKind.SHARED: {}, NoticeKind.TROUBLE: {}}
        self._of: dict[MailboxId, str] = {}
        self._backs: dict[str, tuple[Incident, float]] = {}
        self._withdrawn: list[Incident] = []
        self._told_together: list[str] = []
        self._last: dict[NoticeKind, float] = {}

    def heard(
        self, standing: Standing, incidents: Sequence[Incident], belongs_to: str | None, at: float, now: float
    ) -> bool:
        """How a mailbox stands; the incidents that this opened, changed or closed, and the open one it belongs to now.
        False where that is no news."""
        part = _part(standing)
        for incident in incidents:
            self._take_in(incident, standing.mailbox_id)
        before = self._of.get(standing.mailbox_id)
        if before is not None and before != belongs_to:
            self._leaves(standing.mailbox_id, before, at, now, standing)
        for incident in incidents:
            if not incident.is_open:
                is_left_to_some = incident.kind is IncidentKind.SHARED and incident.count > 0
                self._closed(incident, at, is_back=is_left_to_some or not standing.state.verdict.is_down)
        trouble = self._troubles.get(belongs_to or "")
        if trouble is None:
            return bool(incidents)
        self._of[standing.mailbox_id] = trouble.incident.id
        trouble.put(standing.mailbox_id, part)
        if trouble.sort is NoticeKind.TROUBLE:
            trouble.verdict = standing.state.verdict
        return self._weigh(trouble, standing.since, at, now) or bool(incidents)

    def forget(self, mailbox_id: MailboxId, shared: Sequence[Incident] = ()) -> None:
        """The mailbox was removed; `shared` are the incidents that it took part in, without it."""
        identity = self._of.pop(mailbox_id, None)
        trouble = self._troubles.get(identity or "")
        self._backs = {
            key: (incident, at) for key, (incident, at) in self._backs.items() if incident.mailboxes != (mailbox_id,)
        }
        if trouble is not None and identity is not None:
            trouble.take_out(mailbox_id)
            if not trouble.parts:
                del self._troubles[identity]
                self._file(trouble)
                self._take_away(trouble)
        for incident in shared:
            if incident.id in self._troubles:
                self._troubles[incident.id].incident = incident

    def due(self, at: float) -> list[Notice]:
        """What is to be told now; it then counts as told."""
        notices = []
        if self._withdrawn:
            notices.append(Notice(NoticeKind.WITHDRAWN, tuple(self._withdrawn)))
            self._withdrawn = []
        if _is_reached(self._next_trouble(NoticeKind.SHARED), at):
            notices.append(self._tell_shared(at))
        if _is_reached(self._next_trouble(NoticeKind.TROUBLE), at):
            notices.append(self._tell_troubles(at))
        if _is_reached(self._next_back(), at):
            notices.append(Notice(NoticeKind.BACK, tuple(incident for incident, _ in self._backs.values())))
            self._backs.clear()
            self._last[NoticeKind.BACK] = at
        return notices

    def next_at(self, at: float) -> float | None:
        """When `due` has something to say, None while nothing waits."""
        if self._withdrawn:
            return at
        troubles = (self._next_trouble(sort) for sort in (NoticeKind.SHARED, NoticeKind.TROUBLE))
        return min((each for each in (*troubles, self._next_back()) if each is not None), default=None)

    # -- what happens to incidents

    def _take_in(self, incident: Incident, mailbox_id: MailboxId) -> None:
        """A new one opens, a known one changes; one that went into another hands over what hangs on the screen."""
        if incident.part_of:
            self._goes_into(incident)
        elif incident.kind is IncidentKind.UNSTEADY or not incident.is_open:
            return
        elif incident.id in self._troubles:
            self._troubles[incident.id].incident = incident
        else:
            told = None if incident.told_at is None else incident.verdict
            hangs_there = self._dropped_again(mailbox_id)
            self._troubles[incident.id] = _Trouble(incident, incident.verdict, told, on_screen=hangs_there)
        trouble = self._troubles.get(incident.id)
        if trouble is not None and trouble.sort is NoticeKind.SHARED:
            trouble.verdict = incident.verdict
            self._file(trouble)

    def _dropped_again(self, mailbox_id: MailboxId) -> dict[str, Incident]:
        """A mailbox whose "back" waits still: it is not told, and its bad news hangs on the screen."""
        found = {key: incident for key, (incident, _) in self._backs.items() if incident.mailboxes == (mailbox_id,)}
        for key in found:
            del self._backs[key]
        return found

    def _goes_into(self, single: Incident) -> None:
        gone, into = self._troubles.pop(single.id, None), self._troubles.get(single.part_of)
        if gone is None:
            return
        self._file(gone)
        for mailbox_id, part in gone.parts.items():
            self._of.pop(mailbox_id, None)
            if into is not None:
                self._of[mailbox_id] = into.incident.id
                into.put(mailbox_id, part)
        if into is None:  # it is unsteady from now on, and quiet
            self._take_away(gone)
        else:
            into.on_screen.update(gone.on_screen)

    def _leaves(self, mailbox_id: MailboxId, identity: str, at: float, now: float, standing: Standing) -> None:
        self._of.pop(mailbox_id, None)
        trouble = self._troubles.get(identity)
        if trouble is not None and trouble.incident.is_open and len(trouble.parts) > 1:
            trouble.take_out(mailbox_id)
            self._weigh(trouble, standing.since, at, now)

    def _closed(self, incident: Incident, at: float, *, is_back: bool) -> None:
        trouble = self._troubles.pop(incident.id, None)
        if trouble is None:
            return
        self._file(trouble)
        for mailbox_id in trouble.parts:
            if self._of.get(mailbox_id) == incident.id:
                del self._of[mailbox_id]
        if trouble.told is not None and not trouble.is_known and is_back:
            self._backs[incident.id] = incident, at
        else:
            self._take_away(trouble)

    def _weigh(self, trouble: _Trouble, since: float, at: float, now: float) -> bool:
        when = trouble.loudest
        if trouble.is_put_away:
            self._take_away(trouble)
        if when is trouble.when:
            self._file(trouble)
            return bool(self._withdrawn)
        trouble.when = when
        match when:
            case When.AT_ONCE:
                trouble.due = at
            case When.AFTER_A_WHILE:
                left = since + self._patience - now  # more than all of it: the clock was set back meanwhile
                trouble.due = at + min(self._patience, max(0.0, left))
            case When.NEVER:
                trouble.due = None
        self._file(trouble)
        return True

    def _file(self, trouble: _Trouble) -> None:
        """Note whether it waits to be told, and for when: thousands must not be looked through for each of them."""
        key, waiting = trouble.incident.id, self._waiting[trouble.sort]
        if key in self._troubles and trouble.is_news and trouble.due is not None:
            waiting[key] = trouble.due
        else:
            waiting.pop(key, None)

    def _take_away(self, trouble: _Trouble) -> None:
        self._withdrawn.extend(trouble.on_screen.values())
        trouble.on_screen = {}

    # -- what is told of them

    def _next_trouble(self, sort: NoticeKind) -> float | None:
        return self._next_of(sort, self._waiting[sort].values())

    def _next_back(self) -> float | None:
        return self._next_of(NoticeKind.BACK, (at for _, at in self._backs.values()))

    def _next_of(self, kind: NoticeKind, due: Iterable[float]) -> float | None:
        first = min(due, default=None)
        return None if first is None else max(first + GATHER, self._last.get(kind, -QUIET) + QUIET)

    def _tell_shared(self, at: float) -> Notice:
        fresh = [key for key, due in self._waiting[NoticeKind.SHARED].items() if due <= at]
        self._last[NoticeKind.SHARED] = at
        return self._told(NoticeKind.SHARED, fresh, fresh)

    def _tell_troubles(self, at: float) -> Notice:
        """Those that are due, and with them those told within the last minute: it is one story."""
        waiting = self._waiting[NoticeKind.TROUBLE]
        goes_on = min(waiting.values()) <= self._last.get(NoticeKind.TROUBLE, -2 * QUIET) + QUIET
        earlier = [key for key in self._told_together if goes_on and self._is_on_screen(key) and key not in waiting]
        fresh = [key for key, due in waiting.items() if due <= at]
        self._last[NoticeKind.TROUBLE] = at
        self._told_together = [*earlier, *fresh]
        kind = NoticeKind.TROUBLE if len(self._told_together) == 1 else NoticeKind.GROUP
        return self._told(kind, self._told_together, fresh)

    def _told(self, kind: NoticeKind, keys: Sequence[str], fresh: Iterable[str]) -> Notice:
        troubles = [self._troubles[key] for key in keys]
        told = tuple(replace(each.incident, verdict=each.verdict) for each in troubles)
        replaced = {key for each in troubles for key in each.on_screen} - set(keys)
        for trouble, incident in zip(troubles, told, strict=True):
            trouble.on_screen = {incident.id: incident}
        for key in fresh:
            self._troubles[key].told = self._troubles[key].verdict
            self._file(self._troubles[key])
        return Notice(kind, told, frozenset(replaced))

    def _is_on_screen(self, key: str) -> bool:
        trouble = self._troubles.get(key)
        return trouble is not None and key in trouble.on_screen


def _part(standing: Standing) -> _Part:
    when = When.NEVER if standing.acknowledged else WHEN[standing.shown]
    return _Part(when, standing.acknowledged, standing.acknowledged or standing.shown is Shown.PAUSED)


def _is_reached(due: float | None, at: float) -> bool:
    return due is not None and due <= at
