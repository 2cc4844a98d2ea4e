"""An engine by script that has admin connections too."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.model.admin_connection import (
    AdminConnection,
    BadKey,
    ConnectionId,
    ConnectionKind,
    ConnectionView,
    KeyFacts,
    KeyFault,
)
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import TryOutStep
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.service_account_key import connection_from_key
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, mailbox

DAY = 86_400.0
GOOGLE = AdminConnection(
    ConnectionId("g"),
    ConnectionKind.GOOGLE_SERVICE_ACCOUNT,
    ("northwind.example", "northwind-mail.example"),
    "104857600000000000000",
    "mailbox-desk@northwind-mail.iam.gserviceaccount.com",
    note="Made by Kim, IT",
)
MICROSOFT = AdminConnection(
    ConnectionId("m"),
    ConnectionKind.MICROSOFT_APP_ONLY,
    ("fable.example",),
    "99999999-8888-7777-6666-000000000000",
    tenant="11111111-2222-3333-4444-555555555555",
    secret_expires_at=NOW + 12.5 * DAY,
)
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nlab\n-----END CERTIFICATE-----\n"


@dataclass
class FleetEngine(FakeEngine):
    views: list[ConnectionView] = field(default_factory=list)
    not_served: tuple[MailboxId, ...] = ()
    tried_connections: list[tuple[AdminConnection, Secret | None, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        FakeEngine.__init__(self)

    @property
    def served_domains(self) -> Mapping[str, str]:
        return {domain: each.connection.kind.provider for each in self.views for domain in each.connection.domains}

    async def admin_connections(self) -> tuple[ConnectionView, ...]:
        return tuple(self.views)

    async def save_admin_connection(self, connection: AdminConnection, key: Secret | None = None) -> None:
        self._wish("save_admin_connection", connection, key)
        self.views.append(ConnectionView(connection, 0, 0, is_resting=False))

    async def remove_admin_connection(self, connection_id: ConnectionId) -> None:
        self._wish("remove_admin_connection", connection_id)
        self.views = [each for each in self.views if each.connection.id != connection_id]

    async def own_sign_ins(self, connection: AdminConnection) -> tuple[MailboxId, ...]:
        return (MailboxId("one"), MailboxId("two"))

    async def serve(self, ids: Iterable[MailboxId]) -> tuple[MailboxId, ...]:
        self._wish("serve", tuple(ids))
        return self.not_served

    def read_service_account(
        self, text: str, connection_id: ConnectionId, domains: tuple[str, ...] = ()
    ) -> tuple[AdminConnection, Secret]:
        return connection_from_key(text, connection_id, domains)

    async def admin_key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        if "LOCKED" in key.reveal():
            raise BadKey(KeyFault.LOCKED)
        is_certificate = "CERTIFICATE" in key.reveal()
        return KeyFacts(is_certificate, NOW + 400 * DAY if is_certificate else None)

    def mailbox_of_connection(self, connection: AdminConnection, address: str) -> Mailbox:
        return mailbox("t", address)

    async def try_admin_connection(
        self, connection: AdminConnection, key: Secret | None, address: str
    ) -> AsyncGenerator[TryOutStep, None]:
        self.tried_connections.append((connection, key, address))
        async for step in self._script():
            yield step


class Keys(MailboxFiles):
    """Key files that need no disk."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__()
        self.files = dict(files)

    async def read_key(self, path: Path) -> Secret:
        if path.name not in self.files:
            raise BadKey(KeyFault.FILE_UNREADABLE)
        return Secret(self.files[path.name])
