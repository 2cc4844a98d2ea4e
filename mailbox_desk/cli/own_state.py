"""What a watch has to say of itself: that its vault is closed, that its store takes nothing, and when that is over.
Each is said once, on stderr."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from mailbox_desk.cli.console import Console
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.history import StoreTrouble
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.wording.beginning import told_unwritten

_LOOK_EVERY: Final = 1.0


@asynccontextmanager
async def telling_of_the_desk(engine: Engine, console: Console) -> AsyncIterator[None]:
    """While it lasts, what changes with the desk itself is said."""
    telling = asyncio.ensure_future(_tell(engine, console))
    try:
        yield
    finally:
        telling.cancel()


async def _tell(engine: Engine, console: Console) -> None:
    vault, store = VaultState.OPEN, None
    while True:
        vault = _vault_told(vault, engine, console)
        store = _store_told(store, engine, console)
        await asyncio.sleep(_LOOK_EVERY)


def _vault_told(before: VaultState, engine: Engine, console: Console) -> VaultState:
    if engine.vault_state is not before:
        console.warn(f"service.vault.{engine.vault_state.value}")
    return engine.vault_state


def _store_told(before: StoreTrouble | None, engine: Engine, console: Console) -> StoreTrouble | None:
    unwritten = engine.unwritten
    why = unwritten.why if unwritten is not None else None
    if unwritten is not None and why is not before:
        console.complain(told_unwritten(unwritten, console.wording, engine.now()))
    elif unwritten is None and before is not None:
        console.warn("service.written_again")
    return why
