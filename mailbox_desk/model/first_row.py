"""What the window shows before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbox_desk.model.verdict import Shown

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One line of the list as it was last stored. Times are seconds since 1970 UTC; `cause` the id of a Cause."""

    mailbox_id: MailboxId
    address: str
    name: str
    shown: Shown
    cause: str | None
    since: float
    last_checked: float | None


@dataclass(frozen=True, slots=True)
class FirstSight:
    """The list and the shape of the window as last stored; `layout` holds the settings that begin with "ui."."""

    rows: tuple[FirstRow, ...] = ()
    layout: Mapping[str, str] = field(default_factory=dict)
