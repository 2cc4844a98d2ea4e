"""What every watcher of one engine shares. Plain wiring: it holds the parts and decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.backoff import Dice
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.breaker import Breakers
from mailbox_desk.engine.budget import HostBudget
from mailbox_desk.engine.comeback import Comeback
from mailbox_desk.engine.digest import Judge
from mailbox_desk.engine.fleet_tokens import FleetTokens
from mailbox_desk.engine.good_secrets import GoodSecrets, Order
from mailbox_desk.engine.herald import Herald
from mailbox_desk.engine.journal import Entry, Journal
from mailbox_desk.engine.ledger import Ledger
from mailbox_desk.engine.lines import Lines
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.neighbours import Neighbours
from mailbox_desk.engine.oauth_apps import OAuthApps
from mailbox_desk.engine.overseer import Overseer
from mailbox_desk.engine.ports import Checker, Clock, Vault
from mailbox_desk.engine.throttle import Throttle
from mailbox_desk.engine.tokens import TokenKeeper
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.vault_state import VaultState


@dataclass(frozen=True, slots=True)
class Desk:
    """The shared parts. `interval_of` gives seconds between two rounds of a mailbox; `vault_closed` is told when a
    secret could not be read; `ordered` carries an order of a host's trial to the mailbox it is for; `follow_up` does
    what an entry of the journal asks for."""

    clock: Clock
    dice: Dice
    checker: Checker
    vault: Vault
    archive: Ledger
    board: Board
    agenda: Agenda
    budget: HostBudget
    lookout: Lookout
    lines: Lines
    comeback: Comeback
    neighbours: Neighbours
    wakefulness: Wakefulness
    overseer: Overseer
    journal: Journal
    herald: Herald
    apps: OAuthApps
    tokens: TokenKeeper
    fleets: FleetTokens
    judge: Judge
    settings: Settings
    interval_of: Callable[[Mailbox], float]
    vault_closed: Callable[[VaultState], None]
    good_secrets: GoodSecrets
    ordered: Callable[[MailboxId, Order], None]
    follow_up: Callable[[Entry], None]
    breakers: Breakers = field(default_factory=Breakers)
    throttle: Throttle = field(default_factory=Throttle)
