"""The task that tells a person what the docket has ready, and writes down that it did."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from mailbox_desk.engine.agenda import Agenda, Appointment
from mailbox_desk.engine.docket import Docket
from mailbox_desk.engine.journal import Entry, Journal
from mailbox_desk.engine.ports import Clock, Notifier, Recorder
from mailbox_desk.model.history import ArchiveFailed, Record
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Notice, NoticeKind
from mailbox_desk.model.snapshot import Standing

_log = logging.getLogger(__name__)
_TOLD = (NoticeKind.TROUBLE, NoticeKind.GROUP, NoticeKind.SHARED)


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
        known = {mailbox: each for each in incidents if each.is_open for mailbox in each.members}
        for standing in standings:
            incident = known.get(standing.mailbox_id)
            if incident is not None:
                anew = replace(standing, since=self._clock.now())
                self._take_in(anew, Entry((incident,), incident.id))

    def heard(self, standing: Standing, entry: Entry) -> None:
        """A standing as it is kept now, and what it came to."""
        for incident in entry.incidents:
            if incident.is_open and incident.opened_at < incident.seen_at:
                continue  # a thousand that join one after the other would fill the log
            state = "open" if incident.is_open else "closed"
            _log.info("%s incident %s: %s, %s", incident.kind.value, incident.id, incident.cause.value, state)
        self._take_in(standing, entry)

    def forget(self, mailbox_id: MailboxId, shared: Sequence[Incident] = ()) -> None:
        """The mailbox was removed; `shared` are the incidents that it took part in, without it."""
        self._docket.forget(mailbox_id, shared)
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

    def _take_in(self, standing: Standing, entry: Entry) -> None:
        at, now = self._clock.monotonic(), self._clock.now()
        if self._docket.heard(standing, entry.incidents, entry.belongs_to, at, now):
            self._wake.set()

    def _set_alarm(self) -> None:
        if self._next is not None:
            self._next.cancel()
        at = self._clock.monotonic()
        due = self._docket.next_at(at)
        self._next = None if due is None else self._agenda.after(due - at, self._wake.set)

    async def _write_down(self, notice: Notice, now: float) -> None:
        if notice.kind not in _TOLD:
            return
        told = self._journal.told((each.id for each in notice.incidents), now)
        try:
            await self._archive.record(Record(incidents=told))
        except ArchiveFailed as failed:
            _log.warning("what was told could not be written down: %s", failed)
