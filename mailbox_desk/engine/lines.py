"""Who keeps an idle line, and how many an account may have. It opens nothing itself: a check brings the line.

A death is a reason to look, never a verdict. A server that drops its lines again and again would make us sign in again
and again: there we do without a line for a while. So we do where our own line left the check no connection.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.line_proof import may_prove
from mailbox_desk.engine.ports import Clock, IdleLines
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.errand import IDLE_SECONDS, Keeping
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.settings import WhoIdles
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Half

IMPORTANT: Final = "important"
"""The tag of mailboxes that matter most to the person."""

_SHORT_LIFE: Final = 900.0
_SHORT_LIVES: Final = 3
_WITHOUT: Final = 3600.0
_TOO_MANY: Final = "LIMIT"  # RFC 5530: "the operation ran up against an implementation limit"
_WITHOUT_FOR_ROOM: Final = 7 * 86400.0
_MARGIN: Final = 0.97

Account = tuple[str, str]


class NoLines:
    """Fits IdleLines, and keeps none."""

    def holds(self, mailbox_id: MailboxId) -> bool:
        return False

    async def prove(self, mailbox_id: MailboxId) -> bool:
        return False

    async def fallen(self) -> tuple[MailboxId, ...]:
        await asyncio.Event().wait()  # for ever: no line that is not kept can fall
        return ()

    def give_up(self, mailbox_id: MailboxId) -> None:
        """There is none."""

    def shut(self) -> None:
        """There is none."""


@dataclass(slots=True)
class _Life:
    """Of one mailbox's lines: since when the present one is kept, how many died young in a row, and until when we do
    without (seconds of the monotonic clock)."""

    since: float = 0.0
    short: int = 0
    without_until: float = 0.0


class Lines:
    """`idle_lines` are the adapter's. `provider` finds the file that a mailbox's limits stand in."""

    def __init__(
        self,
        clock: Clock,
        idle_lines: IdleLines,
        provider: Callable[[Mailbox], Provider | None],
        *,
        who: WhoIdles,
        sign_in_every: float,
    ) -> None:
        self._clock = clock
        self._lines = idle_lines
        self._provider = provider
        self._who = who
        self._sign_in_every = sign_in_every
        self._accounts: defaultdict[Account, set[MailboxId]] = defaultdict(set)
        self._account_of: dict[MailboxId, Account] = {}
        self._lives: defaultdict[MailboxId, _Life] = defaultdict(_Life)

    def keeping(self, mailbox: Mailbox) -> Keeping | None:
        """How a check of this mailbox is to keep its line; None for not at all. A place at its account is taken."""
        account = _account(mailbox)
        if account is None or not self._may_idle(mailbox) or not self._has_place(mailbox, account):
            self.give_up(mailbox.id)
            return None
        self._leave_account(mailbox.id)
        self._accounts[account].add(mailbox.id)
        self._account_of[mailbox.id] = account
        return Keeping(mailbox.id, self._idle_seconds(mailbox))

    def noted(self, mailbox_id: MailboxId, result: HalfResult, standing: Standing) -> None:
        """A check of a half is over. One that failed leaves no line, nor one that came while we look away."""
        if result.half is not Half.RECEIVING:
            return
        if not result.is_ok or standing.veils:
            if self._lines.holds(mailbox_id) and result.failure is not None and result.failure.code == _TOO_MANY:
                self._lives[mailbox_id].without_until = self._clock.monotonic() + _WITHOUT_FOR_ROOM
            self.give_up(mailbox_id)
        elif self._lines.holds(mailbox_id):
            self._lives[mailbox_id].since = self._clock.monotonic()

    @property
    def are_kept(self) -> bool:
        """Whether any mailbox may keep one."""
        return self._who is not WhoIdles.NONE and not isinstance(self._lines, NoLines)

    def logins_of(self, mailbox: Mailbox) -> int:
        """How often its account may sign in within ten minutes, by its provider's word; 0: no limit is known."""
        provider = self._provider(mailbox)
        return (provider.limits.logins_per_10_minutes if provider is not None else None) or 0

    def holds(self, mailbox_id: MailboxId) -> bool:
        """Whether this mailbox has one now."""
        return self._lines.holds(mailbox_id)

    def can_prove(self, mailbox_id: MailboxId, standing: Standing) -> bool:
        """Whether a NOOP on the kept line will do in place of a sign-in."""
        return self._lines.holds(mailbox_id) and may_prove(standing, self._clock.now(), self._sign_in_every)

    async def prove(self, mailbox_id: MailboxId) -> bool:
        """Whether the kept line answers now."""
        return await self._lines.prove(mailbox_id)

    def keep_none(self) -> None:
        """A desk that runs for one round has no use for lines."""
        self._who = WhoIdles.NONE

    def fell(self, mailbox_id: MailboxId) -> bool:
        """The line died; three young deaths in a row: no line for an hour. False where a new one is kept already."""
        if self._lines.holds(mailbox_id):
            return False
        life, now = self._lives[mailbox_id], self._clock.monotonic()
        self._leave_account(mailbox_id)
        life.short = life.short + 1 if now - life.since < _SHORT_LIFE else 0
        if life.short >= _SHORT_LIVES:
            life.short, life.without_until = 0, now + _WITHOUT
        return True

    def give_up(self, mailbox_id: MailboxId) -> None:
        """Keep no line for this mailbox until its next check."""
        self._leave_account(mailbox_id)
        self._lines.give_up(mailbox_id)

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox is watched no more."""
        self.give_up(mailbox_id)
        self._lives.pop(mailbox_id, None)

    def _may_idle(self, mailbox: Mailbox) -> bool:
        match self._who:
            case WhoIdles.ALL:
                wanted = True
            case WhoIdles.IMPORTANT:
                wanted = IMPORTANT in {tag.casefold() for tag in mailbox.tags}
            case WhoIdles.NONE:
                wanted = False
        return wanted and self._clock.monotonic() >= self._lives[mailbox.id].without_until

    def _has_place(self, mailbox: Mailbox, account: Account) -> bool:
        """One connection always stays free for the next check."""
        provider = self._provider(mailbox)
        most = provider.limits.connections if provider is not None else None
        others = self._accounts[account] - {mailbox.id}
        return most is None or len(others) + 2 <= most

    def _leave_account(self, mailbox_id: MailboxId) -> None:
        account = self._account_of.pop(mailbox_id, None)
        if account is not None:
            self._accounts[account].discard(mailbox_id)

    def _idle_seconds(self, mailbox: Mailbox) -> float:
        provider = self._provider(mailbox)
        minutes = provider.limits.idle_minutes if provider is not None else None
        return min(IDLE_SECONDS, minutes * 60 * _MARGIN) if minutes else IDLE_SECONDS


def _account(mailbox: Mailbox) -> Account | None:
    """Whose connections the server counts together."""
    receiving = mailbox.receiving
    return (receiving.host.lower(), receiving.username) if receiving is not None else None
