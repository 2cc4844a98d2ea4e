"""What the engine needs of the world, as Protocols. Adapters fit them by shape; the engine imports none.

Every method answers an `await` and calls nothing back, but for `on_step`, which is called on the loop's thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Protocol

from mailbox_desk.model.admin_connection import AdminConnection, ConnectionKind, KeyFacts
from mailbox_desk.model.check import HalfResult, Limits, StepRecord
from mailbox_desk.model.credential import Credential, OAuthToken, Secret
from mailbox_desk.model.discovery import ServerOffer, Source
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.history import Heartbeat, Record, StatusChange, Stored
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId
from mailbox_desk.model.network import NetworkFact, PublicSight
from mailbox_desk.model.notice import Notice
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, SignInStep
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.vault_state import VaultState


class Checker(Protocol):
    """Makes checks. Never raises for what a server does: every fault is a Failure in the result."""

    async def check(self, errand: Errand, on_step: Callable[[StepRecord], None] | None = None) -> HalfResult: ...

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        """Resolve and connect only; nothing is sent."""
        ...

    def shut(self) -> None:
        """Shut every socket at once; checks under way end as closed."""
        ...


class IdleLines(Protocol):
    """Connections kept idling after a check that passed, one a mailbox at most. A line that dies is told once."""

    def holds(self, mailbox_id: MailboxId) -> bool: ...

    async def prove(self, mailbox_id: MailboxId) -> bool:
        """Whether the line answers a NOOP now; False too where there is none. Takes seconds at most."""
        ...

    async def fallen(self) -> tuple[MailboxId, ...]:
        """The mailboxes whose line died, once there is one."""
        ...

    def give_up(self, mailbox_id: MailboxId) -> None:
        """Sign out there, and keep the line no more; its end is not told. Nothing where there is none."""
        ...

    def shut(self) -> None:
        """Close all lines at once."""
        ...


class Finder(Protocol):
    """Looks for servers in the world. It never learns an address: only domains leave. `local`: the address's domain is
    one of our own network, so that private addresses may be met. Each raises NotFound, and nothing else."""

    def domain_of(self, address: str) -> str:
        """The domain in its ASCII form (IDNA 2008), in lower case."""
        ...

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        """The hosts of the MX records, the preferred first."""
        ...

    async def services(self, domain: str) -> tuple[ServerOffer, ...]:
        """The SRV records of RFC 6186 and RFC 8314, the preferred first."""
        ...

    async def published(self, source: Source, domain: str, *, local: bool) -> tuple[ServerOffer, ...]:
        """The servers in the autoconfig file that this source has for the domain."""
        ...

    async def vouch(self, host: str, *, local: bool) -> None:
        """The name is known, and leads to no address that it must not."""
        ...

    async def knock(self, offer: ServerOffer, *, local: bool) -> None:
        """A server of this kind answers there, and is trusted where it speaks TLS at once. Nothing is sent."""
        ...


class Vault(Protocol):
    """Sealed secrets. `open` never prompts unless `prompt` is set, and never makes a new key over an old vault."""

    @property
    def state(self) -> VaultState: ...

    async def open(self, *, prompt: bool = False, passphrase: Secret | None = None) -> VaultState: ...

    async def read(self, mailbox_id: MailboxId) -> Credential: ...

    async def write(self, mailbox_id: MailboxId, credential: Credential) -> None: ...

    async def delete(self, mailbox_id: MailboxId) -> None: ...

    async def read_app_secret(self, app: OAuthAppId) -> Secret | None: ...

    async def write_app_secret(self, app: OAuthAppId, secret: Secret) -> None: ...

    async def delete_app_secret(self, app: OAuthAppId) -> None: ...


class Tokens(Protocol):
    """Speaks with the OAuth 2 servers of providers. It keeps nothing."""

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        """The grant with a new access token, and with a new refresh token where the server rotates them (RFC 6749
        section 6). Raises TokenFailed."""
        ...

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        """Give the grant back (RFC 7009). Raises TokenFailed."""
        ...

    def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        """By the system's browser (RFC 8252, PKCE, state, issuer checked); it waits `limit` seconds at most. Closing
        the iterator ends it at once. It never raises for what a server or browser does."""
        ...

    def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        """By a code typed elsewhere (RFC 8628), as long as the provider lets it wait."""
        ...


class AdminTokens(Protocol):
    """Gets tokens without a person, by the key of an admin connection. It keeps nothing."""

    async def admin_token(
        self, connection: AdminConnection, service: OAuthService, key: Secret, account: str
    ) -> OAuthToken:
        """An access token for the mail of this account; that of a kind that is not `is_per_mailbox` serves all of the
        connection. Raises TokenFailed."""
        ...

    async def key_facts(self, kind: ConnectionKind, key: Secret) -> KeyFacts:
        """What a key tells of itself. Raises BadKey for one that can't sign."""
        ...


class OAuthServices(Protocol):
    """Finds where any OpenID provider or OAuth server does OAuth 2, by its issuer."""

    async def service_at(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        """What the issuer publishes of itself (RFC 8414). `scopes`: what mail takes there. Raises TokenFailed."""
        ...


class Archive(Protocol):
    """The store. A failed write raises ArchiveFailed and leaves the store as it was."""

    async def load(self) -> Stored: ...

    async def save_mailbox(self, mailbox: Mailbox, standing: Standing) -> None: ...

    async def delete_mailbox(self, mailbox_id: MailboxId) -> None: ...

    async def record(self, record: Record) -> None: ...

    async def save_setting(self, name: str, value: str) -> None: ...

    async def tidy(self, now: float) -> None:
        """Thin heartbeats older than 48 hours to one an hour and status, drop those older than 180 days."""
        ...

    async def heartbeats(self, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]: ...

    async def changes(self, mailbox_id: MailboxId, limit: int) -> Sequence[StatusChange]: ...

    async def changes_since(self, since: float) -> Sequence[StatusChange]: ...

    async def incidents(self, mailbox_id: MailboxId | None, limit: int) -> Sequence[Incident]: ...


class Recorder(Protocol):
    """Writes records down; of the store it is what the watchers see."""

    async def record(self, record: Record) -> None: ...


class Clock(Protocol):
    """Wall time in seconds since 1970 UTC, a clock that never goes back, and waiting."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class Network(Protocol):
    """What the system says of the network and of sleep. Hints: the engine's own witnesses decide. It never raises."""

    async def here(self) -> str:
        """The fingerprint of the network that this computer is on, "" where it is on none."""
        ...

    def facts(self) -> AsyncIterator[NetworkFact]:
        """Every hint as it comes, first how things stand now; until closed."""
        ...

    async def public_sight(self) -> PublicSight:
        """Fetch pages made for that over plain http: is the internet there, or a sign-in page before it? Asks at most
        a few, with a limit of seconds."""
        ...


class Notifier(Protocol):
    """Tells a person; wiring puts the words before it. It never blocks, and never fails."""

    def __call__(self, notice: Notice) -> None: ...
