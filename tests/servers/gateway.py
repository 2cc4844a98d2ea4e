"""A router on the way to a server: it can lose track of its connections, as one does that was started anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Gateway:
    """`made`: connections so far. Those that were forgotten stay open and silent: half-open."""

    behind: int
    port: int = 0
    made: int = 0
    _open: list[asyncio.Event] = field(default_factory=list)

    def forget_connections(self) -> None:
        """No byte of what is open now goes on, in either direction, and nobody is told."""
        for each in self._open:
            each.clear()
        self._open.clear()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.made += 1
        known = asyncio.Event()
        known.set()
        self._open.append(known)
        there, back = await asyncio.open_connection("127.0.0.1", self.behind)
        try:
            await asyncio.gather(_pump(reader, back, known), _pump(there, writer, known))
        except OSError:
            pass  # one of the two went; the other is hung up on too
        finally:
            back.close()
            writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, known: asyncio.Event) -> None:
    while data := await source.read(65536):
        await known.wait()
        sink.write(data)
        await sink.drain()
    await known.wait()
    sink.close()


@asynccontextmanager
async def gateway_to(port: int) -> AsyncIterator[Gateway]:
    """On loopback until left."""
    gateway = Gateway(port)
    passing: set[asyncio.Task[None]] = set()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(gateway.pass_on(reader, writer))
        passing.add(task)
        task.add_done_callback(passing.discard)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    gateway.port = server.sockets[0].getsockname()[1]
    try:
        yield gateway
    finally:
        server.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)
