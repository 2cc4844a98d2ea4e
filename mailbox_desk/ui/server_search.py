"""Shows the search for an address's servers in a line or two: who is being asked, what was found and by whom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailbox_desk.model.discovery import UNKNOWN_PROVIDER, Candidate, DiscoveryEnded, DiscoveryStep, Found
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import breakable, label, tinted
from mailbox_desk.ui.surroundings import Surroundings

_log = logging.getLogger(__name__)


class ServerSearch(QWidget):
    """`found` carries a Candidate, each better than the one before; `ended` the DiscoveryEnded, unless stopped."""

    found = Signal(object)
    ended = Signal(object)

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self._task: asyncio.Task[None] | None = None
        self._line, self._note = label(), label(role="note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addWidget(self._line)
        column.addWidget(self._note)
        self.clear()

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def look(self, domain: str, steps: AsyncIterator[DiscoveryStep]) -> None:
        """Follow these steps from now on; one search at a time."""
        self.clear()
        self._tell(self._around.words.text("adding.looking", domain=domain))
        self._task = asyncio.get_running_loop().create_task(self._follow(domain, steps))

    def stop(self) -> None:
        """Give up: what is under way is ended and nothing more is told."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def clear(self) -> None:
        self.stop()
        self._line.hide()
        self._note.hide()
        self.hide()

    def warn(self, text: str) -> None:
        """One sentence in place of a search."""
        self.clear()
        self._take_note(text)

    async def _follow(self, domain: str, steps: AsyncIterator[DiscoveryStep]) -> None:
        best: Candidate | None = None
        end = DiscoveryEnded()
        try:
            async for step in steps:
                match step:
                    case Found(candidate=candidate) if best is None or candidate.order < best.order:
                        best = candidate
                        self._show(best, domain)
                        self.found.emit(best)
                    case DiscoveryEnded():
                        end = step
        except Exception:  # noqa: BLE001  the last stop: a fault of ours must not leave the person waiting
            _log.exception("the search for servers broke off")
        self._task = None
        if best is None:
            self._line.hide()
            self._take_note(
                self._around.words.text("adding.offline" if end.offline else "adding.nothing", domain=domain)
            )
        self.ended.emit(end)

    def _show(self, candidate: Candidate, domain: str) -> None:
        words = self._around.words
        source = words.text(f"adding.source.{candidate.source.value}", domain=domain)
        servers = self._servers(candidate)
        if candidate.provider == UNKNOWN_PROVIDER:
            self._tell(words.text("adding.found", servers=servers, source=source))
        else:
            name = self._around.provider_name(candidate.provider)
            self._tell(words.text("adding.found_at", provider=name, servers=servers, source=source))
        self._note.hide()
        if candidate.foreign:
            hosts = words.text("adding.and").join(candidate.foreign)
            self._take_note(words.text("adding.foreign", hosts=breakable(hosts), domain=domain))

    def _servers(self, candidate: Candidate) -> str:
        words = self._around.words
        receiving, sending = candidate.receiving, candidate.sending
        match (receiving.host if receiving else "", sending.host if sending else ""):
            case (host, ""):
                return words.text("adding.servers.receiving", host=host)
            case ("", host):
                return words.text("adding.servers.sending", host=host)
            case (host, other) if host == other:
                return words.text("adding.servers.one", host=host)
            case (host, other):
                return words.text("adding.servers.both", receiving=host, sending=other)

    def _tell(self, text: str) -> None:
        self._line.setText(breakable(text))
        self._line.show()
        self.show()

    def _take_note(self, text: str) -> None:
        self._note.setText(text)
        tinted(self._note, Tone.AMBER)
        self._note.show()
        self.show()
