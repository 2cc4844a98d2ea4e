"""An engine for the window's tests: a real board, wishes written down, try-outs by script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import cast

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.board import Board
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.credential import Credential, Secret
from mailbox_desk.model.errand import Draft, TryOutStep
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Half
from tests.ui.samples import snapshot


class FakeEngine:
    """Fits the face of the engine as far as the window uses it. `scripts` are the try-outs to come, in order;
    a step of None waits for `gate`. `fails` is raised by the next wish."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self.board = Board()
        for each in snapshots:
            self.board.publish(each)
        self.vault_state = VaultState.OPEN
        self.wishes: list[tuple[object, ...]] = []
        self.scripts: list[Sequence[TryOutStep | None]] = []
        self.tried: list[Draft] = []
        self.gate = asyncio.Event()
        self.cancelled = 0
        self.guesses: dict[str, tuple[Endpoint | None, Endpoint | None]] = {}
        self.history: tuple[StatusChange, ...] = ()
        self.fails: Exception | None = None
        self.unlocks_to = VaultState.OPEN
        self.passphrases: list[Secret | None] = []
        self.not_kept: dict[str, Exception] = {}
        self.holds = False

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

    async def remove(self, mailbox_id: MailboxId) -> None:
        self._wish("remove", mailbox_id)
        self.board.withdraw(mailbox_id)

    async def pause(self, ids: Iterable[MailboxId], until: float | None) -> None:
        self._wish("pause", tuple(ids), until)

    async def resume(self, ids: Iterable[MailboxId]) -> None:
        self._wish("resume", tuple(ids))

    def check_now(self, ids: Sequence[MailboxId]) -> None:
        self._wish("check_now", tuple(ids))

    async def replace_credential(self, mailbox_id: MailboxId, credential: Credential) -> None:
        self._wish("replace_credential", mailbox_id, credential)

    async def pin_certificate(self, mailbox_id: MailboxId, half: Half, sha256: str) -> None:
        self._wish("pin_certificate", mailbox_id, half, sha256)

    def prioritise(self, ids: Sequence[MailboxId]) -> None:
        self.wishes.append(("prioritise", tuple(ids)))

    async def unlock(self, passphrase: Secret | None = None) -> VaultState:
        self.passphrases.append(passphrase)
        self._wish("unlock")
        self.vault_state = self.unlocks_to
        return self.vault_state

    async def try_out(self, draft: Draft) -> AsyncIterator[TryOutStep]:
        self.tried.append(draft)
        try:
            for step in self.scripts.pop(0):
                if step is None:
                    await self.gate.wait()
                else:
                    yield step
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    def guess(self, address: str) -> tuple[Endpoint | None, Endpoint | None]:
        return self.guesses.get(address.rpartition("@")[2], (None, None))

    def provider(self, provider_id: str) -> Provider | None:
        return None

    async def changes(self, mailbox_id: MailboxId, limit: int = 50) -> Sequence[StatusChange]:
        return tuple(change for change in self.history if change.mailbox_id == mailbox_id)[:limit]

    def wished(self, name: str) -> list[tuple[object, ...]]:
        return [wish[1:] for wish in self.wishes if wish[0] == name]

    def _wish(self, *wish: object) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error
        self.wishes.append(wish)
