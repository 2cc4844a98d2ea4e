"""The loop of ONE mailbox: check, diagnose, step, write down, publish, wait. Only this task moves its state.

Everything reaches it through its inbox. A check runs as a child that posts what it saw; checks are numbered, and an
answer of an older number is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from mailbox_desk.engine.agenda import Appointment
from mailbox_desk.engine.backoff import jittered
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.digest import Sitting, digest, happened
from mailbox_desk.engine.evidence import bear_witness, evidence
from mailbox_desk.engine.messages import Acknowledged, CheckWanted, Happened, Hastened, MailboxChanged, Message
from mailbox_desk.engine.plan import SLACK, Wish, halves_to_check, next_due
from mailbox_desk.engine.refusals import secret_fresh, with_half
from mailbox_desk.engine.sitting import HalfChecked, SittingEnded, sit
from mailbox_desk.engine.start import due_first
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, Refusal
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Snapshot, Standing
from mailbox_desk.model.status import Event, EventKind, switched
from mailbox_desk.model.verdict import Half, Shown, Veil, VeilKind

_log = logging.getLogger(__name__)

QUICK_OPINION = (1.0, 3.0)
"""Seconds before the second opinion where a person waits for the answer (the one-shot check)."""


_AFTER_VEIL = 5.0
"""Seconds over which the mailboxes are looked at again once a veil has lifted."""


@dataclass(slots=True)
class _Round:
    """A wish that waits for its end."""

    settled: list[Callable[[Snapshot], None]] = field(default_factory=list)
    quick: bool = False
    began: float = 0.0


class Watcher:
    """Owns the standing of one mailbox."""

    def __init__(self, desk: Desk, mailbox: Mailbox, standing: Standing) -> None:
        self._desk = desk
        self._mailbox = mailbox
        self._standing = standing
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._version = 0
        self._attempt = 0
        self._child: asyncio.Task[None] | None = None
        self._due: Appointment | None = None
        self._round = _Round()
        self._held_until: float | None = None
        self._warnings: tuple[str, ...] = ()
        self._shared = True
        self._next_round: float | None = None

    @property
    def id(self) -> MailboxId:
        return self._mailbox.id

    @property
    def mailbox(self) -> Mailbox:
        return self._mailbox

    @property
    def standing(self) -> Standing:
        return self._standing

    def post(self, message: Message) -> None:
        """Put a message into the inbox; it is dealt with in turn."""
        self._inbox.put_nowait(message)

    async def run(self) -> None:
        """Serve until cancelled."""
        self._publish()
        self._schedule()
        try:
            while True:
                message = await self._inbox.get()
                try:
                    await self._handle(message)
                except ArchiveFailed as failed:
                    self._warn("store_failed", failed)
        finally:
            self._drop_child()
            if self._due is not None:
                self._due.cancel()
            for settled in self._round.settled:  # removed amid a round: who waits must not wait for ever
                settled(self._snapshot())

    async def _handle(self, message: Message) -> None:
        match message:
            case CheckWanted():
                self._wish(message)
            case HalfChecked() if message.attempt == self._attempt:
                await self._take_in(message)
            case SittingEnded() if message.attempt == self._attempt:
                await self._end_sitting(message)
            case Happened(event):
                await self._take_event(event)
            case MailboxChanged(mailbox):
                await self._change_mailbox(mailbox)
            case Hastened():
                if self._child is None:
                    self._standing = due_first(self._standing, self._desk.clock.now())
                    self._schedule()
            case Acknowledged(known):
                await self._keep(replace(self._standing, acknowledged=known))
            case _:
                _log.debug("a late answer was dropped")

    def _wish(self, wanted: CheckWanted) -> None:
        if wanted.settled is not None:
            self._round.began = self._round.began or self._desk.clock.now()
            self._round.settled.append(wanted.settled)
        self._round.quick = self._round.quick or wanted.quick
        halves = halves_to_check(self._standing, wanted.wish, max(wanted.due_by, self._desk.clock.now()))
        if self._child is not None or not halves or self._standing.veils:
            self._settle()
            return
        self._attempt += 1
        self._held_until = None
        self._next_round = None
        attempt = self._attempt
        self._child = asyncio.ensure_future(sit(self._desk, self._mailbox, halves, attempt, self.post))
        self._child.add_done_callback(lambda ended: self._note_fault(ended, attempt))
        self._publish()

    async def _take_in(self, checked: HalfChecked) -> None:
        self._shared = checked.shared
        failure = checked.result.failure
        if failure is not None and failure.is_unreached and _is_blind(self._standing):
            return  # our own network is down: this says nothing of the mailbox
        before = self._standing
        bear_witness(self._desk, self._mailbox, before, checked.result, shared=checked.shared)
        after = digest(before, checked.result, self._sitting())
        if (
            failure is not None and failure.is_refused_secret
        ):  # written down before anything else, so that no restart sends it once more
            endpoint = self._mailbox.endpoint(checked.result.half)
            host = endpoint.host.lower() if endpoint else ""
            refusal = Refusal(self._desk.clock.now(), host, self.id)
            await self._keep(after, refusals=(refusal,) if failure.is_refused_sign_in else ())
        else:
            self._standing = after
            await self._note_change(before)

    async def _end_sitting(self, ended: SittingEnded) -> None:
        self._child = None
        standing = self._standing
        for half, until in ended.held:
            view = standing.half(half)
            standing = with_half(standing, half, replace(view, due=max(until, view.due or 0.0)))
        self._held_until = max((until for _, until in ended.held), default=None)
        if ended.taken:
            await self._keep(standing, heartbeat=self._heartbeat(standing, ended))
        else:
            self._standing = standing
        self._publish()
        self._schedule()
        self._settle()

    async def _take_event(self, event: Event) -> None:
        now = self._desk.clock.now()
        standing = happened(self._standing, event, now)
        match event.kind:
            case EventKind.SECRET_REPLACED:
                self._drop_child()
                standing = replace(secret_fresh(standing, now), secret_since=now)
            case EventKind.RESUMED | EventKind.SIGHTED if not standing.veils:
                standing = due_first(standing, now + self._desk.dice() * _AFTER_VEIL)
            case _:
                pass
        self._held_until = None
        await self._keep(standing)
        self._schedule()
        self._settle()

    async def _change_mailbox(self, mailbox: Mailbox) -> None:
        now = self._desk.clock.now()
        moved = any(mailbox.endpoint(half) != self._mailbox.endpoint(half) for half in Half)
        self._mailbox = mailbox
        if not moved:
            self._publish()
            return
        self._drop_child()
        self._desk.neighbours.forget(self.id)
        standing = self._standing
        for half in Half:
            wanted = switched(standing.state, half, on=mailbox.endpoint(half) is not None).of(half)
            if wanted is not standing.half(half).verdict:
                standing = with_half(standing, half, HalfStanding(wanted, since=now, due=now))
        standing = happened(standing, Event(EventKind.SERVERS_CHANGED), now)
        await self._keep(secret_fresh(standing, now))
        self._schedule()

    def _sitting(self) -> Sitting:
        desk, now = self._desk, self._desk.clock.now()
        interval = desk.interval_of(self._mailbox)
        shortest, longest = QUICK_OPINION if self._round.quick else desk.settings.second_opinion
        if self._next_round is None:  # one for both halves, so that they stay together
            self._next_round = now + jittered(interval, desk.dice)
        return Sitting(
            now=now,
            shared=self._shared,
            next_round=max(self._next_round, now + 2 * SLACK),
            second_opinion=(min(shortest, interval), min(longest, interval)),
            dice=desk.dice,
            judge=desk.judge,
            evidence=partial(evidence, desk, self._mailbox),
        )

    async def _keep(
        self, after: Standing, *, heartbeat: Heartbeat | None = None, refusals: tuple[Refusal, ...] = ()
    ) -> None:
        """The new standing, written down whole, then shown."""
        before, self._standing = self._standing, after
        now = self._desk.clock.now()
        incident = self._desk.journal.incident(after, now)
        record = Record(
            standing=after,
            heartbeat=heartbeat,
            change=self._desk.journal.change(before, after, now),
            refusals=refusals,
            incidents=(incident,) if incident else (),
        )
        self._publish()
        self._desk.herald.heard(after, incident)  # a disk that is full is no reason to be silent
        await self._desk.archive.record(record)
        self._warnings = ()

    async def _note_change(self, before: Standing) -> None:
        if before.shown is not self._standing.shown or before.state != self._standing.state:
            after, self._standing = self._standing, before
            await self._keep(after)

    def _heartbeat(self, standing: Standing, ended: SittingEnded) -> Heartbeat:
        outcomes = {half: standing.half(half).outcome.value for half in Half}
        for half in ended.not_tried:
            outcomes[half] = "not_tried"
        cause = standing.diagnosis.cause.value if standing.diagnosis else None
        return Heartbeat(
            mailbox_id=self.id,
            at=self._desk.clock.now(),
            shown=standing.shown,
            receiving=outcomes[Half.RECEIVING],
            sending=outcomes[Half.SENDING],
            seconds=ended.seconds,
            cause=cause,
        )

    def _schedule(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._child is not None:
            return
        now = self._desk.clock.now()
        if self._standing.veils:
            ends = [(veil.until, veil) for veil in self._standing.veils if veil.until is not None]
            if ends:
                until, veil = min(ends, key=lambda pair: pair[0])
                self._due = self._desk.agenda.after(until - now, lambda: self.post(_lifted(veil)))
            return
        due = next_due(self._standing)
        if due is not None:
            scheduled = CheckWanted(Wish.SCHEDULED, due_by=due)
            self._due = self._desk.agenda.after(due - now, lambda: self.post(scheduled))

    def _settle(self) -> None:
        """Tell who waits for a round, once nothing more is to come in it."""
        if self._child is not None:
            return
        standing = self._standing
        pending = _has_pending(standing, self._desk.clock.now(), self._round.began)
        if pending and not standing.veils and self._held_until is None:
            return
        waiting, self._round = self._round.settled, _Round()
        for settled in waiting:
            settled(self._snapshot())

    def _warn(self, warning: str, failed: Exception) -> None:
        if warning not in self._warnings:
            _log.warning("%s: %s", warning, failed)
            self._warnings = (*self._warnings, warning)
        self._publish()
        self._schedule()
        self._settle()

    def _note_fault(self, child: asyncio.Task[None], attempt: int) -> None:
        """A check that ended by a fault of ours must not end the watch: it is said, and tried again later."""
        if child.cancelled() or (fault := child.exception()) is None:
            return
        _log.error("a check of %s ended by a fault of ours", self.id, exc_info=fault)
        self.post(SittingEnded(attempt, 0.0, held=tuple((half, self._desk.clock.now() + 60) for half in Half)))

    def _drop_child(self) -> None:
        self._attempt += 1
        if self._child is not None:
            self._child.cancel()
            self._child = None

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            self._mailbox,
            self._standing,
            self._version,
            self._child is not None,
            self._held_until,
            self._warnings,
            self._desk.tokens.life(self.id),
        )

    def _publish(self) -> None:
        self._version += 1
        self._desk.board.publish(self._snapshot())


def _is_blind(standing: Standing) -> bool:
    return standing.shown is Shown.BLIND


def _lifted(veil: Veil) -> Happened:
    kind = EventKind.RESUMED if veil.kind is VeilKind.PAUSED else EventKind.SIGHTED
    return Happened(Event(kind, veil=veil))


def _has_pending(standing: Standing, now: float, began: float) -> bool:
    """A second opinion is still to come, or a half that this round has not come to yet."""
    views = [view for view in (standing.receiving, standing.sending) if view.verdict and not view.resting]
    return any(
        view.opinion is not Opinion.NONE or (_is_soon(view.due, now) and (view.checked_at or 0.0) < began)
        for view in views
    )


def _is_soon(due: float | None, now: float) -> bool:
    return due is not None and due <= now + SLACK
