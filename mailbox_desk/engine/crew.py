"""All watchers by their mailboxes, and messages to them. Who is not there any more gets none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from mailbox_desk.engine.messages import Happened, Message
from mailbox_desk.engine.watcher import Watcher
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.status import Event

PORTION: Final = 10
"""A thousand watchers that wake in one moment would hold up the window's thread."""


class Crew:
    """It begins and ends none of them."""

    def __init__(self) -> None:
        self.watchers: dict[MailboxId, Watcher] = {}

    def post(self, mailbox_id: MailboxId, message: Message) -> None:
        """Into its inbox."""
        watcher = self.watchers.get(mailbox_id)
        if watcher is not None:
            watcher.post(message)

    def tell(self, ids: Iterable[MailboxId], event: Event) -> None:
        """An event of the law, to all of these."""
        for mailbox_id in ids:
            self.post(mailbox_id, Happened(event))

    async def post_in_turn(self, ids: Sequence[MailboxId], message: Message) -> None:
        """A portion at a time."""
        for place, mailbox_id in enumerate(ids):
            if place and place % PORTION == 0:
                await asyncio.sleep(0)
            self.post(mailbox_id, message)
