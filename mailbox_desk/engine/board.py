"""The only store of truth while the program runs: the newest snapshot of each mailbox, and who wants to hear of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Gone:
    """This mailbox was removed."""

    id: MailboxId


Listener = Callable[[Snapshot | Gone], None]


class Board:
    """Listeners are called on the loop's thread, in the order of publishing; equal and stale snapshots are dropped."""

    def __init__(self) -> None:
        self._snapshots: dict[MailboxId, Snapshot] = {}
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change from now on; the answer ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, snapshot: Snapshot) -> bool:
        """Take a snapshot and tell it on; False where it says nothing new."""
        known = self._snapshots.get(snapshot.id)
        if known is not None and (
            snapshot.version <= known.version or replace(snapshot, version=known.version) == known
        ):
            return False
        self._snapshots[snapshot.id] = snapshot
        self._tell(snapshot)
        return True

    def withdraw(self, mailbox_id: MailboxId) -> None:
        """The mailbox is no more."""
        if self._snapshots.pop(mailbox_id, None) is not None:
            self._tell(Gone(mailbox_id))

    def get(self, mailbox_id: MailboxId) -> Snapshot | None:
        return self._snapshots.get(mailbox_id)

    def snapshots(self) -> tuple[Snapshot, ...]:
        return tuple(self._snapshots.values())

    def _tell(self, news: Snapshot | Gone) -> None:
        for listener in tuple(self._listeners):
            listener(news)
