"""Writes records down, and keeps in memory what the store would not take: a full or locked disk costs the desk neither
an incident nor a refusal, as long as it runs. The trouble is said once, and its end once; who asked hears each failure.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sized
from contextlib import suppress
from dataclasses import replace
from typing import Final

from mailbox_desk.engine.chores import say_fault
from mailbox_desk.engine.ports import Clock, Recorder
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, Refusal, StatusChange, Unwritten
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Standing

_log = logging.getLogger(__name__)
MOST: Final = 10_000
"""Of heartbeats, changes and refusals each: what is older goes first."""
TRY_EVERY: Final = 10.0
"""Seconds between two tries to write what is owed: nobody else may have anything to write for minutes."""
_LAST_TRY: Final = 0.3
"""Seconds for what is owed when the desk ends."""


class Ledger:
    """Fits Recorder. What is owed is written once a record is taken again, the newest of each standing and incident;
    it tries by itself too."""

    def __init__(self, archive: Recorder, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock
        self._standings: dict[MailboxId, Standing] = {}
        self._incidents: dict[str, Incident] = {}
        self._beats: deque[Heartbeat] = deque(maxlen=MOST)
        self._changes: deque[StatusChange] = deque(maxlen=MOST)
        self._refusals: deque[Refusal] = deque(maxlen=MOST)
        self._failing: Unwritten | None = None
        self._is_paying = False
        self._trying: asyncio.Task[None] | None = None

    @property
    def unwritten(self) -> Unwritten | None:
        """What waits for a store that takes nothing, and since when; None where all is written."""
        return replace(self._failing, records=self._owed_count()) if self._failing is not None else None

    async def stop(self) -> None:
        """The desk ends: one more try, and what is lost is said."""
        if self._trying is not None:
            self._trying.cancel()
        if self._failing is None:
            return
        owed = self._owed_count()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._pay(is_proved=False), _LAST_TRY)
        if self._failing is not None and owed:
            _log.warning("the desk ends while its store takes nothing: %d records are lost", owed)

    async def record(self, record: Record) -> None:
        """Raises ArchiveFailed; the record is owed then."""
        try:
            await self._archive.record(record)
        except ArchiveFailed as failed:
            self._owe(record)
            self._found_failing(failed)
            raise
        if record.standing is not None:
            self._standings.pop(record.standing.mailbox_id, None)
        for incident in record.incidents:
            self._incidents.pop(incident.id, None)
        if self._failing is not None and not self._is_paying:
            await self._pay(is_proved=True)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox was removed: nothing of it is owed, but its refusals, which count for the host."""
        self._standings.pop(mailbox_id, None)
        self._beats = deque((each for each in self._beats if each.mailbox_id != mailbox_id), MOST)
        self._changes = deque((each for each in self._changes if each.mailbox_id != mailbox_id), MOST)

    def _found_failing(self, failed: ArchiveFailed) -> None:
        if self._failing is not None:
            self._failing = replace(self._failing, why=failed.why)
            return
        _log.warning("the history can't be written; what is new waits in memory: %s", failed)
        self._failing = Unwritten(self._clock.now(), 0, failed.why)
        self._trying = asyncio.ensure_future(self._try_again())
        self._trying.add_done_callback(lambda ended: say_fault(ended, "ledger"))

    async def _try_again(self) -> None:
        while self._failing is not None:
            await self._clock.sleep(TRY_EVERY)
            if self._failing is not None and not self._is_paying:
                await self._pay(is_proved=False)

    def _owed_count(self) -> int:
        kept: tuple[Sized, ...] = (self._standings, self._incidents, self._beats, self._changes, self._refusals)
        return sum(map(len, kept))

    def _owe(self, record: Record) -> None:
        if record.standing is not None:
            self._standings[record.standing.mailbox_id] = record.standing
        if record.heartbeat is not None:
            self._beats.append(record.heartbeat)
        if record.change is not None:
            self._changes.append(record.change)
        self._refusals.extend(record.refusals)
        self._incidents.update({each.id: each for each in record.incidents})

    async def _pay(self, *, is_proved: bool) -> None:
        """Write what is owed. Where the store took a record just now (`is_proved`), one that it still won't take has a
        fault of its own and is given up, unless none is taken any more."""
        self._is_paying = True
        written, failures = int(is_proved), []
        try:
            for record in self._owed():
                try:
                    await self._archive.record(record)
                    written += 1
                except ArchiveFailed as failed:
                    failures.append((record, failed))
                    if len(failures) > written:
                        break
        finally:
            self._is_paying = False
        if len(failures) > written:
            for record, _ in failures:
                self._owe(self._unless_newer(record))
            return
        self._failing = None
        _log.info("the history is written again: %d owed, %d given up", written - is_proved, len(failures))

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
