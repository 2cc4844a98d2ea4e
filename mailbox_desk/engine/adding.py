"""Saves many mailboxes at once, in portions that the stores commit together. It keeps none by itself: whoever asks may
stop between two portions, and what was told as kept is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.engine.ports import Archive, Clock, Vault
from mailbox_desk.engine.start import due_first, new_standing
from mailbox_desk.engine.watcher import Watcher
from mailbox_desk.model.credential import Credential
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed, VaultState

_PORTION: Final = 25  # one commit each in vault and archive; the window's thread goes on between two
_log = logging.getLogger(__name__)

Begin = Callable[[Coroutine[None, None, None], str], None]


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where mailboxes and their secrets go, who watches some already, how a watch begins, and how a secret is
    replaced."""

    vault: Vault
    archive: Archive
    clock: Clock
    watchers: Mapping[MailboxId, Watcher]
    watch: Callable[[Mailbox, Standing], None]
    replace: Callable[[MailboxId, Credential], Awaitable[None]]


async def add_in_portions(
    shelves: Shelves, drafts: Sequence[Draft], spacing: float | None, begin: Begin
) -> AsyncGenerator[tuple[Kept, ...], None]:
    """What became of each portion's drafts. `spacing`: seconds between the first looks at two of them, None for no
    first look. A portion that was begun (`begin`, in the background) comes to its end whoever waits for it. Raises
    VaultClosed before anything is kept."""
    if shelves.vault.state is not VaultState.OPEN:
        raise VaultClosed(shelves.vault.state)
    began = shelves.clock.now()
    looks = [None if spacing is None else began + place * spacing for place in range(len(drafts))]
    told: asyncio.Queue[tuple[Kept, ...]] = asyncio.Queue()

    async def keep_portion(portion: Sequence[tuple[Draft, float | None]]) -> None:
        outcomes: tuple[Kept, ...] = ()  # none where it is cut off: nobody is left waiting
        try:
            outcomes = tuple(await asyncio.gather(*(_kept(shelves, draft, look) for draft, look in portion)))
        finally:
            told.put_nowait(outcomes)

    wanted = tuple(zip(drafts, looks, strict=True))
    for first in range(0, len(wanted), _PORTION):
        begin(keep_portion(wanted[first : first + _PORTION]), "adding")
        yield await told.get()


async def _kept(shelves: Shelves, draft: Draft, look: float | None) -> Kept:
    mailbox = draft.mailbox
    own = shelves.watchers.get(mailbox.id)
    standing = _first_look(new_standing(mailbox, shelves.clock.now()), look)
    try:
        if own is None:
            await _save(shelves, draft, standing)
        else:
            await shelves.replace(mailbox.id, draft.credential)
    except (VaultClosed, VaultFailed, ArchiveFailed) as error:
        return Kept(mailbox.id, error)
    if own is None:
        shelves.watch(mailbox, standing)
    return Kept(mailbox.id)


def _first_look(standing: Standing, look: float | None) -> Standing:
    if look is not None:
        return due_first(standing, look)
    receiving, sending = replace(standing.receiving, due=None), replace(standing.sending, due=None)
    return replace(standing, receiving=receiving, sending=sending)


async def _save(shelves: Shelves, draft: Draft, standing: Standing) -> None:
    """The secret first: a mailbox without one can't be. Where the mailbox then can't be kept, the secret goes too."""
    await shelves.vault.write(draft.mailbox.id, draft.credential)
    try:
        await shelves.archive.save_mailbox(draft.mailbox, standing)
    except ArchiveFailed:
        try:
            await shelves.vault.delete(draft.mailbox.id)
        except (VaultClosed, VaultFailed) as left:
            _log.warning("a sealed secret without a mailbox stays in the vault: %s", left)
        raise
