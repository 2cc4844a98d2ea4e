"""The gauges of a desk as a page that Prometheus reads, served on this computer alone.

Format: Prometheus text 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/ (read November 2026). By
own lines and not by prometheus_client, which brings an HTTP server with threads of its own into every start. No
address of a mailbox and nothing secret is on the page; whoever can reach loopback may read it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from mailbox_desk.model.gauges import Gauges

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LOOPBACK: Final = "127.0.0.1"
_SECONDS: Final = 5.0
_LONGEST_LINE: Final = 8192
_log = logging.getLogger(__name__)


class MetricsPage:
    """GET /metrics. `read` is called on the loop's thread for each visit."""

    def __init__(self, read: Callable[[], Awaitable[Gauges]]) -> None:
        self._read = read
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Serve at this port, 0 for any; the answer is the port. Raises OSError."""
        self._server = await asyncio.start_server(self._visit, _LOOPBACK, port, limit=_LONGEST_LINE)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Takes no more visits; one under way ends by its own limit."""
        if self._server is not None:
            self._server.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                request = await reader.readline()
                while (await reader.readline()).strip():
                    pass  # headers say nothing that matters here
                writer.write(await self._answer(request))
                await writer.drain()
        except (OSError, ValueError, TimeoutError) as error:  # ValueError: a line without end
            _log.debug("a visitor of the metrics was cut off: %s", type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, request: bytes) -> bytes:
        match request.split():
            case [b"GET", target, *_] if target.partition(b"?")[0] in (b"/", b"/metrics"):
                return _response("200 OK", text_of(await self._read()))
            case [b"GET", *_]:
                return _response("404 Not Found", "See /metrics\n")
            case _:
                return _response("405 Method Not Allowed", "GET alone\n")


def text_of(gauges: Gauges) -> str:
    """The page."""
    return "".join(f"{line}\n" for line in _lines(gauges))


def _lines(gauges: Gauges) -> Iterator[str]:
    yield from _family("start_time_seconds", "gauge", "When this desk started, since 1970 UTC.")
    yield _sample("start_time_seconds", gauges.started_at)
    yield from _family("mailboxes", "gauge", "Mailboxes by what is shown and why.")
    for (shown, cause), count in sorted(gauges.standing.items()):
        yield _sample("mailboxes", count, {"status": shown.value, "cause": cause})
    yield from _check_lines(gauges)
    yield from _family("refusals_left", "gauge", "Refused sign-ins that a host may still see before it is left alone.")
    for host, left in sorted(gauges.logins_left.items()):
        yield _sample("refusals_left", left, {"host": host})
    yield from _family("loop_lateness_seconds", "gauge", "How late the loop came within the last hour.")
    late = gauges.lateness
    for quantile, seconds in (("0.5", late.median), ("0.99", late.p99), ("1", late.worst)):
        yield _sample("loop_lateness_seconds", seconds, {"quantile": quantile})
    yield from _single("workers", "How many checks can be made at one time.", gauges.workers)
    yield from _single("workers_needed", "Workers that the intervals keep busy in the mean.", gauges.demand)
    short = gauges.shortfall
    yield from _family("shortfall_ratio", "gauge", "Above 0.95 checks come later than they should.")
    if short is not None:
        yield _sample("shortfall_ratio", short.ratio, {"bottleneck": short.bottleneck.value, "host": short.host})
    yield from _single("incidents_open", "Incidents that are open.", gauges.incidents_open)
    yield from _single("unwritten_records", "What waits in memory for a store that takes nothing.", gauges.unwritten)
    yield from _family("watcher_restarts_total", "counter", "Watchers begun anew since the start.")
    for why, count in sorted(gauges.restarts.items()):
        yield _sample("watcher_restarts_total", count, {"why": why})
    if gauges.lines is not None:
        yield from _single("idle_lines", "Idle connections held.", gauges.lines)


def _check_lines(gauges: Gauges) -> Iterator[str]:
    yield from _single("checks_running", "Checks under way.", gauges.checking)
    yield from _family("check_seconds", "histogram", "How long checks took since the start.")
    for half, seconds in sorted(gauges.checks.items()):
        for bound, count in (*seconds.up_to, ("+Inf", seconds.count)):
            yield _sample("check_seconds_bucket", count, {"half": half.value, "le": str(bound)})
        yield _sample("check_seconds_sum", seconds.total, {"half": half.value})
        yield _sample("check_seconds_count", seconds.count, {"half": half.value})


def _single(name: str, meaning: str, value: float) -> Iterator[str]:
    yield from _family(name, "gauge", meaning)
    yield _sample(name, value)


def _family(name: str, kind: str, meaning: str) -> Iterator[str]:
    yield f"# HELP mailbox_desk_{name} {meaning}"
    yield f"# TYPE mailbox_desk_{name} {kind}"


def _sample(name: str, value: float, labels: Mapping[str, str] | None = None) -> str:
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in (labels or {}).items())
    return f"mailbox_desk_{name}{{{inside}}} {value}" if inside else f"mailbox_desk_{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _response(status: str, text: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
