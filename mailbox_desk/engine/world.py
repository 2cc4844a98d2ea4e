"""The real (or, in tests, the other) parts that wiring hands to the engine. It holds, and does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.backoff import Dice
from mailbox_desk.engine.digest import Judge
from mailbox_desk.engine.lines import NoLines
from mailbox_desk.engine.no_tokens import NoTokens
from mailbox_desk.engine.ports import (
    AdminTokens,
    Archive,
    Checker,
    Clock,
    Finder,
    IdleLines,
    Network,
    Notifier,
    OAuthServices,
    Tokens,
    Vault,
)
from mailbox_desk.engine.quiet_network import QuietNetwork
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.oauth import OAuthApp, OAuthService
from mailbox_desk.model.response import Response


@dataclass(frozen=True, slots=True)
class World:
    """`explain` judges a bare server text. `tokens` speaks OAuth with the `services` of the provider files;
    `issuers` finds further ones; `built_in_apps`: the OAuth apps that came with the program; `admin_tokens`: gets
    tokens by admin connections."""

    checker: Checker
    finder: Finder
    vault: Vault
    archive: Archive
    clock: Clock
    notifier: Notifier
    dice: Dice
    judge: Judge
    explain: Callable[[Response], Diagnosis]
    providers: tuple[Provider, ...]
    lines: IdleLines = field(default_factory=NoLines)
    network: Network = field(default_factory=QuietNetwork)
    tokens: Tokens = field(default_factory=NoTokens)
    issuers: OAuthServices = field(default_factory=NoTokens)
    admin_tokens: AdminTokens = field(default_factory=NoTokens)
    services: tuple[OAuthService, ...] = ()
    built_in_apps: tuple[OAuthApp, ...] = ()
