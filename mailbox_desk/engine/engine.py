"""The face of the engine: the one thing that ui and cli see. It owns the watchers and carries wishes to them.

No wish is answered here: the next Snapshot on the board is the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import replace
from functools import partial

from mailbox_desk.diagnosis.provider import provider_of
from mailbox_desk.engine.adding import Shelves, add_in_portions
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.chores import Chores
from mailbox_desk.engine.crew import PORTION, Crew
from mailbox_desk.engine.discovery import discover
from mailbox_desk.engine.flapping import CALM
from mailbox_desk.engine.furnish import Calls, furnish, watch_network
from mailbox_desk.engine.journal import Entry
from mailbox_desk.engine.lateness import Lateness
from mailbox_desk.engine.leaving import GivingBack
from mailbox_desk.engine.messages import (
    Acknowledged,
    CheckWanted,
    ClockStepped,
    Happened,
    Hastened,
    LineFell,
    MailboxChanged,
    Ordered,
    Reconsidered,
)
from mailbox_desk.engine.network_watch import NetworkCalls
from mailbox_desk.engine.oauth_face import OAuthFace
from mailbox_desk.engine.plan import Wish
from mailbox_desk.engine.reading import gauges
from mailbox_desk.engine.readings import Readings
from mailbox_desk.engine.shift import Shift
from mailbox_desk.engine.start import due_first, first_standing, new_standing
from mailbox_desk.engine.try_out import try_out, try_servers
from mailbox_desk.engine.vault_watch import VaultWatch
from mailbox_desk.engine.verdicts import happened
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.watcher import Watcher
from mailbox_desk.engine.world import World
from mailbox_desk.model.credential import Credential, Secret, auth_of
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.discovery import DiscoveryStep
from mailbox_desk.model.errand import Draft, TryOutStep
from mailbox_desk.model.gauges import Gauges
from mailbox_desk.model.history import ArchiveFailed, Record, Stored
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.incident import IncidentKind
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Mailbox, MailboxId
from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.oauth import Revocation
from mailbox_desk.model.response import Response
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot, Standing
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.vault_state import VaultClosed, VaultState
from mailbox_desk.model.verdict import Half, Veil, VeilReason

_log = logging.getLogger(__name__)
_VAULT_VEIL = Veil(VeilReason.VAULT_LOCKED)
_TIDY_EVERY = 6 * 3600.0


class Engine(Readings, OAuthFace):
    """Start it, put wishes in, read the board."""

    def __init__(self, world: World, settings: Settings, stored: Stored) -> None:
        self.board = Board()
        self._world = world
        self._stored = stored
        self._providers = {provider.id: provider for provider in world.providers}
        self._crew = Crew()
        self._watchers = self._crew.watchers
        self._chores = Chores()
        self._wakefulness = Wakefulness(
            world.clock, overslept=lambda: self._network.woke(), stepped=self._clock_stepped
        )
        self._agenda = Agenda(world.clock, self._look_around)
        self._started_at = world.clock.now()
        self._vault_watch = VaultWatch(
            world.clock,
            world.vault,
            closed=lambda: self._blinded(_VAULT_VEIL),
            opened=lambda: self._sighted(_VAULT_VEIL),
        )
        calls = Calls(
            blinded=lambda reason: self._blinded(Veil(reason)),
            sighted=lambda reason: self._sighted(Veil(reason)),
            vault_closed=self._vault_watch.found_closed,
            ordered=lambda mailbox_id, order: self._crew.post(mailbox_id, Ordered(order)),
            follow_up=self._follow_up,
            found_dead=lambda mailbox_id: self._crew.post(mailbox_id, Hastened()),  # let a check say so
        )
        self._desk = furnish(world, settings, stored, self.board, self._agenda, self._wakefulness, calls)
        self._shift = Shift(self._agenda, self._desk.overseer, self._wakefulness, self._chores)
        self.lateness = Lateness()
        network = NetworkCalls(calls.blinded, calls.sighted, self._renew_lines, self._count)
        self._network = watch_network(world, self._desk, stored, self._chores, network)
        self._services = {service.provider: service for service in world.services}
        self._giving_back = GivingBack(world.clock, world.vault, world.tokens, self._desk.apps)

    @property
    def settings(self) -> Settings:
        return self._desk.settings

    @property
    def ids(self) -> tuple[MailboxId, ...]:
        """All mailboxes watched."""
        return tuple(self._watchers)

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """All mailboxes watched, as they are set up."""
        return tuple(watcher.mailbox for watcher in self._watchers.values())

    def now(self) -> float:
        """Seconds since 1970 UTC by the engine's clock."""
        return self._world.clock.now()

    async def start(self, *, first_round: bool = True) -> None:
        """Open the vault without a prompt and begin to watch; `first_round` False waits for the first wish."""
        state = await self._world.vault.open()
        self._desk.budget.remember(self._stored.refusals)
        self._desk.herald.remember(self._stored.incidents, self._stored.standings)
        await self._network.begin()
        self._chores.begin(self._network.run(), "network")
        self._chores.begin(self._agenda.run(), "agenda")
        self._chores.begin(self._desk.herald.run(), "herald")
        self._chores.begin(self._heed_lines(), "lines")
        if not first_round:
            self._desk.lines.keep_none()
        standings = {standing.mailbox_id: standing for standing in self._stored.standings}
        standings |= self._desk.good_secrets.remember(self._stored.mailboxes, self._stored.standings)
        spacing = self._desk.settings.first_round_spacing
        for place, mailbox in enumerate(self._stored.mailboxes):
            if place % PORTION == 0:
                await asyncio.sleep(0)  # a thousand at once would hold up the window's thread
            now = self._world.clock.now()
            standing = first_standing(mailbox, standings.get(mailbox.id), now)
            # Each a little after the one before, so that a start is no stampede.
            self._watch(mailbox, due_first(standing, now + place * spacing) if first_round else standing)
        self._chores.begin(self._keep_tidy(), "tidy")
        if state is not VaultState.OPEN:
            self._vault_watch.found_closed(state)

    async def stop(self) -> None:
        """End everything at once; what hangs is shut. Takes less than a second."""
        self._network.stop()
        self._world.checker.shut()
        self._world.lines.shut()
        self._vault_watch.stop()
        await self._stop_tokens()
        await asyncio.gather(*self._shift.stop(), *self._chores.stop(), return_exceptions=True)
        await self._desk.archive.stop()
        self._watchers.clear()

    async def add(self, draft: Draft) -> None:
        """Save a mailbox with its secret and begin to watch it. The secret first: a mailbox without one can't be."""
        mailbox = replace(self._with_provider(draft.mailbox), auth=auth_of(draft.credential, draft.mailbox.auth))
        standing = new_standing(mailbox, self._world.clock.now())
        await self._world.vault.write(mailbox.id, draft.credential)
        await self._world.archive.save_mailbox(mailbox, standing)
        self._watch(mailbox, standing)

    def add_all(self, drafts: Sequence[Draft], *, first_round: bool = True) -> AsyncGenerator[tuple[Kept, ...], None]:
        """Save many, a portion at a time; one that is watched already takes the new secret alone. Each portion tells
        what became of its drafts. First looks are spread as at a start, or wait for one without `first_round`."""
        whole = [replace(draft, mailbox=self._with_provider(draft.mailbox)) for draft in drafts]
        spacing = self._desk.settings.first_round_spacing if first_round else None
        world = self._world
        shelves = Shelves(world.vault, world.archive, world.clock, self._watchers, self._watch, self.replace_credential)
        return add_in_portions(shelves, whole, spacing, self._chores.begin)

    async def update(self, mailbox: Mailbox) -> None:
        """Save changed servers, names or tags; changed servers are checked at once."""
        watcher = self._watchers[mailbox.id]
        mailbox = self._with_provider(mailbox)
        await self._world.archive.save_mailbox(mailbox, watcher.standing)
        self._desk.lookout.know(mailbox)
        watcher.post(MailboxChanged(mailbox))

    async def remove(self, mailbox_id: MailboxId, *, revoke: bool = False) -> Revocation:
        """Stop watching, and forget the mailbox, its history and its secret; with `revoke` its grant is given back
        at last. Raises VaultClosed, nothing done: a secret that can't be deleted now must not stay behind."""
        if self._world.vault.state is not VaultState.OPEN:
            raise VaultClosed(self._world.vault.state)
        await self._shift.end(mailbox_id)
        watcher = self._watchers.pop(mailbox_id, None)
        await self._forget_grant(mailbox_id)
        leaver = watcher.mailbox if watcher is not None and revoke else None
        grant = await self._giving_back.revocable(leaver, self.mailboxes) if leaver is not None else None
        await self._world.vault.delete(mailbox_id)
        await self._world.archive.delete_mailbox(mailbox_id)
        self._desk.lines.forget(mailbox_id)
        self._desk.archive.forget(mailbox_id)
        shared = self._desk.journal.forget(mailbox_id, self._world.clock.now())
        self._desk.herald.forget(mailbox_id, shared)
        self._desk.neighbours.forget(mailbox_id)
        for each, order in self._desk.good_secrets.left(mailbox_id):
            self._crew.post(each, Ordered(order))
        self.board.withdraw(mailbox_id)
        if shared:
            await self._desk.archive.record(Record(incidents=shared))
        return await self._giving_back.revoke(mailbox_id, grant) if revoke else Revocation.NOT_ASKED

    async def replace_credential(self, mailbox_id: MailboxId, credential: Credential) -> None:
        """Keep a new secret; history stays. What was refused before no longer counts, and the mailbox is checked."""
        watcher = self._watchers[mailbox_id]
        mailbox = replace(watcher.mailbox, auth=auth_of(credential, watcher.mailbox.auth))
        await self._forget_grant(mailbox_id)
        await self._world.vault.write(mailbox_id, credential)
        try:
            if mailbox != watcher.mailbox:
                await self._world.archive.save_mailbox(mailbox, watcher.standing)
        finally:  # the new secret is there, whatever the store says
            if mailbox != watcher.mailbox:
                watcher.post(MailboxChanged(mailbox))
            watcher.post(Happened(Event(EventKind.SECRET_REPLACED)))

    async def pause(self, ids: Iterable[MailboxId], until: float | None, note: str = "") -> None:
        """Look away until then (seconds since 1970 UTC), or until resumed; `note` is the person's own why."""
        self._crew.tell(ids, Event(EventKind.PAUSED, veil=Veil(VeilReason.BY_PERSON, until, note)))

    async def resume(self, ids: Iterable[MailboxId]) -> None:
        ids = tuple(ids)
        self._desk.comeback.expect(len(ids))
        self._crew.tell(ids, Event(EventKind.RESUMED, veil=Veil(VeilReason.BY_PERSON)))

    async def acknowledge(self, ids: Iterable[MailboxId], *, known: bool = True) -> None:
        """Known, stop telling me."""
        for mailbox_id in ids:
            self._watchers[mailbox_id].post(Acknowledged(known))

    def check_now(self, ids: Sequence[MailboxId]) -> None:
        """A person wants to know. For one mailbox that is one try even where its secret rests."""
        self._desk.lookout.look_now()
        self._let_through(ids)
        wanted = CheckWanted(Wish.THIS_ONE if len(ids) == 1 else Wish.ALL)
        self._chores.begin(self._crew.post_in_turn(ids, wanted), "check now")

    async def round(self, ids: Sequence[MailboxId] | None = None) -> AsyncIterator[Snapshot]:
        """One full round: each mailbox's snapshot as it settles, second opinions within seconds included."""
        settled: asyncio.Queue[Snapshot] = asyncio.Queue()
        known = [each for each in (self.ids if ids is None else ids) if each in self._watchers]
        await self._crew.post_in_turn(known, CheckWanted(Wish.ALL, quick=True, settled=settled.put_nowait))
        for _ in known:
            yield await settled.get()

    async def pin_certificate(self, mailbox_id: MailboxId, half: Half, sha256: str) -> None:
        """Accept this one certificate for this server: only after an explicit yes."""
        mailbox = self._watchers[mailbox_id].mailbox
        endpoint = mailbox.endpoint(half)
        if endpoint is None:
            return
        pinned = replace(endpoint, pinned_sha256=sha256.lower())
        changed = replace(mailbox, receiving=pinned) if half is Half.RECEIVING else replace(mailbox, sending=pinned)
        await self.update(changed)

    def prioritise(self, ids: Iterable[MailboxId]) -> None:
        """Look at these first: they are on the screen and were not checked in this run yet."""
        ids = tuple(ids)
        self._desk.comeback.prefer(ids)
        for mailbox_id in ids:
            snapshot = self.board.get(mailbox_id)
            if snapshot is not None and (snapshot.standing.last_checked or 0.0) < self._started_at:
                self._watchers[mailbox_id].post(Hastened())

    @property
    def network(self) -> NetworkView:
        """How the desk sees its own network now; it changes only with snapshots."""
        return self._network.view

    def accept_network(self) -> None:
        """A person says: check all mailboxes from this new network."""
        self._network.accept()

    async def unlock(self, passphrase: Secret | None = None) -> VaultState:
        """The one call that may make the system ask the person. Raises WrongPassphrase."""
        state = await self._world.vault.open(prompt=True, passphrase=passphrase)
        if state is VaultState.OPEN:
            self._vault_watch.found_open()
        return state

    def try_out(self, draft: Draft) -> AsyncIterator[TryOutStep]:
        """Try a draft live, step by step; nothing is stored but refusals counted."""
        return try_out(self._desk, replace(draft, mailbox=self._with_provider(draft.mailbox)))

    def discover(self, address: str) -> AsyncIterator[DiscoveryStep]:
        """Look for this address's servers, step by step; nothing is stored, and no more than its domain leaves."""
        return discover(self._world.finder, self._world.clock, self._world.providers, address)

    def try_servers(self, mailbox: Mailbox) -> AsyncIterator[TryOutStep]:
        """Try changed servers live with the secret that is kept; stores nothing but refusals counted."""
        return try_servers(self._desk, self._with_provider(mailbox))

    def explain(self, text: str, provider: str = "generic") -> Diagnosis:
        return self._world.explain(Response(text, provider))

    def guess(self, address: str) -> tuple[Endpoint | None, Endpoint | None]:
        """Servers for this address by the provider files alone, for filling in a form."""
        provider = self._providers.get(provider_of(address, (), self._world.providers))
        return provider.endpoints(address) if provider is not None else (None, None)

    async def gauges(self) -> Gauges:
        """How the desk itself is doing at this moment."""
        return await gauges(self._desk, self.lateness, self._started_at)

    def _watch(self, mailbox: Mailbox, standing: Standing) -> None:
        for veil in self._veils_of_all():  # who comes while the desk is blind can't be looked at either
            standing = happened(standing, Event(EventKind.BLINDED, veil=veil), self._world.clock.now())
        self._desk.journal.know(mailbox, standing, self._world.clock.now())
        watcher = Watcher(self._desk, mailbox, standing)
        self._desk.lookout.know(mailbox)
        if mailbox.auth is AuthKind.OAUTH:
            self._desk.tokens.know(mailbox.id)
        self._watchers[mailbox.id] = watcher
        self._shift.begin(watcher)

    def _look_around(self) -> None:
        self._wakefulness.look()
        self._shift.look(self._watchers)

    def _follow_up(self, entry: Entry) -> None:
        """Those who turned out to share a trouble are judged anew; who is unsteady is looked at once it may be calm."""
        for each in entry.incidents:
            if each.is_open and each.kind is IncidentKind.UNSTEADY:
                self._agenda.after(CALM + 1, partial(self._crew.post, each.mailboxes[0], Reconsidered()))
        self._hasten_refused(entry.refused)
        if entry.shared is not None:
            self._chores.begin(self._crew.post_in_turn(entry.rejudge, Reconsidered(entry.shared)), "neighbours told")

    def _veils_of_all(self) -> Iterable[Veil]:
        yield from map(Veil, self._network.reasons())
        if self._vault_watch.is_closed:
            yield _VAULT_VEIL

    def _count(self) -> int:
        """How many mailboxes there are; before the start, how many there will be."""
        return len(self._watchers) or len(self._stored.mailboxes)

    def _let_through(self, ids: Sequence[MailboxId]) -> None:
        """Who is asked for by name is looked at from a new network too; all together is a yes to it."""
        self._desk.fleets.let_through(tuple(ids))
        if VeilReason.NEW_NETWORK in self._network.reasons():
            if len(ids) >= len(self._watchers):
                self._network.accept()
            else:
                self._crew.tell(ids, Event(EventKind.SIGHTED, veil=Veil(VeilReason.NEW_NETWORK)))

    def _renew_lines(self) -> None:
        """Other addresses: lines that were kept are dead or will be, so each is made anew, a little after another."""
        held = [mailbox_id for mailbox_id in self._watchers if self._world.lines.holds(mailbox_id)]
        _log.info("another address: %d idle lines are made anew", len(held))
        for place, mailbox_id in enumerate(held):
            self._desk.lines.give_up(mailbox_id)
            fell = partial(self._crew.post, mailbox_id, LineFell())
            self._agenda.after(place * self.settings.first_round_spacing, fell)

    def _clock_stepped(self, by: float) -> None:
        self._desk.budget.clock_stepped(by)
        self._desk.journal.clock_stepped(by)
        for watcher in self._watchers.values():
            watcher.post(ClockStepped())

    def _blinded(self, veil: Veil) -> None:
        self._desk.breakers.reset()
        self._crew.tell(tuple(self._watchers), Event(EventKind.BLINDED, veil=veil))

    def _sighted(self, veil: Veil) -> None:
        self._desk.comeback.expect(len(self._watchers))
        self._crew.tell(tuple(self._watchers), Event(EventKind.SIGHTED, veil=veil))

    def _with_provider(self, mailbox: Mailbox) -> Mailbox:
        hosts = tuple(end.host for half in mailbox.halves if (end := mailbox.endpoint(half)) is not None)
        return replace(mailbox, provider=provider_of(mailbox.address, hosts, self._world.providers))

    async def _heed_lines(self) -> None:
        while True:
            await self._crew.post_in_turn(await self._world.lines.fallen(), LineFell())

    async def _keep_tidy(self) -> None:
        while True:
            try:
                await self._world.archive.tidy(self._world.clock.now())
            except ArchiveFailed as failed:
                _log.warning("the history could not be tidied: %s", failed)
            await self._tell_ends()
            await self._world.clock.sleep(_TIDY_EVERY)
