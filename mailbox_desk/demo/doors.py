"""The doors of the rehearsal's servers: a port of loopback for each half of each mailbox, open or shut by the clock.

A port is bound from the start and so known at once; until the network is there nobody listens, and who knocks is
refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Final

from mailbox_desk.demo.certificates import Certificates
from mailbox_desk.demo.fleet import Fleet, Point, Role, Speech
from mailbox_desk.demo.imap_player import ImapPlayer
from mailbox_desk.demo.smtp_player import SmtpPlayer
from mailbox_desk.demo.wire import LONGEST_LINE, Cue, Gone, Wire
from mailbox_desk.model.verdict import Half

_LOOPBACK: Final = "127.0.0.1"
_QUEUE: Final = 64
_TICK: Final = 0.25
_PORTAL: Final = (
    "HTTP/1.1 302 Found",
    "Location: http://portal.own.example/welcome",
    "Content-Length: 0",
    "Connection: close",
    "",
)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Network:
    """`since`: when it came (monotonic seconds); None: it is not there yet."""

    since: float | None = None

    def come(self) -> None:
        """From now on it is there."""
        self.since = time.monotonic() if self.since is None else self.since

    def seconds(self) -> float:
        """How long it has been there; less than zero before."""
        return -1.0 if self.since is None else time.monotonic() - self.since


@dataclass(slots=True)
class Door:
    """One port. `waits`: bound, and nobody listens."""

    cue: Cue
    port: int
    waits: socket.socket | None
    server: asyncio.Server | None = None

    @property
    def is_wanted(self) -> bool:
        seconds = self.cue.seconds()
        return seconds >= 0 and not self.cue.part.holds(Point.CONNECT, seconds)


@dataclass(slots=True)
class Doors:
    """All of them. `talks`: the conversations under way."""

    certificates: Certificates
    doors: tuple[Door, ...]
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    def ports(self) -> dict[str, dict[str, int]]:
        """Address -> half -> port."""
        told: dict[str, dict[str, int]] = {}
        for door in self.doors:
            told.setdefault(door.cue.role.address, {})[door.cue.half.value] = door.port
        return told

    async def keep(self) -> None:
        """Open and shut them as their parts say, until cancelled."""
        while True:
            for door in self.doors:
                await self._turn(door)
            await asyncio.sleep(_TICK)

    async def close(self) -> None:
        """Shut them all, and end every conversation. Nobody keeps them any more."""
        for door in self.doors:
            _shut(door)
        for talk in self.talks:
            talk.cancel()
        await asyncio.gather(*self.talks, return_exceptions=True)

    async def _turn(self, door: Door) -> None:
        if door.is_wanted and door.server is None:
            try:
                await self._open(door)
            except OSError as error:  # the port was taken while the door was shut: the next tick tries again
                _log.warning("port %d can't be opened: %s", door.port, error)
        elif not door.is_wanted and door.server is not None:
            _shut(door)

    async def _open(self, door: Door) -> None:
        part = door.cue.part
        context = self.certificates.context(part.certificate)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._talk(door.cue, Wire(reader, writer, slow=part.slow), writer)

        bound, door.waits = door.waits or _bound(door.port), None
        door.server = await asyncio.start_server(
            talk,
            sock=bound,
            limit=LONGEST_LINE,
            backlog=_QUEUE,
            ssl=context if part.speaks is Speech.TLS else None,
        )

    async def _talk(self, cue: Cue, wire: Wire, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        self.talks.add(me)
        try:
            with contextlib.suppress(Gone, asyncio.CancelledError):  # cancelled at the end alone, and by nobody else
                await _play(cue, wire, self.certificates)
        finally:
            self.talks.discard(me)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _play(cue: Cue, wire: Wire, certificates: Certificates) -> None:
    context = certificates.context(cue.part.certificate)
    if cue.part.speaks is Speech.HTTP:
        await wire.some()
        await wire.say(*_PORTAL)
    elif cue.half is Half.RECEIVING:
        await ImapPlayer(wire, cue, context).play()
    else:
        await SmtpPlayer(wire, cue, context).play()


def doors_of(fleet: Fleet, network: Network, certificates: Certificates) -> Doors:
    """A bound door for each half that is not off. Raises OSError."""
    return Doors(certificates, tuple(_door(role, half, network) for role in fleet.mailbox for half in _halves(role)))


def _halves(role: Role) -> list[Half]:
    return [half for half in Half if not role.part(half).off]


def _door(role: Role, half: Half, network: Network) -> Door:
    bound = _bound(0)
    return Door(Cue(role, half, network.seconds), bound.getsockname()[1], bound)


def _bound(port: int) -> socket.socket:
    sock = socket.socket()
    if sys.platform != "win32":  # there it would let two programs share the port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((_LOOPBACK, port))
    except OSError:
        sock.close()
        raise
    return sock


def _shut(door: Door) -> None:
    if door.server is not None:
        door.server.close()
        door.server = None
    if door.waits is not None:
        door.waits.close()
        door.waits = None
