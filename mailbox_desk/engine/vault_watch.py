"""Knows whether the vault is closed, and looks out for its opening: the person may unlock the keyring elsewhere.

It never prompts; what a closed vault means for the mailboxes is the engine's affair.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from mailbox_desk.engine.chores import say_fault
from mailbox_desk.engine.ports import Clock, Vault
from mailbox_desk.model.vault_state import VaultState

_log = logging.getLogger(__name__)
_LOOK_EVERY: Final = 5.0
"""Seconds between two looks at a closed vault."""


class VaultWatch:
    """Calls `closed` and `opened` once a change, on the loop's thread."""

    def __init__(self, clock: Clock, vault: Vault, *, closed: Callable[[], None], opened: Callable[[], None]) -> None:
        self._clock, self._vault = clock, vault
        self._closed, self._opened = closed, opened
        self.is_closed = False
        self._looking: asyncio.Task[None] | None = None

    def found_closed(self, state: VaultState) -> None:
        """A secret could not be read."""
        if self.is_closed:
            return
        self.is_closed = True
        _log.info("the vault is closed: %s", state.value)
        self._closed()
        self._looking = asyncio.ensure_future(self._look())
        self._looking.add_done_callback(lambda ended: say_fault(ended, "vault"))

    def found_open(self) -> None:
        """It was opened, here or elsewhere. Tells even where it was not known closed: an unlock is an answer."""
        self.is_closed = False
        self._opened()

    def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self) -> None:
        while self.is_closed:
            await self._clock.sleep(_LOOK_EVERY)
            if self.is_closed and await self._vault.open() is VaultState.OPEN:
                self.found_open()
