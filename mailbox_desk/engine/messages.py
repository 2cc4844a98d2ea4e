"""What can lie in a watcher's inbox. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailbox_desk.engine.good_secrets import Order
from mailbox_desk.engine.plan import Wish
from mailbox_desk.engine.sitting import HalfChecked, LineProved, SittingEnded
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.status import Event


@dataclass(frozen=True, slots=True)
class CheckWanted:
    """A wish to look. `quick`: second opinions come within seconds. `settled` is told the snapshot when it is over.
    `due_by`: what was due then (seconds since 1970 UTC) is due now, wherever the wall clock was set meanwhile."""

    wish: Wish
    quick: bool = False
    due_by: float = 0.0
    settled: Callable[[Snapshot], None] | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event from outside the checks: a veil, a new secret."""

    event: Event


@dataclass(frozen=True, slots=True)
class MailboxChanged:
    mailbox: Mailbox


@dataclass(frozen=True, slots=True)
class Acknowledged:
    known: bool


@dataclass(frozen=True, slots=True)
class Hastened:
    """The first look of this run is wanted now: the mailbox is on the screen. `doubtful`: a second opinion too, for it
    costs no sign-in any more."""

    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class LineFell:
    """The mailbox's idle line died: a reason to look."""


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock was set; by how much, wakefulness knows."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A host that refuses good secrets is on trial, and this mailbox has a part in it."""

    order: Order


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """The journal is to look at this mailbox again. `shared`: many fail alike, and it is one of them."""

    shared: Incident | None = None


Message = (
    CheckWanted
    | Happened
    | MailboxChanged
    | Acknowledged
    | Hastened
    | LineFell
    | LineProved
    | ClockStepped
    | Ordered
    | Reconsidered
    | HalfChecked
    | SittingEnded
)
