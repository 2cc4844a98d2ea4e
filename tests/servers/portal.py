"""The open web on loopback, and a sign-in page that can step in before it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from mailbox_desk.adapters.portal import Probe


class Web:
    """A plain web server of three pages, each as it should be; `portal` puts an answer before all of them, `odd`
    before one."""

    def __init__(self) -> None:
        self.portal: tuple[int, str, bytes] | None = None
        self.odd: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.hangs = threading.Event()
        self.hangs.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Web:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hangs.set()
        self.server.shutdown()
        self._thread.join(5)
        self.server.server_close()

    def _handler(web) -> type[BaseHTTPRequestHandler]:  # noqa: N805  the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append((self.path, dict(self.headers)))
                web.hangs.wait(30)
                right = (204, "", b"") if self.path == "/" else (200, "", b"success\n")
                status, location, body = web.portal or web.odd.get(self.path) or right
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def probes_at(port: int) -> tuple[Probe, ...]:
    return (
        Probe("127.0.0.1", "/", 204, port=port),
        Probe("127.0.0.1", "/success.txt", 200, b"success", port=port),
    )
