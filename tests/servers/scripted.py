"""A scripted TCP or TLS server on loopback, for faults that a real server won't commit. It keeps all it receives."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final

Script = Callable[["Peer"], None]
Answer = bytes | Callable[["Peer", bytes], None]

_PATIENCE: Final = 20.0


class Peer:
    """One client, as its script sees it."""

    def __init__(self, sock: socket.socket, keep: Callable[[bytes], None]) -> None:
        self._sock = sock
        self._keep = keep
        self._buffer = b""
        sock.settimeout(_PATIENCE)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes, seconds: float) -> None:
        """Send a byte each `seconds`."""
        for byte in data:
            self.send(bytes([byte]))
            time.sleep(seconds)

    def line(self) -> bytes:
        """The next line without its end; b"" where the client has gone."""
        while b"\n" not in self._buffer:
            data = self._sock.recv(65536)
            if not data:
                return b""
            self._keep(data)
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def listen(self) -> None:
        """Take what comes until the client goes."""
        while data := self._sock.recv(65536):
            self._keep(data)

    def start_tls(self, context: ssl.SSLContext) -> None:
        self._sock = context.wrap_socket(self._sock, server_side=True)

    def reset(self) -> None:
        """End with a TCP reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.close(self._sock)

    def close(self) -> None:
        self._sock.close()


class ScriptedServer:
    """`tls`: speak TLS from the first byte. `received`: per connection, all that came (decrypted)."""

    host: Final = "localhost"

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._received: list[bytearray] = []
        self._clients: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._changed = threading.Condition()
        self._gone = 0

    @property
    def received(self) -> list[bytes]:
        return [bytes(data) for data in self._received]

    def wait_until_gone(self, connections: int, seconds: float = 5.0) -> bool:
        """Whether so many connections have ended on the server's side too, waited for."""
        with self._changed:
            return self._changed.wait_for(lambda: self._gone >= connections, seconds)

    def wait_until_met(self, connections: int, seconds: float = 5.0) -> bool:
        """Whether so many connections have come, waited for."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._received) >= connections, seconds)

    def __enter__(self) -> ScriptedServer:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(client, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            received = bytearray()
            self._clients.append(client)
            with self._changed:
                self._received.append(received)
                self._changed.notify_all()
            thread = threading.Thread(target=self._serve, args=(client, received), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, received: bytearray) -> None:
        peer = Peer(client, received.extend)
        try:
            if self._tls is not None:
                peer.start_tls(self._tls)
            self._script(peer)
        except (OSError, ValueError):
            pass  # the client went, or the socket was shut at the end of the test
        finally:
            peer.close()
            with self._changed:
                self._gone += 1
                self._changed.notify_all()


def mute(peer: Peer) -> None:
    """Accept and say nothing."""
    peer.listen()


_IMAP_ANSWERS: Final[Mapping[bytes, bytes]] = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1] in\r\n",
    b"EXAMINE": b"* 3 EXISTS\r\nTAG OK [READ-ONLY] done\r\n",
    b"LOGOUT": b"* BYE bye\r\nTAG OK out\r\n",
}


def imap(
    answers: Mapping[bytes, Answer] | None = None,
    *,
    greeting: Answer = b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
    tls: ssl.SSLContext | None = None,
) -> Script:
    """An IMAP server; `answers` by command, TAG standing for the tag. STARTTLS is offered where `tls` is given."""
    table: dict[bytes, Answer] = {**_IMAP_ANSWERS, **(answers or {})}

    def script(peer: Peer) -> None:
        _give(greeting, peer, b"*")
        while line := peer.line():
            tag, _, rest = line.partition(b" ")
            word = rest.partition(b" ")[0].upper()
            _give(table.get(word, b"TAG BAD unknown\r\n"), peer, tag)
            if word == b"STARTTLS" and tls is not None:
                peer.start_tls(tls)

    return script


_SMTP_ANSWERS: Final[Mapping[bytes, bytes]] = {
    b"EHLO": b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n",
    b"AUTH": b"235 2.7.0 in\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


def smtp(
    answers: Mapping[bytes, Answer] | None = None,
    *,
    greeting: Answer = b"220 mail.example.org ready\r\n",
    tls: ssl.SSLContext | None = None,
) -> Script:
    """An SMTP server; `answers` by the first word of a line."""
    table: dict[bytes, Answer] = {**_SMTP_ANSWERS, **(answers or {})}

    def script(peer: Peer) -> None:
        _give(greeting, peer, b"")
        while line := peer.line():
            word = line.partition(b" ")[0].upper()
            _give(table.get(word, b"500 5.5.1 unknown\r\n"), peer, b"")
            if word == b"STARTTLS" and tls is not None:
                peer.start_tls(tls)

    return script


def _give(answer: Answer, peer: Peer, tag: bytes) -> None:
    if isinstance(answer, bytes):
        peer.send(answer.replace(b"TAG", tag))
    else:
        answer(peer, tag)


class BlackHole:
    """An address that never answers a connect: a listener whose queue is full."""

    host: Final = "127.0.0.1"

    def __enter__(self) -> BlackHole:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._fillers = [socket.socket() for _ in range(4)]
        for filler in self._fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sock in [self._listener, *self._fillers]:
            sock.close()
