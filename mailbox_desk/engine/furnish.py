"""Makes what all watchers share out of the world and the settings. It starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailbox_desk.diagnosis.provider import GENERIC, Provider, provider_of
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.budget import HostBudget
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.herald import Herald
from mailbox_desk.engine.journal import Journal
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.neighbours import Neighbours
from mailbox_desk.engine.token_parts import make_apps, make_keeper
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.world import World
from mailbox_desk.model.history import Stored
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.vault_state import VaultState

_USUAL_INTERVAL = 300.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What the shared parts tell the engine."""

    blinded: Callable[[], None]
    sighted: Callable[[], None]
    vault_closed: Callable[[VaultState], None]
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
    providers = {provider.id: provider for provider in world.providers}
    journal = Journal(stored.incidents)
    lookout = Lookout(world.clock, world.checker, settings.limits, blinded=calls.blinded, sighted=calls.sighted)
    apps = make_apps(world, stored)
    return Desk(
        clock=world.clock,
        dice=world.dice,
        checker=world.checker,
        vault=world.vault,
        archive=world.archive,
        board=board,
        agenda=agenda,
        budget=_budget(world, settings, providers),
        lookout=lookout,
        neighbours=_neighbours(world, settings),
        wakefulness=wakefulness,
        journal=journal,
        herald=Herald(world.clock, agenda, journal, world.archive, world.notifier, settings.tell_after),
        apps=apps,
        tokens=make_keeper(world, apps, agenda, lookout, wakefulness, board, calls.found_dead),
        judge=world.judge,
        settings=settings,
        interval_of=lambda mailbox: settings.interval or _interval(mailbox, providers),
        vault_closed=calls.vault_closed,
    )


def _budget(world: World, settings: Settings, providers: Mapping[str, Provider]) -> HostBudget:
    return HostBudget(
        world.clock,
        connections=settings.connections_per_host,
        window=settings.refusal_window,
        refusal_limit=lambda host: _refusal_limit(host, settings, world.providers, providers),
    )


def _neighbours(world: World, settings: Settings) -> Neighbours:
    def is_public(domain: str) -> bool:
        return provider_of(domain, (), world.providers) != GENERIC

    return Neighbours(world.clock, window=settings.refusal_window, is_public=is_public)


def _interval(mailbox: Mailbox, providers: Mapping[str, Provider]) -> float:
    provider = providers.get(mailbox.provider)
    return provider.interval_seconds if provider is not None else _USUAL_INTERVAL


def _refusal_limit(
    host: str, settings: Settings, all_providers: tuple[Provider, ...], providers: Mapping[str, Provider]
) -> int:
    provider = providers.get(provider_of("", (host,), all_providers))
    own = provider.refusals_per_10_minutes if provider is not None else None
    return own or settings.refusals_per_host
