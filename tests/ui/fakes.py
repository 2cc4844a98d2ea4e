"""An engine for the window's tests: a real board, wishes written down, try-outs by script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QUrl

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.client_secret import app_from_client_secret
from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.discovery import Candidate, DiscoveryEnded, DiscoveryStep, Found, Source
from mailbox_desk.model.errand import Draft, TryOutStep
from mailbox_desk.model.history import StatusChange, Unwritten
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId
from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, RegisteredApp, Revocation, SigningInStep
from mailbox_desk.model.response import Response
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Half
from tests.ui.samples import snapshot


class FakeEngine:
    """Fits the face of the engine as far as the window uses it. `scripts` are the try-outs to come, in order;
    a step of None waits for `gate`; `finds` are the searches by domain, likewise. `fails` is raised by the next
    wish."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self.board = Board()
        for each in snapshots:
            self.board.publish(each)
        self.vault_state = VaultState.OPEN
        self.unwritten: Unwritten | None = None
        self.shared_incidents: tuple[Incident, ...] = ()
        self.wishes: list[tuple[object, ...]] = []
        self.scripts: list[Sequence[TryOutStep | None]] = []
        self.tried: list[Draft] = []
        self.tried_servers: list[Mailbox] = []
        self.script_fails: Exception | None = None
        self.provider_files: dict[str, Provider] = {}
        self.gate = asyncio.Event()
        self.cancelled = 0
        self.guesses: dict[str, tuple[Endpoint | None, Endpoint | None]] = {}
        self.finds: dict[str, Sequence[DiscoveryStep | None]] = {}
        self.looked_for: list[str] = []
        self.searches_ended = 0
        self.history: tuple[StatusChange, ...] = ()
        self.fails: Exception | None = None
        self.unlocks_to = VaultState.OPEN
        self.settings = Settings()
        self.network = NetworkView()
        self.passphrases: list[Secret | None] = []
        self.not_kept: dict[str, Exception] = {}
        self.holds = False
        self.browsed: list[QUrl] = []
        self.revocation = Revocation.REVOKED
        self.apps: list[RegisteredApp] = []
        self.sign_ins: list[Sequence[SigningInStep | None]] = []
        self.signed_in: list[tuple[str | Mailbox, OAuthApp, bool]] = []
        self.judge: Callable[[Response], Diagnosis] = lambda _: Diagnosis((RankedCause(Cause.UNKNOWN, 0.3),), "sample")

    @property
    def providers(self) -> tuple[Provider, ...]:
        return tuple(self.provider_files.values())

    @property
    def served_domains(self) -> Mapping[str, str]:
        return {}

    @property
    def ids(self) -> tuple[MailboxId, ...]:
        return tuple(each.id for each in self.board.snapshots())

    @property
    def face(self) -> Engine:
        return cast(Engine, self)

    async def add(self, draft: Draft) -> None:
        self._wish("add", draft)
        self.board.publish(replace(snapshot(draft.mailbox.id), mailbox=draft.mailbox))

    async def add_all(self, drafts: Sequence[Draft]) -> AsyncGenerator[tuple[Kept, ...], None]:
        """A portion of two at a time; `gate` stands open unless a test closes it by `holds`."""
        self._wish("add_all", tuple(drafts))
        for first in range(0, len(drafts), 2):
            portion = drafts[first : first + 2]
            for draft in portion:
                self.board.publish(replace(snapshot(draft.mailbox.id), mailbox=draft.mailbox))
            yield tuple(Kept(draft.mailbox.id, self.not_kept.get(draft.mailbox.address)) for draft in portion)
            if self.holds:
                await self.gate.wait()

    async def update(self, mailbox: Mailbox) -> None:
        self._wish("update", mailbox)

    async def remove(self, mailbox_id: MailboxId, *, revoke: bool = False) -> Revocation:
        self._wish("remove", mailbox_id)
        if revoke:
            self.wishes.append(("revoke", mailbox_id))
        self.board.withdraw(mailbox_id)
        return self.revocation if revoke else Revocation.NOT_ASKED

    def oauth_apps(self) -> tuple[RegisteredApp, ...]:
        return tuple(self.apps)

    async def oauth_app(self, app_id: OAuthAppId) -> OAuthApp:
        return next(each.app for each in self.apps if each.id == app_id)

    async def save_oauth_app(self, app: OAuthApp) -> None:
        self._wish("save_oauth_app", app)
        before = next((each for each in self.apps if each.id == app.id), None)
        kept = RegisteredApp(app, app.client_secret is not None or bool(before and before.has_secret), built_in=False)
        self.apps = [each for each in self.apps if each.id != app.id] + [kept]

    async def remove_oauth_app(self, app_id: OAuthAppId) -> None:
        self._wish("remove_oauth_app", app_id)
        self.apps = [each for each in self.apps if each.id != app_id]

    async def find_oauth_service(self, issuer: str, provider: str, scopes: Sequence[str]) -> OAuthService:
        self._wish("find_oauth_service", issuer)
        return OAuthService(provider, f"{issuer}/auth", f"{issuer}/token", tuple(scopes), issuer=issuer)

    def read_client_secret(self, text: str, app_id: OAuthAppId, provider: str = "google") -> OAuthApp:
        service = self.provider_files[provider].oauth
        assert service is not None
        return app_from_client_secret(text, app_id, service)

    async def sign_in(self, who: str | Mailbox, app: OAuthApp, *, device: bool = False) -> AsyncIterator[SigningInStep]:
        """What `sign_ins` says, in order; a step of None waits for `gate`."""
        self.signed_in.append((who, app, device))
        try:
            for step in self.sign_ins.pop(0):
                if step is None:
                    await self.gate.wait()
                else:
                    yield step
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def pause(self, ids: Iterable[MailboxId], until: float | None, note: str = "") -> None:
        self._wish("pause", tuple(ids), until, note)

    async def resume(self, ids: Iterable[MailboxId]) -> None:
        self._wish("resume", tuple(ids))

    def accept_network(self) -> None:
        self._wish("accept_network")

    def check_now(self, ids: Sequence[MailboxId]) -> None:
        self._wish("check_now", tuple(ids))

    async def replace_credential(self, mailbox_id: MailboxId, credential: Credential) -> None:
        self._wish("replace_credential", mailbox_id, credential)

    async def pin_certificate(self, mailbox_id: MailboxId, half: Half, sha256: str) -> None:
        self._wish("pin_certificate", mailbox_id, half, sha256)

    async def save_setting(self, name: str, value: str) -> None:
        self._wish("save_setting", name, value)

    def prioritise(self, ids: Sequence[MailboxId]) -> None:
        self.wishes.append(("prioritise", tuple(ids)))

    async def unlock(self, passphrase: Secret | None = None) -> VaultState:
        self.passphrases.append(passphrase)
        self._wish("unlock")
        self.vault_state = self.unlocks_to
        return self.vault_state

    async def try_out(self, draft: Draft) -> AsyncIterator[TryOutStep]:
        self.tried.append(draft)
        async for step in self._script():
            yield step

    async def _script(self) -> AsyncIterator[TryOutStep]:
        if self.script_fails is not None:
            raise self.script_fails
        try:
            for step in self.scripts.pop(0):
                if step is None:
                    await self.gate.wait()
                else:
                    yield step
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def try_servers(self, mailbox: Mailbox) -> AsyncIterator[TryOutStep]:
        self.tried_servers.append(mailbox)
        async for step in self._script():
            yield step

    async def discover(self, address: str) -> AsyncIterator[DiscoveryStep]:
        """What `finds` says of the domain, else what `guesses` does."""
        self.looked_for.append(address)
        domain = address.rpartition("@")[2]
        guessed = Candidate(Source.PROVIDER, *self.guess(address))
        default: list[DiscoveryStep | None] = (
            [Found(guessed), DiscoveryEnded((guessed,))] if guessed.receiving else [DiscoveryEnded()]
        )
        try:
            for step in self.finds.get(domain, default):
                if step is None:
                    await self.gate.wait()
                else:
                    yield step
        finally:
            self.searches_ended += 1

    def guess(self, address: str) -> tuple[Endpoint | None, Endpoint | None]:
        return self.guesses.get(address.rpartition("@")[2], (None, None))

    def explain(self, text: str, provider: str = "generic") -> Diagnosis:
        return self.judge(Response(text, provider))

    def provider(self, provider_id: str) -> Provider | None:
        return self.provider_files.get(provider_id)

    async def changes(self, mailbox_id: MailboxId, limit: int = 50) -> Sequence[StatusChange]:
        return tuple(change for change in self.history if change.mailbox_id == mailbox_id)[:limit]

    async def changes_since(self, since: float) -> Sequence[StatusChange]:
        return tuple(change for change in self.history if change.at >= since)

    async def acknowledge(self, ids: Iterable[MailboxId], *, known: bool = True) -> None:
        self._wish("acknowledge", tuple(ids), known)

    def wished(self, name: str) -> list[tuple[object, ...]]:
        return [wish[1:] for wish in self.wishes if wish[0] == name]

    def _wish(self, *wish: object) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error
        self.wishes.append(wish)
