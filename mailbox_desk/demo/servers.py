"""The rehearsal's servers as a process of their own: `mailbox-desk rehearsal-servers`, started by the program alone.

It writes one JSON line to stdout (`authority`: PEM, `ports`: address -> half -> port), opens the network when it reads
the line `open` on stdin, and ends when stdin does: with its parent, however that dies.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from typing import Final

from mailbox_desk.demo.certificates import Certificates
from mailbox_desk.demo.child import OPEN
from mailbox_desk.demo.doors import Network, doors_of
from mailbox_desk.demo.fleet import load_fleet

if sys.platform == "win32":
    import _winapi
    import msvcrt

_NOT_FOR_PEOPLE: Final = 2
_LOOK_EVERY: Final = 0.25


def run() -> int:
    """Serve until stdin ends; the answer is the exit code."""
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        sys.stderr.write("mailbox-desk rehearsal-servers is started by `mailbox-desk --demo`, not by hand.\n")
        return _NOT_FOR_PEOPLE
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches us too; our parent decides
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    network = Network()
    doors = doors_of(load_fleet(), network, certificates := Certificates())
    sys.stdout.write(json.dumps({"authority": certificates.authority, "ports": doors.ports()}) + "\n")
    sys.stdout.flush()
    keeping = asyncio.ensure_future(doors.keep())
    try:
        async for line in _told():
            if line == OPEN:
                network.come()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await doors.close()


if sys.platform == "win32":

    async def _told() -> AsyncIterator[str]:
        """The lines of stdin until it ends. A pipe can't be waited for there without a thread: look now and then."""
        handle, begun = msvcrt.get_osfhandle(sys.stdin.fileno()), b""
        while True:
            try:
                waiting = _winapi.PeekNamedPipe(handle, 0)[0]
            except OSError:
                return
            begun += os.read(sys.stdin.fileno(), waiting) if waiting else b""
            while b"\n" in begun:
                line, _, begun = begun.partition(b"\n")
                yield line.decode("ascii", "replace").strip()
            await asyncio.sleep(_LOOK_EVERY)

else:

    async def _told() -> AsyncIterator[str]:
        """The lines of stdin until it ends."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        try:
            while line := await reader.readline():
                yield line.decode("ascii", "replace").strip()
        finally:
            transport.close()
