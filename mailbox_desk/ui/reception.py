"""Whoever asks from outside the window, the tray, a notice, another start of the program, is led to the very mailbox.

Until the engine is there, requests wait.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Choice, Clicked
from mailbox_desk.model.summons import Summons
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording

if TYPE_CHECKING:
    from mailbox_desk.ui.acts import Acts
    from mailbox_desk.ui.surroundings import Surroundings

_TOKEN_VARIABLE: Final = "XDG_ACTIVATION_TOKEN"  # where Qt's Wayland plugin looks for it


class Reception:
    """Everything ends with the window in front."""

    def __init__(self, window: Window, words: Wording) -> None:
        self._window, self._words = window, words
        self._acts: Acts | None = None
        self._around: Surroundings | None = None
        self._waiting: list[Callable[[], None]] = []

    def open(self, around: Surroundings, acts: Acts) -> None:
        """The engine is there."""
        self._around, self._acts = around, acts
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            request()

    def show(self, ids: Sequence[MailboxId] = (), token: str = "") -> None:
        """The window in front; where mailboxes are named, with them selected."""
        self._come_forward(token)
        if ids:
            self._when_open(lambda: self._window.reveal(ids))

    def reconnect(self, mailbox_id: MailboxId, token: str = "") -> None:
        """That mailbox, and its next step begun."""
        self.show((mailbox_id,), token)
        self._when_open(lambda: self._begin(mailbox_id))

    def clicked(self, click: Clicked) -> None:
        """A notice or one of its buttons."""
        if click.choice is Choice.RECONNECT and click.mailboxes:
            self.reconnect(click.mailboxes[0], click.token)
        else:
            self.show(click.mailboxes, click.token)

    def summoned(self, summons: Summons) -> None:
        """A start of the program, this one or a second."""
        self._come_forward(summons.token)
        self._when_open(lambda: self._obey(summons))

    def obey(self, summons: Summons) -> None:
        """What this very start asked for: the window stands where it stands."""
        if summons != Summons(token=summons.token):
            self.summoned(summons)

    def _obey(self, summons: Summons) -> None:
        if summons.add and self._acts is not None and not self._is_busy():
            self._acts.add(summons.add)
        for address, lead in ((summons.show, self._reveal), (summons.reconnect, self.reconnect)):
            if address:
                found = self._id_of(address)
                if found is None:
                    self._window.complain(self._words.text("tray.not_here", address=address))
                else:
                    lead(found)

    def _reveal(self, mailbox_id: MailboxId) -> None:
        self._window.reveal((mailbox_id,))

    def _begin(self, mailbox_id: MailboxId) -> None:
        if self._acts is not None and not self._is_busy():
            self._acts.offered(mailbox_id)

    def _is_busy(self) -> bool:
        """A dialog is open: the person ends that first, for one over the other would confuse."""
        return QApplication.activeModalWidget() is not None

    def _id_of(self, address: str) -> MailboxId | None:
        if self._around is None:
            return None
        wanted = address.casefold()
        found = (each for each in self._around.engine.board.snapshots() if each.mailbox.address.casefold() == wanted)
        return next((each.id for each in found), None)

    def _when_open(self, request: Callable[[], None]) -> None:
        if self._around is None:
            self._waiting.append(request)
        else:
            request()

    def _come_forward(self, token: str) -> None:
        if token:
            os.environ[_TOKEN_VARIABLE] = token
        self._window.come_forward()
