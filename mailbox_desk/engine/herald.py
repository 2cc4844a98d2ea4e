"""Whom to tell of what, and when: the rule (`WHEN`), a docket of what waits to be told, and the task that tells it.

Told are: at once what needs a person, after a while what the desk itself could not mend, and once each that is back.
Of each sort at most one notice a minute; what comes in that minute is told together at its end. No words here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from mailbox_desk.engine.agenda import Agenda, Appointment
from mailbox_desk.engine.journal import Journal
from mailbox_desk.engine.ports import Clock, Notifier, Recorder
from mailbox_desk.model.history import ArchiveFailed, Record
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Notice, NoticeKind
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Shown, Verdict

_log = logging.getLogger(__name__)
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


@dataclass(slots=True)
class _Trouble:
    """An open incident. `due` is when it may be told, as it stands; `told` the verdict it was last told with."""

    incident: Incident
    verdict: Verdict
    told: Verdict | None
    when: When = When.NEVER
    due: float | None = None
    is_known: bool = False
    is_on_screen: bool = False

    @property
    def is_news(self) -> bool:
        return self.told is None or (self.told is Verdict.RECONNECTING and self.verdict is Verdict.NEEDS_YOU)


class Docket:
    """What is still to be told. Pure: `at` is seconds of a clock that never goes back, `now` since 1970 UTC.

    The last thing told of a mailbox is true: a mailbox that drops again before its "back" was told has none.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._troubles: dict[MailboxId, _Trouble] = {}
        self._backs: dict[MailboxId, tuple[Incident, float]] = {}
        self._withdrawn: list[Incident] = []
        self._told_together: list[MailboxId] = []
        self._last: dict[NoticeKind, float] = {}

    def heard(self, standing: Standing, incident: Incident | None, at: float, now: float) -> bool:
        """How a mailbox stands; `incident` where this opened, changed or closed one. False where that is no news."""
        trouble = self._troubles.get(standing.mailbox_id)
        if incident is not None and not incident.is_open:
            self._closed(standing.mailbox_id, incident, at)
            return True
        if incident is not None and trouble is None:
            self._backs.pop(standing.mailbox_id, None)
            told = None if incident.told_at is None else incident.verdict
            trouble = self._troubles[standing.mailbox_id] = _Trouble(incident, incident.verdict, told)
        if trouble is None:
            return False
        trouble.incident = incident or trouble.incident
        return self._weigh(trouble, standing, at, now)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        trouble = self._troubles.pop(mailbox_id, None)
        self._backs.pop(mailbox_id, None)
        if trouble is not None:
            self._take_away(trouble)

    def due(self, at: float) -> list[Notice]:
        """What is to be told now; it then counts as told."""
        notices = []
        if self._withdrawn:
            notices.append(Notice(NoticeKind.WITHDRAWN, tuple(self._withdrawn)))
            self._withdrawn = []
        if _is_reached(self._next_trouble(), at):
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
        return min((each for each in (self._next_trouble(), self._next_back()) if each is not None), default=None)

    def _weigh(self, trouble: _Trouble, standing: Standing, at: float, now: float) -> bool:
        trouble.verdict = standing.state.verdict
        trouble.is_known = standing.acknowledged
        when = When.NEVER if standing.acknowledged else WHEN[standing.shown]
        if standing.acknowledged or standing.shown is Shown.PAUSED:
            self._take_away(trouble)
        if when is trouble.when:
            return bool(self._withdrawn)
        trouble.when = when
        match when:
            case When.AT_ONCE:
                trouble.due = at
            case When.AFTER_A_WHILE:
                left = standing.since + self._patience - now  # more than all of it: the clock was set back meanwhile
                trouble.due = at + min(self._patience, max(0.0, left))
            case When.NEVER:
                trouble.due = None
        return True

    def _closed(self, mailbox_id: MailboxId, incident: Incident, at: float) -> None:
        trouble = self._troubles.pop(mailbox_id, None)
        if trouble is None:
            return
        if trouble.told is not None and not trouble.is_known:
            self._backs[mailbox_id] = incident, at
        else:
            self._take_away(trouble)

    def _take_away(self, trouble: _Trouble) -> None:
        if trouble.is_on_screen:
            trouble.is_on_screen = False
            self._withdrawn.append(trouble.incident)

    def _waiting(self) -> dict[MailboxId, float]:
        return {key: each.due for key, each in self._troubles.items() if each.due is not None and each.is_news}

    def _next_trouble(self) -> float | None:
        return self._next_of(NoticeKind.TROUBLE, self._waiting().values())

    def _next_back(self) -> float | None:
        return self._next_of(NoticeKind.BACK, (at for _, at in self._backs.values()))

    def _next_of(self, kind: NoticeKind, due: Iterable[float]) -> float | None:
        first = min(due, default=None)
        return None if first is None else max(first + GATHER, self._last.get(kind, -QUIET) + QUIET)

    def _tell_troubles(self, at: float) -> Notice:
        """Those that are due, and with them those told within the last minute: it is one story."""
        waiting = self._waiting()
        goes_on = min(waiting.values()) <= self._last.get(NoticeKind.TROUBLE, -2 * QUIET) + QUIET
        earlier = [key for key in self._told_together if goes_on and self._is_on_screen(key) and key not in waiting]
        fresh = [key for key, due in waiting.items() if due <= at]
        for key in fresh:
            trouble = self._troubles[key]
            trouble.told, trouble.is_on_screen = trouble.verdict, True
        self._last[NoticeKind.TROUBLE] = at
        self._told_together = [*earlier, *fresh]
        troubles = [self._troubles[key] for key in self._told_together]
        kind = NoticeKind.TROUBLE if len(troubles) == 1 else NoticeKind.GROUP
        return Notice(kind, tuple(replace(each.incident, verdict=each.verdict) for each in troubles))

    def _is_on_screen(self, mailbox_id: MailboxId) -> bool:
        trouble = self._troubles.get(mailbox_id)
        return trouble is not None and trouble.is_on_screen


