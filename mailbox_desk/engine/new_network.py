"""Networks where the desk has been, and what it does on one where it never was.

Five hundred sign-ins from a strange place look like an attack: with many mailboxes a person is asked first. What is
kept of a network is a salted hash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Final

from mailbox_desk.engine.ports import Archive
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.network import KNOWN, NewNetwork

_log = logging.getLogger(__name__)
ASKS_ABOVE: Final = 50
"""Mailboxes; so many or fewer are looked at from anywhere."""
_KEPT: Final = 50


class KnownNetworks:
    """Fingerprints, the newest last; the oldest is forgotten beyond 50. Pure."""

    def __init__(self, text: str = "") -> None:
        self._prints = text.split()[-_KEPT:]

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._prints

    def __bool__(self) -> bool:
        return bool(self._prints)

    @property
    def text(self) -> str:
        return " ".join(self._prints)

    def add(self, fingerprint: str) -> bool:
        """The desk is there now; False where it is the newest already."""
        if self._prints[-1:] == [fingerprint]:
            return False
        self._prints = [*(each for each in self._prints if each != fingerprint), fingerprint][-_KEPT:]
        return True


class NewNetworkGuard:
    """Asks before many mailboxes are checked from a strange place. `asks` while it waits for the answer; `count` says
    how many mailboxes there are, `begin` does work in the background."""

    def __init__(
        self,
        archive: Archive,
        known: KnownNetworks,
        policy: NewNetwork,
        *,
        count: Callable[[], int],
        begin: Callable[[Coroutine[None, None, None], str], None],
        blinded: Callable[[], None],
        sighted: Callable[[], None],
    ) -> None:
        self._archive, self._known, self._policy = archive, known, policy
        self._count, self._begin = count, begin
        self._blinded, self._sighted = blinded, sighted
        self._here = ""
        self.asks = False

    def arrived(self, fingerprint: str) -> None:
        """This computer is on that network now; "" is none. The first network ever is no strange one."""
        if not fingerprint:
            return
        self._here = fingerprint
        is_strange = bool(self._known) and fingerprint not in self._known
        if is_strange and self._policy is NewNetwork.WAIT and self._count() > ASKS_ABOVE:
            if not self.asks:
                _log.info("a network where the desk never was: it waits for a yes before it checks")
                self.asks = True
                self._blinded()
            return
        self.accept()

    def accept(self) -> None:
        """Check from here. A person says so, or nobody need be asked."""
        if self._here and self._known.add(self._here):
            self._begin(self._keep(), "known networks")
        if self.asks:
            self.asks = False
            self._sighted()

    async def _keep(self) -> None:
        try:
            await self._archive.save_setting(KNOWN, self._known.text)
        except ArchiveFailed as failed:
            _log.warning("the network could not be remembered: %s", failed)
