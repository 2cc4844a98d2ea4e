"""A web server over TLS on loopback, with a certificate for any host it is asked for; it keeps what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import trustme

Body = bytes | Callable[[Callable[[bytes], object]], object]


@dataclass(frozen=True, slots=True)
class Page:
    """`body`: bytes, or what writes them by itself. A length is told for bytes alone."""

    body: Body = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/xml"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the host by SNI's header, the path with its query, the headers in lower case."""

    host: str
    path: str
    headers: dict[str, str]


class TlsHttpServer(ThreadingHTTPServer):
    """Whoever comes is spoken to over TLS, on a thread of its own; `context` chooses the certificate."""

    daemon_threads = True
    context: ssl.SSLContext

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, address = self.socket.accept()
        try:
            return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address
        except OSError:  # it went before it was let in: nobody else would close this end
            plain.close()
            raise


class WebServer:
    """A context manager. `pages`: by "host/path"; all else is 404. `answer_post`: the answer to a POST, by its path.
    Hosts in `without_certificate` are shown that of another."""

    def __init__(self, ca: trustme.CA) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.without_certificate: set[str] = set()
        self.answer_post: Callable[[str], Page] = lambda _path: Page(status=405)
        self._ca = ca
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server = TlsHttpServer(("127.0.0.1", 0), self._handler())
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that go are the point
        self.port: int = self._server.server_address[1]
        first = self._context("localhost")
        first.sni_callback = self._choose
        self._server.context = first
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> WebServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def _choose(self, sock: ssl.SSLObject | ssl.SSLSocket, name: str | None, _first: ssl.SSLContext) -> None:
        if name and name not in self.without_certificate:
            sock.context = self._context(name)

    def _context(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._ca.issue_cert(name).configure_cert(context)
            self._contexts[name] = context
        return self._contexts[name]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 20

            def do_GET(self) -> None:
                host = self.headers.get("Host", "").partition(":")[0]
                web.asked.append(Asked(host, self.path, {name.lower(): text for name, text in self.headers.items()}))
                self._give(web.pages.get(host + self.path, Page(status=404)))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self._give(web.answer_post(self.path))

            def _give(self, page: Page) -> None:
                self.send_response(page.status)
                for name, text in page.headers.items():
                    self.send_header(name, text)
                if isinstance(page.body, bytes):
                    self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                if isinstance(page.body, bytes):
                    self.wfile.write(page.body)
                else:
                    page.body(self.wfile.write)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler


def server_xml(tag: str, kind: str, host: str, port: object, security: str, username: str = "%EMAILADDRESS%") -> str:
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{security}</socketType>'
        f"<username>{username}</username><authentication>password-cleartext</authentication></{tag}>"
    )


def config_xml(*servers: str, domain: str = "desk.test") -> bytes:
    """An autoconfig file of version 1.1 with these servers."""
    inner = "".join(servers)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="{domain}">'
        f"<domain>{domain}</domain><displayName>Mail</displayName>{inner}</emailProvider></clientConfig>"
    ).encode()


def usual_config(host: str = "mail.desk.test", imap_port: int = 993, smtp_port: int = 465) -> bytes:
    """Both halves over TLS at one host."""
    return config_xml(
        server_xml("incomingServer", "imap", host, imap_port, "SSL"),
        server_xml("outgoingServer", "smtp", host, smtp_port, "SSL"),
    )
