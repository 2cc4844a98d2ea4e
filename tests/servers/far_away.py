"""Makes a server on loopback a far one: a proxy, in a process of its own, that holds all back for half a round trip.

A connection on loopback stands at once; a far one takes a round trip, so what is sent first waits for that as well. It
counts the round trips that somebody waits for: the connect, and each time that the server speaks after the client did.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.servers.ports import free_port, wait_until_listening


@dataclass(slots=True)
class Counted:
    """Connections that came to something, and the round trips of all of them."""

    connections: int = 0
    round_trips: int = 0


class _Way:
    """One direction of a connection. `opens`: nothing sets out before (seconds of the loop). An empty piece ends it."""

    def __init__(self, seconds: float, opens: float) -> None:
        self._seconds, self._opens = seconds, opens
        self._under_way: deque[bytes] = deque()
        self.goal: asyncio.Transport | None = None

    def send(self, piece: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._under_way.append(piece)
        loop.call_at(max(loop.time(), self._opens) + self._seconds, self._arrive)

    def _arrive(self) -> None:
        piece = self._under_way.popleft()
        if self.goal is None or self.goal.is_closing():
            return
        if piece:
            self.goal.write(piece)
        else:
            self.goal.close()


class _End(asyncio.Protocol):
    """What is heard here goes one way, and `heard` is told of it."""

    def __init__(self, way: _Way, back: _Way, heard: Callable[[], None]) -> None:
        self._way, self._back, self._heard = way, back, heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._back.goal = transport

    def data_received(self, data: bytes) -> None:
        self._heard()
        self._way.send(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._way.send(b"")


class _Turns:
    """Who spoke last. The first word of a client stands for the connect too: one who only knocks does not count."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._is_new, self._client_waits = True, False

    def client_spoke(self) -> None:
        self._client_waits = True
        if self._is_new:
            self._is_new = False
            self._counted.connections += 1
            self._counted.round_trips += 1

    def server_spoke(self) -> None:
        self._counted.round_trips += self._client_waits
        self._client_waits = False


async def _serve(addresses: Sequence[str], port: int, target: int, round_trip: float) -> None:
    loop, counted = asyncio.get_running_loop(), Counted()
    tasks: set[asyncio.Task[object]] = set()

    def accepted() -> _End:
        turns, opens = _Turns(counted), loop.time() + round_trip
        there, back = _Way(round_trip / 2, opens), _Way(round_trip / 2, opens)
        far = loop.create_task(
            loop.create_connection(lambda: _End(back, there, turns.server_spoke), "127.0.0.1", target)
        )
        tasks.add(far)
        far.add_done_callback(tasks.discard)
        return _End(there, back, turns.client_spoke)

    server = await loop.create_server(accepted, addresses, port, backlog=1024)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    await asked.read()  # until who started us has heard enough
    server.close()
    sys.stdout.write(json.dumps([counted.connections, counted.round_trips]))


class FarAway:
    """A context manager: `port` at each of the `addresses` leads to `target`, a port of 127.0.0.1, `round_trip` seconds
    away. `counted` is known once the context has ended."""

    def __init__(self, target: int, *, round_trip: float, addresses: Sequence[str] = ("127.0.0.1",)) -> None:
        self.port, self._addresses = free_port(), addresses
        self.counted = Counted()
        self._words = [sys.executable, __file__, str(self.port), str(target), str(round_trip), *addresses]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FarAway:
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for address in self._addresses:
            wait_until_listening(self.port, address=address)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        told, _ = self._process.communicate(timeout=10)
        self.counted = Counted(*json.loads(told))


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[4:], int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
