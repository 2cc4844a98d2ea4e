"""The loop of ONE mailbox: check, diagnose, step, write down, publish, wait. Only this task moves its state.

Everything reaches it through its inbox. A check runs as a child that posts what it saw; checks are numbered, and an
answer of an older number is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from mailbox_desk.engine.agenda import Appointment
from mailbox_desk.engine.backoff import jittered
from mailbox_desk.engine.consequences import after_order, consequences
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.digest import Sitting, digest
from mailbox_desk.engine.evidence import bear_witness
from mailbox_desk.engine.good_secrets import Order, Orders
from mailbox_desk.engine.holding import Hold, due_later, hold_on_trial, sifted
from mailbox_desk.engine.line_proof import after_death, proved
from mailbox_desk.engine.messages import (
    Acknowledged,
    CheckWanted,
    ClockStepped,
    Happened,
    Hastened,
    LineFell,
    MailboxChanged,
    Message,
    Ordered,
    Reconsidered,
)
from mailbox_desk.engine.plan import Wish, halves_to_check, next_due, next_lift
from mailbox_desk.engine.refusals import secret_fresh
from mailbox_desk.engine.rejudging import rejudged
from mailbox_desk.engine.rounds import Round, has_pending, heartbeat
from mailbox_desk.engine.sitting import HalfChecked, LineProved, SittingEnded, sit
from mailbox_desk.engine.start import (
    SAYS_NOTHING_WHILE_BLIND,
    clock_stepped,
    due_after_veil,
    due_first,
    halves_of,
    rested,
)
from mailbox_desk.engine.terms import terms
from mailbox_desk.engine.trial import trial_of
from mailbox_desk.engine.verdicts import happened
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, Refusal
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Held, Snapshot, Standing
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.trial import Role
from mailbox_desk.model.verdict import Half, Shown

_log = logging.getLogger(__name__)

_AFTER_RESTART = 60.0
"""Seconds before a watcher that was begun anew looks again."""


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
        self._round = Round()
        self._hold: Hold | None = None
        self._warnings: tuple[str, ...] = ()
        self._shared = True
        self._next_round: float | None = None
        self._stepped_by = desk.wakefulness.stepped_by

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

    def recover(self) -> None:
        """Its task ended amid something; `run` may begin anew. What waits in the inbox is dealt with then, and what it
        was at is left for a while."""
        self._standing = rested(self._standing, self._desk.clock.now() + _AFTER_RESTART)
        self._warnings = (*(each for each in self._warnings if each != "watch_restarted"), "watch_restarted")

    async def run(self) -> None:
        """Serve until cancelled."""
        self._publish()
        self._schedule()
        try:
            while True:
                message = await self._inbox.get()
                try:
                    with self._desk.overseer.at_message(self.id):
                        await self._handle(message)
                except ArchiveFailed as failed:
                    self._warn("store_failed", failed)
        finally:
            self._drop_child()
            self._desk.lines.give_up(self.id)
            if self._due is not None:
                self._due.cancel()
            waiting, self._round = self._round.settled, Round()
            for settled in waiting:  # removed amid a round: who waits must not wait for ever
                settled(self._snapshot())

    async def _handle(self, message: Message) -> None:
        self._keep_step_with_the_clock()
        match message:
            case CheckWanted():
                self._wish(message)
            case HalfChecked() if message.attempt == self._attempt:
                await self._take_in(message)
            case LineProved() if message.attempt == self._attempt:
                self._standing = proved(self._standing, self._desk.clock.now(), self._sitting().next_round)
            case LineFell():
                self._line_fell()
            case SittingEnded() if message.attempt == self._attempt:
                await self._end_sitting(message)
            case Happened(event):
                await self._take_event(event)
            case MailboxChanged(mailbox):
                await self._change_mailbox(mailbox)
            case Hastened(doubtful):
                if self._child is None:
                    self._standing = due_first(self._standing, self._desk.clock.now(), doubtful=doubtful)
                    self._schedule()
            case ClockStepped():
                self._schedule()
            case Ordered(order):
                await self._take_order(order)
            case Reconsidered(shared):
                await self._keep(rejudged(self._standing, shared, self._desk.clock.now()))
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
        self._hold = None
        if wanted.wish is Wish.SCHEDULED:
            halves, self._standing, self._hold = sifted(self._desk, self._mailbox, self._standing, halves)
        if not halves:
            self._publish()
            self._schedule()
            self._settle()
            return
        self._attempt += 1
        self._next_round = None
        attempt = self._attempt
        by_line = wanted.wish is Wish.SCHEDULED and self._desk.lines.can_prove(self.id, self._standing)
        self._child = asyncio.ensure_future(sit(self._desk, self._mailbox, halves, attempt, by_line, self.post))
        self._child.add_done_callback(lambda ended: self._note_fault(ended, attempt))
        self._publish()

    def _line_fell(self) -> None:
        """A check now, and no verdict before it. The next round stays where it was."""
        now, was_due = self._desk.clock.now(), self._standing.receiving.due
        due = after_death(self._standing, now)
        if not self._desk.lines.fell(self.id) or due is None:
            return
        self._standing = due
        if self._child is None:  # else the check under way says it, or the next one does
            self._wish(CheckWanted(Wish.SCHEDULED, due_by=now))
            self._next_round = was_due

    async def _take_in(self, checked: HalfChecked) -> None:
        self._shared = checked.shared
        failure = checked.result.failure
        if failure is not None and failure.kind in SAYS_NOTHING_WHILE_BLIND and _is_blind(self._standing):
            return  # our own network is down: this says nothing of the mailbox
        before = self._standing
        self._desk.lines.noted(self.id, checked.result, before)
        bear_witness(self._desk, self._mailbox, before, checked.result, shared=checked.shared)
        after = digest(before, checked.result, self._sitting())
        self._pass_on(consequences(self._desk, self._mailbox, before, after, checked))
        if failure is not None and failure.is_refused_secret:
            # written down before anything else, so that no restart sends it once more
            endpoint = self._mailbox.endpoint(checked.result.half)
            host = endpoint.host.lower() if endpoint else ""
            refusal = Refusal(self._desk.clock.now(), host, self.id)
            await self._keep(after, refusals=(refusal,) if failure.is_refused_sign_in else ())
        else:
            self._standing = after
            await self._note_change(before)

    async def _end_sitting(self, ended: SittingEnded) -> None:
        self._child = None
        standing = due_later(self._standing, ended.held)
        if ended.held:
            self._hold = Hold(max(until for _, until in ended.held), Held.LOGIN_LIMIT)
        if ended.taken:
            await self._keep(standing, heartbeat=heartbeat(standing, ended, self._desk.clock.now()))
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
                self._desk.lines.give_up(self.id)
                self._pass_on(self._desk.good_secrets.left(self.id))
                standing = replace(secret_fresh(standing, now), secret_since=now)
            case EventKind.PAUSED:
                found = trial_of(standing)
                if found is not None and found[1].role is Role.PROBE:
                    self._pass_on(self._desk.good_secrets.left(self.id, for_good=False))
            case EventKind.RESUMED | EventKind.SIGHTED if not standing.veils:
                standing = due_after_veil(standing, now + self._desk.comeback.wait(standing))
            case _:
                pass
        if standing.veils:
            self._desk.lines.give_up(self.id)
        await self._keep_and_go_on(standing)

    async def _take_order(self, order: Order) -> None:
        standing = after_order(self._standing, order, self._desk.clock.now())
        if standing is None:
            self._pass_on(self._desk.good_secrets.left(self.id))
        else:
            await self._keep_and_go_on(standing)

    async def _keep_and_go_on(self, standing: Standing) -> None:
        self._hold = None
        await self._keep(standing)
        self._schedule()
        self._settle()

    def _pass_on(self, orders: Orders) -> None:
        for mailbox_id, order in orders:
            self._desk.ordered(mailbox_id, order)

    async def _change_mailbox(self, mailbox: Mailbox) -> None:
        now = self._desk.clock.now()
        moved = any(mailbox.endpoint(half) != self._mailbox.endpoint(half) for half in Half)
        self._mailbox = mailbox
        if not moved:
            self._publish()
            return
        self._drop_child()
        self._desk.lines.give_up(self.id)
        self._desk.neighbours.forget(self.id)
        self._pass_on(self._desk.good_secrets.left(self.id))
        standing = happened(halves_of(self._standing, mailbox, now), Event(EventKind.SERVERS_CHANGED), now)
        await self._keep(secret_fresh(standing, now))
        self._schedule()

    def _keep_step_with_the_clock(self) -> None:
        """Where the wall clock was set, pauses end when it says; all else is as far off as it was. Before anything is
        reckoned by the new time: what is due by the old one would be forgotten, or hurried."""
        self._desk.wakefulness.look()
        by, self._stepped_by = self._desk.wakefulness.stepped_by - self._stepped_by, self._desk.wakefulness.stepped_by
        if by:
            self._standing = clock_stepped(self._standing, by)
            self._hold = None if self._hold is None else replace(self._hold, until=self._hold.until + by)
            self._next_round = None if self._next_round is None else self._next_round + by
            self._publish()

    def _sitting(self) -> Sitting:
        desk, now = self._desk, self._desk.clock.now()
        if self._next_round is None:  # one for both halves, so that they stay together
            self._next_round = now + jittered(desk.interval_of(self._mailbox), desk.dice)
        return terms(desk, self._mailbox, now, self._next_round, shared=self._shared, is_quick=self._round.quick)

    async def _keep(
        self, after: Standing, *, heartbeat: Heartbeat | None = None, refusals: tuple[Refusal, ...] = ()
    ) -> None:
        """The new standing, written down whole, then shown."""
        before, self._standing = self._standing, after
        now = self._desk.clock.now()
        entry = self._desk.journal.take(self._mailbox, before, after, now)
        record = Record(
            standing=after,
            heartbeat=heartbeat,
            change=self._desk.journal.change(before, after, now),
            refusals=refusals,
            incidents=entry.incidents,
        )
        self._publish()
        self._desk.herald.heard(after, entry)  # a disk that is full is no reason to be silent
        self._desk.follow_up(entry)
        await self._desk.archive.record(record)
        self._warnings = ()

    async def _note_change(self, before: Standing) -> None:
        if before.shown is not self._standing.shown or before.state != self._standing.state:
            after, self._standing = self._standing, before
            await self._keep(after)

    def _schedule(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._child is not None:
            return
        now = self._desk.clock.now()
        if self._standing.veils:
            lift = next_lift(self._standing)
            if lift is not None:
                until, event = lift
                self._due = self._desk.agenda.after(until - now, lambda: self.post(Happened(event)))
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
        pending = has_pending(standing, self._desk.clock.now(), self._round.began)
        if pending and not standing.veils and self._hold is None:
            return
        waiting, self._round = self._round.settled, Round()
        for settled in waiting:
            settled(self._snapshot())

    def _warn(self, warning: str, failed: Exception) -> None:
        if warning not in self._warnings:
            _log.debug("%s: %s", warning, failed)  # the ledger says it, once for all
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
        hold = self._hold or hold_on_trial(self._standing)
        part_of, unsteady_since = self._desk.journal.membership(self.id)
        return Snapshot(
            self._mailbox,
            self._standing,
            self._version,
            checking_now=self._child is not None,
            held_until=hold.until if hold else None,
            warnings=(*self._warnings, *self._desk.fleets.warnings(self._mailbox)),
            held=hold.by if hold else None,
            part_of=part_of,
            unsteady_since=unsteady_since,
            grant=self._desk.tokens.life(self.id),
        )

    def _publish(self) -> None:
        self._version += 1
        self._desk.board.publish(self._snapshot())


def _is_blind(standing: Standing) -> bool:
    return standing.shown is Shown.BLIND
