"""Token endpoints that play Google and Microsoft for admin connections, and mailboxes that one signs in."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace

from mailbox_desk.model.admin_connection import (
    ADMIN_ACCESS,
    AdminConnection,
    BadKey,
    ConnectionId,
    ConnectionKind,
    KeyFacts,
    KeyFault,
    access_by_admin,
)
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.kept_connections import ADMIN_CONNECTIONS, KeptConnection, connections_as_text
from mailbox_desk.model.mailbox import AuthKind, Mailbox
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import OAuthAppId, OAuthService, TokenFailed
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import JumpingClock, Lab

GOOGLE_SERVICE = OAuthService("google", "https://g.example/auth", "https://g.example/token", ("mail",))
MICROSOFT_SERVICE = OAuthService("microsoft", "https://m.example/auth", "https://m.example/token", ("mail",))
GOOGLE = AdminConnection(
    ConnectionId("g"), ConnectionKind.GOOGLE_SERVICE_ACCOUNT, ("example.com",), "1048576", "fleet@x.example"
)
MICROSOFT = AdminConnection(
    ConnectionId("m"), ConnectionKind.MICROSOFT_APP_ONLY, ("example.com",), "app-id", tenant="tenant-id"
)
KEY = Secret("key-canary-of-the-fleet")


def no(text: str, kind: FailureKind = FailureKind.REFUSED, retry_after: float | None = None) -> TokenFailed:
    marks = frozenset({Mark.ADMIN_CONNECTION})
    return TokenFailed(Failure(Half.RECEIVING, Step.TOKEN, kind, text, marks=marks), retry_after)


@dataclass
class Endpoint:
    """Fits AdminTokens. `refuses`: what all are told, by account "" or one alone; `faults` are raised first."""

    clock: JumpingClock
    good: Secret = KEY
    life: float = 3600.0
    expires_at: float | None = None
    refuses: dict[str, TokenFailed] = field(default_factory=dict)
    faults: list[TokenFailed] = field(default_factory=list)
    asked: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def counts(self) -> Counter[str]:
        return Counter(account for _, account in self.asked)

    async def admin_token(
        self, connection: AdminConnection, service: OAuthService, key: Secret, account: str
    ) -> OAuthToken:
        self.asked.append((self.clock.monotonic(), account))
        await self.clock.sleep(self.seconds) if self.seconds else await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        refusal = self.refuses.get(account) or self.refuses.get("")
        if refusal is not None:
            raise refusal
        if key != self.good:
            raise no('{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}')
        now = self.clock.now()
        return access_by_admin(Secret(f"token {len(self.asked)} {account}"), now + self.life, now)

    async def key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        if not key:
            raise BadKey(KeyFault.NO_KEY)
        return KeyFacts(self.expires_at is not None, self.expires_at)


def put(lab: Lab, connection: AdminConnection, *users: str, key: Secret = KEY) -> None:
    """A connection that is kept, and mailboxes that it signs in, before the engine starts."""
    lab.shelf.settings[ADMIN_CONNECTIONS] = connections_as_text([KeptConnection(connection)])
    lab.vault.app_secrets[OAuthAppId(f"connection.{connection.id}")] = key
    for user in users:
        served(lab, user, connection.kind.provider)


def served(lab: Lab, user: str, provider: str = "google") -> Mailbox:
    mailbox = replace(lab.mailbox(user, provider=provider), auth=AuthKind.OAUTH)
    lab.shelf.mailboxes[mailbox.id] = mailbox
    lab.vault.secrets[mailbox.id] = ADMIN_ACCESS
    return mailbox