def _is_reached(due: float | None, at: float) -> bool:
    return due is not None and due <= at


class Herald:
    """Hears of every standing that is kept, and has the notifier told. What was told is written down, so that no
    restart tells it again."""

    def __init__(
        self, clock: Clock, agenda: Agenda, journal: Journal, archive: Recorder, notifier: Notifier, patience: float
    ) -> None:
        self._clock, self._agenda = clock, agenda
        self._journal, self._archive, self._notifier = journal, archive, notifier
        self._docket = Docket(patience)
        self._wake = asyncio.Event()
        self._next: Appointment | None = None

    def remember(self, incidents: Sequence[Incident], standings: Sequence[Standing]) -> None:
        """The incidents that were open when the program ended. Patience begins anew: the desk has not looked yet."""
        known = {mailbox: each for each in incidents for mailbox in each.mailboxes if each.is_open}
        for standing in standings:
            if standing.mailbox_id in known:
                self._take_in(replace(standing, since=self._clock.now()), known[standing.mailbox_id])

    def heard(self, standing: Standing, incident: Incident | None) -> None:
        """A standing as it is kept now."""
        if incident is not None:
            state = "open" if incident.is_open else "closed"
            _log.info("incident %s: %s, %s", incident.id, incident.cause.value, state)
        self._take_in(standing, incident)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed."""
        self._docket.forget(mailbox_id)
        self._wake.set()

    async def run(self) -> None:
        """Tell what is due, until cancelled."""
        while True:
            at, now = self._clock.monotonic(), self._clock.now()
            for notice in self._docket.due(at):
                self._notifier(notice)
                await self._write_down(notice, now)
            self._wake.clear()
            self._set_alarm()
            await self._wake.wait()

    def _take_in(self, standing: Standing, incident: Incident | None) -> None:
        if self._docket.heard(standing, incident, self._clock.monotonic(), self._clock.now()):
            self._wake.set()

    def _set_alarm(self) -> None:
        if self._next is not None:
            self._next.cancel()
        at = self._clock.monotonic()
        due = self._docket.next_at(at)
        self._next = None if due is None else self._agenda.after(due - at, self._wake.set)

    async def _write_down(self, notice: Notice, now: float) -> None:
        if notice.kind not in (NoticeKind.TROUBLE, NoticeKind.GROUP):
            return
        try:
            await self._archive.record(Record(incidents=self._journal.told(notice.mailboxes, now)))
        except ArchiveFailed as failed:
            _log.warning("what was told could not be written down: %s", failed)
