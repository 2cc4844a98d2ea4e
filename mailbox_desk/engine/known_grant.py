"""What is known of one mailbox's grant while the desk runs, and what whoever keeps grants stands amid. Values and their
places; nothing is done here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine.agenda import Agenda, Appointment
from mailbox_desk.engine.backoff import Dice
from mailbox_desk.engine.grant_plan import Attention, Use
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.ports import Clock
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.diagnosis import TokenAnswer
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import GrantLife, TokenFailed


@dataclass(frozen=True, slots=True)
class Witness:
    """What the judge hears of a grant. Ages in seconds; None: not known."""

    answer: TokenAnswer | None = None
    age: float | None = None
    unused: float | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What the keeper stands amid. `lifetimes`: by provider; `attention`: how a mailbox is looked at; `found_dead` is
    told when a renewal ahead of time was refused."""

    clock: Clock
    agenda: Agenda
    dice: Dice
    lookout: Lookout
    wakefulness: Wakefulness
    lifetimes: Callable[[str], TokenLifetimes]
    attention: Callable[[MailboxId], Attention]
    found_dead: Callable[[MailboxId], None]


@dataclass(slots=True)
class KnownGrant:
    """One mailbox's grant, as far as it is no secret. `ask` is the request under way within `flight`. `held_until`:
    seconds of the clock that never goes back; `by_server`: the server itself named that time. `unsaved`: an answer that
    the vault could not take yet, and the grant that it is to replace."""

    flight: asyncio.Task[OAuthToken] | None = None
    ask: asyncio.Task[OAuthToken] | None = None
    due: Appointment | None = None
    basis: tuple[float, float, Attention] | None = None
    use: Use | None = None
    answer: TokenAnswer | None = None
    is_dead: bool = False
    tries: int = 0
    failed: TokenFailed | None = None
    held_until: float = 0.0
    by_server: bool = False
    unsaved: tuple[OAuthToken, OAuthToken] | None = field(default=None, repr=False)
    app: str = ""
    life: GrantLife | None = None
    granted_at: float = 0.0
    used_at: float = 0.0

    @property
    def is_flying(self) -> bool:
        return self.flight is not None and not self.flight.done()
