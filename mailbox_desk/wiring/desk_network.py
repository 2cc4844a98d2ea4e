"""What a desk asks of the network it is in: for real, for a rehearsal, with a window or without."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.network import SystemNetwork
from mailbox_desk.demo.rehearsal import Rehearsal
from mailbox_desk.engine.ports import Network
from mailbox_desk.engine.quiet_network import QuietNetwork
from mailbox_desk.model.history import ArchiveFailed, Stored
from mailbox_desk.model.network import SALT, Hints, NewNetwork, PublicSight
from mailbox_desk.model.settings import Settings

_log = logging.getLogger(__name__)


def network_of(
    look: Callable[[], Awaitable[PublicSight]], stored: Stored, rehearsal: Rehearsal | None, hints: Hints | None = None
) -> Network:
    """The system's own, but for a rehearsal, which is on this computer alone. `look`: at public points; `hints`: what
    the window hears."""
    return QuietNetwork() if rehearsal is not None else SystemNetwork(look, stored.settings.get(SALT, ""), hints=hints)


def for_this_desk(settings: Settings, desktop: object | None, rehearsal: Rehearsal | None) -> Settings:
    """A rehearsal's servers are on this computer, and it asks nobody outside; where no window is, nobody is asked."""
    network = settings.network
    if rehearsal is not None:
        network = replace(network, public_points=False, portal_probes=False, loopback_counts=True)
    if network.new_network is None:
        network = replace(network, new_network=NewNetwork.CHECK if desktop is None else NewNetwork.WAIT)
    return replace(settings, network=network)


async def salt_of(database: Database, stored: Stored) -> str:
    """The salt of this home's fingerprints, made once. Where it can't be kept, this run has one of its own."""
    if SALT not in stored.settings:
        made = secrets.token_hex(16)
        try:
            await database.save_setting(SALT, made)
        except ArchiveFailed as failed:
            _log.warning("the salt of networks could not be kept: %s", failed)
        return made
    return stored.settings[SALT]
