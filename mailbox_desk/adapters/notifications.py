"""Puts announcements on the desktop, and hears what is clicked there.

On Linux straight to the notification daemon; where none answers, and on other systems, by the tray (`balloon`); where
that can't either, nobody is told outside the window, and the log says so once.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from mailbox_desk.adapters.notification_bus import NoDaemon, NotificationBus, Signal
from mailbox_desk.model.notice import Announcement, Choice, Clicked, Picture
from mailbox_desk.model.verdict import Shown

_log = logging.getLogger(__name__)
_HAS_BUS = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What stood on the screen for these incidents is to go."""

    incidents: frozenset[str]


class Notifications:
    """`balloon` shows an announcement by the tray and says whether it could; `pictures` draws a status. Both are
    called on the loop's thread, out of `run`."""

    def __init__(self, balloon: Callable[[Announcement], bool], pictures: Callable[[Shown], Picture]) -> None:
        self._balloon, self._pictures = balloon, pictures
        self._orders: asyncio.Queue[Announcement | Withdrawal] = asyncio.Queue()
        self._clicks: asyncio.Queue[Clicked] = asyncio.Queue()
        self._bus = NotificationBus()
        self._standing: dict[int, Announcement] = {}
        self._token = ""
        self._complaints: set[str] = set()

    def show(self, announcement: Announcement) -> None:
        """Put it on the screen soon; an earlier one of the same incident gives way."""
        self._orders.put_nowait(announcement)

    def take_away(self, incidents: frozenset[str]) -> None:
        """Nobody needs to be told of these any more."""
        self._orders.put_nowait(Withdrawal(incidents))

    async def clicked(self) -> Clicked:
        """The next thing that a person clicks."""
        return await self._clicks.get()

    async def run(self) -> None:
        """Serve until cancelled; what stands on the screen is then taken away."""
        listening = asyncio.create_task(self._listen(), name="notifications")
        try:
            while True:
                await self._carry_out(await self._orders.get())
        finally:
            listening.cancel()
            await self._bus.leave(tuple(self._standing))

    async def _carry_out(self, order: Announcement | Withdrawal) -> None:
        if not _HAS_BUS:
            if isinstance(order, Announcement):
                self._by_tray(order)
            return
        is_over = isinstance(order, Withdrawal) or order.is_over
        done = self._outdated(order.incidents, is_over=is_over)
        try:
            if isinstance(order, Announcement):
                number = await self._bus.show(order, self._pictures(order.shown), replaces=done[0] if done else 0)
                done = [each for each in done if each != number]
                self._standing[number] = order
                self._complaints.clear()
            for number in done:
                await self._bus.take_away(number)
        except NoDaemon as error:
            self._complain(f"no notification daemon answers: {error}")
            if isinstance(order, Announcement):
                self._by_tray(order)

    def _outdated(self, incidents: frozenset[str], *, is_over: bool) -> list[int]:
        """The numbers of what no longer says anything true, forgotten here. A notice of many of which some are over
        stays for the others."""
        done = []
        for number, standing in tuple(self._standing.items()):
            left = standing.incidents - incidents
            if left == standing.incidents:
                continue
            if left and is_over:
                self._standing[number] = replace(standing, incidents=left)
            else:
                done.append(number)
                del self._standing[number]
        return done

    def _by_tray(self, announcement: Announcement) -> None:
        if not self._balloon(announcement):
            self._complain("nothing on this desktop shows notices; they are in the window alone")

    def _complain(self, complaint: str) -> None:
        if complaint not in self._complaints:
            self._complaints.add(complaint)
            _log.warning("%s", complaint)

    async def _listen(self) -> None:
        while True:
            self._take_in(await self._bus.heard.get())

    def _take_in(self, signal: Signal) -> None:
        standing = self._standing.get(signal.number)
        match signal.name:
            case "NameOwnerChanged":
                self._standing.clear()  # a new daemon knows nothing of the old one's numbers
            case "NotificationClosed":
                self._standing.pop(signal.number, None)
            case "ActivationToken" if standing is not None:
                self._token = signal.detail
            case "ActionInvoked" if standing is not None:
                token, self._token = self._token, ""
                with suppress(ValueError):  # a choice that we never offered
                    self._clicks.put_nowait(Clicked(Choice(signal.detail), standing.mailboxes, token))
            case _:
                _log.debug("a notice of another program: %s", signal.name)
