"""Mailboxes with sign-ins of their own are handed over to an admin connection: each is proved by its own servers first,
and keeps what it has where that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from mailbox_desk.engine.connection_trouble import is_of_connection
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.try_out import try_out
from mailbox_desk.model.errand import Draft, TryOutEnded
from mailbox_desk.model.mailbox import AuthKind, Mailbox, MailboxId
from mailbox_desk.model.oauth import TokenFailed

_AT_ONCE: Final = 4
"""Mailboxes that are tried side by side: the usual rounds go on meanwhile."""


class _ConnectionRefused(Exception):
    """The connection itself is refused: nobody else need be tried."""


async def taken_over(
    desk: Desk, mailboxes: Sequence[Mailbox], hand_over: Callable[[MailboxId], Awaitable[None]]
) -> tuple[MailboxId, ...]:
    """Hand over those for which their connection works, and tell the others, who keep what they have. What
    `hand_over` raises ends it; who was handed over stays so."""
    kept: list[MailboxId] = []
    for first in range(0, len(mailboxes), _AT_ONCE):
        portion = mailboxes[first : first + _AT_ONCE]
        found = await asyncio.gather(*(_works_for(desk, each) for each in portion), return_exceptions=True)
        for mailbox, works in zip(portion, found, strict=True):
            if works is True:
                await hand_over(mailbox.id)
            else:
                desk.fleets.forget(mailbox.id)
                kept.append(mailbox.id)
        faults = [each for each in found if isinstance(each, BaseException)]
        if any(isinstance(each, _ConnectionRefused) for each in faults):
            return (*kept, *(each.id for each in mailboxes[first + _AT_ONCE :]))
        if faults:
            raise faults[0]
    return tuple(kept)


async def _works_for(desk: Desk, mailbox: Mailbox) -> bool:
    try:
        token = await desk.fleets.fresh(mailbox)
    except TokenFailed as failed:
        if is_of_connection(failed.failure):
            raise _ConnectionRefused from failed
        return False
    passed = False
    async with aclosing(try_out(desk, Draft(replace(mailbox, auth=AuthKind.OAUTH), token))) as steps:
        async for step in steps:
            passed = isinstance(step, TryOutEnded) and step.passed
    return passed
