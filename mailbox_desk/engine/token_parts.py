"""Makes the parts that look after grants, out of the world and what all watchers share. It starts nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mailbox_desk.diagnosis.provider import LimitKind, TokenLifetimes
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.connections import Connections
from mailbox_desk.engine.fleet_tokens import FleetTokens
from mailbox_desk.engine.grant_plan import Attention
from mailbox_desk.engine.known_grant import Around
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.oauth_apps import Ground, OAuthApps
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.tokens import TokenKeeper
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.world import World
from mailbox_desk.model.history import Stored
from mailbox_desk.model.kept_apps import OAUTH_APPS
from mailbox_desk.model.kept_connections import ADMIN_CONNECTIONS
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import VeilKind

_REQUESTS_PER_MINUTE: Final = 240
"""Of one token endpoint, where its provider's file says nothing: four a second are no burst to anybody."""


def make_apps(world: World, stored: Stored) -> OAuthApps:
    """The user's own apps, as the store has them, and those that came with the program."""
    services = {service.provider: service for service in world.services}
    ground = Ground(services, world.built_in_apps)
    return OAuthApps(world.vault, world.archive, ground, stored.settings.get(OAUTH_APPS, ""))


def make_keeper(
    world: World,
    apps: OAuthApps,
    agenda: Agenda,
    lookout: Lookout,
    wakefulness: Wakefulness,
    board: Board,
    pace: Pace,
    found_dead: Callable[[MailboxId], None],
) -> TokenKeeper:
    """Who keeps the grants good."""
    providers = {provider.id: provider for provider in world.providers}

    def lifetimes(provider_id: str) -> TokenLifetimes:
        provider = providers.get(provider_id)
        return provider.tokens if provider is not None else TokenLifetimes()

    around = Around(
        clock=world.clock,
        agenda=agenda,
        dice=world.dice,
        lookout=lookout,
        wakefulness=wakefulness,
        lifetimes=lifetimes,
        attention=lambda mailbox_id: attention(board, mailbox_id),
        found_dead=found_dead,
    )
    return TokenKeeper(around, world.vault, world.tokens, apps, pace)


def make_pace(world: World, apps: OAuthApps, agenda: Agenda) -> Pace:
    """How fast the token endpoints are asked, by all who ask there."""
    providers = {provider.id: provider for provider in world.providers}

    def per_minute(token_url: str) -> int:
        services = (*world.services, *(each.app.service for each in apps.all))
        known = {each.provider for each in services if each.token_url == token_url}
        limits = [
            providers[each].limits.least(LimitKind.TOKEN_REQUESTS_PER_MINUTE) for each in known if each in providers
        ]
        return min((limit for limit in limits if limit is not None), default=_REQUESTS_PER_MINUTE)

    return Pace(world.clock, agenda, per_minute)


def make_fleets(world: World, stored: Stored, pace: Pace, lookout: Lookout, wakefulness: Wakefulness) -> FleetTokens:
    """Who gets tokens by the admin connections that the store has."""
    text = stored.settings.get(ADMIN_CONNECTIONS, "")
    connections = Connections(world.vault, world.archive, text)
    return FleetTokens(world, connections, pace, lookout, wakefulness)


def attention(board: Board, mailbox_id: MailboxId) -> Attention:
    """How a mailbox is looked at now, by what the board shows of it."""
    snapshot = board.get(mailbox_id)
    if snapshot is None:
        return Attention.WATCHED
    views = [view for view in (snapshot.standing.receiving, snapshot.standing.sending) if view.verdict is not None]
    if views and all(view.resting for view in views):
        return Attention.RESTING
    is_paused = any(veil.kind is VeilKind.PAUSED for veil in snapshot.standing.veils)
    return Attention.PAUSED if is_paused else Attention.WATCHED
