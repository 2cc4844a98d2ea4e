"""Writes records down, and keeps in memory what the store would not take: a full or locked disk costs the desk neither
an incident nor a refusal, as long as it runs. The trouble is said once, and its end once; who asked hears each failure.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mailbox_desk.engine.ports import Recorder
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, Refusal, StatusChange
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing

_log = logging.getLogger(__name__)
MOST: Final = 10_000
"""Of heartbeats, changes and refusals each: what is older goes first."""


class Ledger:
    """Fits Recorder. What is owed is written once a record is taken again, the newest of each standing and incident."""

    def __init__(self, archive: Recorder) -> None:
        self._archive = archive
        self._standings: dict[MailboxId, Standing] = {}
        self._incidents: dict[str, Incident] = {}
        self._beats: deque[Heartbeat] = deque(maxlen=MOST)
        self._changes: deque[StatusChange] = deque(maxlen=MOST)
        self._refusals: deque[Refusal] = deque(maxlen=MOST)
        self._is_failing = False
        self._is_paying = False

    async def record(self, record: Record) -> None:
        """Raises ArchiveFailed; the record is owed then."""
        try:
            await self._archive.record(record)
        except ArchiveFailed as failed:
            self._owe(record)
            if not self._is_failing:
                _log.warning("the history can't be written; what is new waits in memory: %s", failed)
            self._is_failing = True
            raise
        if record.standing is not None:
            self._standings.pop(record.standing.mailbox_id, None)
        for incident in record.incidents:
            self._incidents.pop(incident.id, None)
        if self._is_failing and not self._is_paying:
            await self._pay()

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed: nothing of it is owed, but its refusals, which count for the host."""
        self._standings.pop(mailbox_id, None)
        self._beats = deque((each for each in self._beats if each.mailbox_id != mailbox_id), MOST)
        self._changes = deque((each for each in self._changes if each.mailbox_id != mailbox_id), MOST)

    def _owe(self, record: Record) -> None:
        if record.standing is not None:
            self._standings[record.standing.mailbox_id] = record.standing
        if record.heartbeat is not None:
            self._beats.append(record.heartbeat)
        if record.change is not None:
            self._changes.append(record.change)
        self._refusals.extend(record.refusals)
        self._incidents.update({each.id: each for each in record.incidents})

    async def _pay(self) -> None:
        """The store took a record just now. One that it still won't take has a fault of its own and is given up,
        unless none is taken any more."""
        self._is_paying = True
        written, failures = 0, []
        try:
            for record in self._owed():
                try:
                    await self._archive.record(record)
                    written += 1
                except ArchiveFailed as failed:
                    failures.append((record, failed))
                    if len(failures) > written + 1:
                        break
        finally:
            self._is_paying = False
        if len(failures) > written + 1:
            for record, _ in failures:
                self._owe(self._unless_newer(record))
            return
        self._is_failing = False
        _log.info("the history is written again: %d owed, %d given up", written, len(failures))

    def _owed(self) -> Iterator[Record]:
        """Takes out what it yields, so that nothing newer is ever written over."""
        while self._refusals:
            yield Record(refusals=(self._refusals.popleft(),))
        while self._incidents:
            yield Record(incidents=(self._incidents.pop(next(iter(self._incidents))),))
        while self._standings:
            yield Record(standing=self._standings.pop(next(iter(self._standings))))
        while self._changes:
            yield Record(change=self._changes.popleft())
        while self._beats:
            yield Record(heartbeat=self._beats.popleft())

    def _unless_newer(self, record: Record) -> Record:
        standing = record.standing
        if standing is not None and standing.mailbox_id in self._standings:
            standing = None
        incidents = tuple(each for each in record.incidents if each.id not in self._incidents)
        return replace(record, standing=standing, incidents=incidents)
