"""Makes what all watchers share out of the world and the settings. It starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from mailbox_desk.diagnosis.facts import JUST
from mailbox_desk.diagnosis.provider import GENERIC, Provider, provider_of
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.budget import HostBudget
from mailbox_desk.engine.chores import Chores
from mailbox_desk.engine.comeback import Comeback
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.fleet_tokens import FleetTokens
from mailbox_desk.engine.good_secrets import GoodSecrets, Order
from mailbox_desk.engine.herald import Herald
from mailbox_desk.engine.holding import is_free
from mailbox_desk.engine.journal import Entry, Journal
from mailbox_desk.engine.ledger import Ledger
from mailbox_desk.engine.lines import Lines
from mailbox_desk.engine.lookout import Lookout, Means
from mailbox_desk.engine.neighbourhood import Neighbourhood
from mailbox_desk.engine.neighbours import Neighbours
from mailbox_desk.engine.network_watch import NetworkCalls, NetworkWatch
from mailbox_desk.engine.new_network import KnownNetworks, NewNetworkGuard
from mailbox_desk.engine.overseer import Overseer
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.token_parts import make_apps, make_fleets, make_keeper, make_pace
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.waking import Waking
from mailbox_desk.engine.world import World
from mailbox_desk.model.history import Stored
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.network import KNOWN, NewNetwork
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import VeilReason

_USUAL_INTERVAL = 300.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What the shared parts tell the engine."""

    blinded: Callable[[VeilReason], None]
    sighted: Callable[[VeilReason], None]
    vault_closed: Callable[[VaultState], None]
    ordered: Callable[[MailboxId, Order], None]
    follow_up: Callable[[Entry], None]
    found_dead: Callable[[MailboxId], None]


def furnish(
    world: World,
    settings: Settings,
    stored: Stored,
    board: Board,
    agenda: Agenda,
    wakefulness: Wakefulness,
    calls: Calls,
) -> Desk:
    """The desk that all watchers stand around."""
    ledger, apps, lookout = _ledger(world), make_apps(world, stored), _lookout(world, settings, calls)
    pace, fleets, journal = _fleets_and_journal(world, stored, make_pace(world, apps, agenda), lookout, wakefulness)
    return Desk(
        clock=world.clock,
        dice=world.dice,
        checker=world.checker,
        vault=world.vault,
        archive=ledger,
        board=board,
        agenda=agenda,
        budget=_budget(world, settings, _by_id(world)),
        lookout=lookout,
        comeback=Comeback(world.dice, settings.first_round_spacing),
        lines=_lines(world, settings, _by_id(world)),
        neighbours=_neighbours(world, settings),
        wakefulness=wakefulness,
        overseer=Overseer(world.clock, limit=settings.limits.total, workers=settings.threads),
        journal=journal,
        herald=Herald(world.clock, agenda, journal, ledger, world.notifier, settings.tell_after),
        apps=apps,
        tokens=make_keeper(world, apps, agenda, lookout, wakefulness, board, pace, calls.found_dead),
        fleets=fleets,
        judge=world.judge,
        settings=settings,
        interval_of=partial(_interval, settings, _by_id(world)),
        vault_closed=calls.vault_closed,
        good_secrets=_good_secrets(world, settings, board),
        ordered=calls.ordered,
        follow_up=calls.follow_up,
    )


def watch_network(world: World, desk: Desk, stored: Stored, chores: Chores, calls: NetworkCalls) -> NetworkWatch:
    """What hears of the network and of sleep, for this desk."""
    guard = NewNetworkGuard(
        world.archive,
        KnownNetworks(stored.settings.get(KNOWN, "")),
        desk.settings.network.new_network or NewNetwork.WAIT,
        count=calls.count,
        begin=chores.begin,
        blinded=lambda: calls.blinded(VeilReason.NEW_NETWORK),
        sighted=lambda: calls.sighted(VeilReason.NEW_NETWORK),
    )
    waking = Waking(
        world.clock,
        desk.lookout,
        blinded=lambda: calls.blinded(VeilReason.ASLEEP),
        sighted=lambda: calls.sighted(VeilReason.ASLEEP),
    )
    return NetworkWatch(world.network, desk.lookout, waking, guard, calls)


def _ledger(world: World) -> Ledger:
    return Ledger(world.archive, world.clock)


def _fleets_and_journal(
    world: World, stored: Stored, pace: Pace, lookout: Lookout, wakefulness: Wakefulness
) -> tuple[Pace, FleetTokens, Journal]:
    """A refused admin connection is one incident, so the journal knows whom each signs in."""
    fleets = make_fleets(world, stored, pace, lookout, wakefulness)
    neighbourhood = Neighbourhood(partial(_is_public, world.providers))
    return pace, fleets, Journal(stored.incidents, neighbourhood, partial(_woke_just_now, wakefulness), fleets)


def _lookout(world: World, settings: Settings, calls: Calls) -> Lookout:
    means = Means(world.clock, world.checker, world.network, settings.limits, settings.network)
    return Lookout(means, blinded=calls.blinded, sighted=calls.sighted)


def _good_secrets(world: World, settings: Settings, board: Board) -> GoodSecrets:
    return GoodSecrets(world.clock, window=settings.refusal_window, is_free=lambda each: is_free(board.get(each)))


def _budget(world: World, settings: Settings, providers: Mapping[str, Provider]) -> HostBudget:
    return HostBudget(
        world.clock,
        connections=settings.connections_per_host,
        window=settings.refusal_window,
        refusal_limit=lambda host: _refusal_limit(host, settings, world.providers, providers),
    )


def _lines(world: World, settings: Settings, providers: Mapping[str, Provider]) -> Lines:
    return Lines(
        world.clock,
        world.lines,
        lambda mailbox: providers.get(mailbox.provider),
        who=settings.idle_lines,
        sign_in_every=settings.sign_in_every,
    )


def _neighbours(world: World, settings: Settings) -> Neighbours:
    is_public = partial(_is_public, world.providers)
    return Neighbours(world.clock, window=settings.refusal_window, is_public=is_public)


def _is_public(providers: tuple[Provider, ...], domain: str) -> bool:
    """Anybody can have an address of this domain."""
    return provider_of(domain, (), providers) != GENERIC


def _woke_just_now(wakefulness: Wakefulness) -> bool:
    ago = wakefulness.woke_ago()
    return ago is not None and ago <= JUST


def _by_id(world: World) -> Mapping[str, Provider]:
    return {provider.id: provider for provider in world.providers}


def _interval(settings: Settings, providers: Mapping[str, Provider], mailbox: Mailbox) -> float:
    if settings.interval:
        return settings.interval
    provider = providers.get(mailbox.provider)
    return provider.interval_seconds if provider is not None else _USUAL_INTERVAL


def _refusal_limit(
    host: str, settings: Settings, all_providers: tuple[Provider, ...], providers: Mapping[str, Provider]
) -> int:
    provider = providers.get(provider_of("", (host,), all_providers))
    own = provider.refusals_per_10_minutes if provider is not None else None
    return own or settings.refusals_per_host
