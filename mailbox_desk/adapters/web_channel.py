"""A Line as http.client sees a socket: so that http, too, has one limit of time and counts every byte."""

from __future__ import annotations

import io

from mailbox_desk.adapters.line import Line


class Channel:
    """What http.client uses of a socket."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def sendall(self, data: bytes) -> None:
        self._line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._line))

    def close(self) -> None:
        """http.client lets go of its socket before the body is read; the line is closed by its owner."""


class _Incoming(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io hands a memoryview in
        data = self._rest or self._line.receive()
        size = min(len(data), len(buffer))
        buffer[:size] = data[:size]
        self._rest = data[size:]
        return size
