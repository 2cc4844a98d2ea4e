"""Saves many mailboxes at once, in portions that the stores commit together. It keeps none by itself: whoever asks may
stop between two portions, and what was told as kept is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from mailbox_desk.engine.ports import Archive, Clock, Vault
from mailbox_desk.engine.start import due_first, first_standing
from mailbox_desk.engine.watcher import Happened, Watcher
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.import_plan import Kept
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.status import Event, EventKind
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed, VaultState

_PORTION: Final = 25  # one commit each in vault and archive; the window's thread goes on between two
_log = logging.getLogger(__name__)

Watch = Callable[[Mailbox, Standing], None]
Begin = Callable[[Coroutine[None, None, None], str], None]


class Stores(Protocol):
    """Where mailboxes and their secrets go."""

    @property
    def vault(self) -> Vault: ...

    @property
    def archive(self) -> Archive: ...

    @property
    def clock(self) -> Clock: ...


async def add_in_portions(
    stores: Stores,
    drafts: Sequence[Draft],
    spacing: float | None,
    watchers: Mapping[MailboxId, Watcher],
    watch: Watch,
    begin: Begin,
) -> AsyncGenerator[tuple[Kept, ...], None]:
    """What became of each portion's drafts. `spacing`: seconds between the first looks at two of them, None for no
    first look. A portion that was begun (`begin`, in the background) comes to its end whoever waits for it. Raises
    VaultClosed before anything is kept."""
    if stores.vault.state is not VaultState.OPEN:
        raise VaultClosed(stores.vault.state)
    began = stores.clock.now()

    async def kept(place: int, draft: Draft) -> Kept:
        own = watchers.get(draft.mailbox.id)
        try:
            if own is not None:
                await stores.vault.write(draft.mailbox.id, draft.credential)
                own.post(Happened(Event(EventKind.SECRET_REPLACED)))
                return Kept(draft.mailbox.id)
            standing = _first_look(draft.mailbox, stores.clock.now(), began, spacing, place)
            await _save(stores, draft, standing)
        except (VaultClosed, VaultFailed, ArchiveFailed) as error:
            return Kept(draft.mailbox.id, error)
        watch(draft.mailbox, standing)
        return Kept(draft.mailbox.id)

    told: asyncio.Queue[tuple[Kept, ...]] = asyncio.Queue()

    async def keep_portion(portion: Iterable[tuple[int, Draft]]) -> None:
        outcomes: tuple[Kept, ...] = ()  # none where it is cut off: nobody is left waiting
        try:
            outcomes = tuple(await asyncio.gather(*(kept(place, draft) for place, draft in portion)))
        finally:
            told.put_nowait(outcomes)

    for first in range(0, len(drafts), _PORTION):
        begin(keep_portion(tuple(enumerate(drafts[first : first + _PORTION], first))), "adding")
        yield await told.get()


def _first_look(mailbox: Mailbox, now: float, began: float, spacing: float | None, place: int) -> Standing:
    standing = first_standing(mailbox, None, now)
    return due_first(standing, began + place * spacing) if spacing is not None else _unhurried(standing)


def _unhurried(standing: Standing) -> Standing:
    return replace(standing, receiving=_no_look(standing.receiving), sending=_no_look(standing.sending))


def _no_look(half: HalfStanding) -> HalfStanding:
    return replace(half, due=None)


async def _save(stores: Stores, draft: Draft, standing: Standing) -> None:
    """The secret first: a mailbox without one can't be. Where the mailbox then can't be kept, the secret goes too."""
    await stores.vault.write(draft.mailbox.id, draft.credential)
    try:
        await stores.archive.save_mailbox(draft.mailbox, standing)
    except ArchiveFailed:
        try:
            await stores.vault.delete(draft.mailbox.id)
        except (VaultClosed, VaultFailed) as left:
            _log.warning("a sealed secret without a mailbox stays in the vault: %s", left)
        raise
