"""The metrics as Prometheus' own parser reads them, over a real socket."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailbox_desk.adapters.metrics_page import MetricsPage, text_of
from mailbox_desk.model.gauges import Bottleneck, CheckSeconds, Gauges, Latenesses, Shortfall
from mailbox_desk.model.verdict import Half, Shown

GAUGES = Gauges(
    started_at=1_800_000_000.0,
    standing={(Shown.CONNECTED, ""): 40, (Shown.NEEDS_YOU, "credentials_rejected"): 2},
    checks={Half.RECEIVING: CheckSeconds(5, 7.5, ((0.5, 1), (1.0, 4))), Half.SENDING: CheckSeconds()},
    checking=3,
    logins_left={"imap.example.org": 6, 'odd"\\\nname': 8},
    lateness=Latenesses(0.001, 0.02, 0.4),
    demand=1.25,
    workers=32,
    shortfall=Shortfall(Bottleneck.HOST, 1.5, 600.0, 12, "imap.example.org"),
    incidents_open=1,
    unwritten=7,
    restarts={"stuck": 1},
    lines=38,
)


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name.removeprefix("mailbox_desk_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_every_value() -> None:
    read = samples(text_of(GAUGES))
    assert read["mailboxes", (("cause", "credentials_rejected"), ("status", "NEEDS_YOU"))] == 2
    assert read["mailboxes", (("cause", ""), ("status", "CONNECTED"))] == 40
    assert read["check_seconds_bucket", (("half", "receiving"), ("le", "1.0"))] == 4
    assert read["check_seconds_bucket", (("half", "receiving"), ("le", "+Inf"))] == 5
    assert read["check_seconds_sum", (("half", "receiving"),)] == 7.5
    assert read["check_seconds_count", (("half", "sending"),)] == 0
    assert read["refusals_left", (("host", "imap.example.org"),)] == 6
    assert read["refusals_left", (("host", 'odd"\\\nname'),)] == 8
    assert read["loop_lateness_seconds", (("quantile", "0.99"),)] == 0.02
    assert read["shortfall_ratio", (("bottleneck", "host"), ("host", "imap.example.org"))] == 1.5
    assert read["watcher_restarts_total", (("why", "stuck"),)] == 1
    singles = ("start_time_seconds", "checks_running", "workers", "workers_needed", "incidents_open", "idle_lines")
    assert [read[name, ()] for name in singles] == [1_800_000_000.0, 3, 32, 1.25, 1, 38]
    assert read["unwritten_records", ()] == 7


def test_a_desk_that_just_began_has_a_page_too() -> None:
    assert "idle_lines" not in text_of(Gauges(started_at=1.0))
    assert samples(text_of(Gauges(started_at=1.0)))["incidents_open", ()] == 0


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /metrics HTTP/1.1", b"200"),
        (b"GET /metrics?x=1 HTTP/1.0", b"200"),
        (b"GET /etc/passwd HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"\x16\x03\x01", b"405"),
    ],
)
async def test_it_is_served_on_loopback(request_line: bytes, status: bytes) -> None:
    async def read() -> Gauges:
        return GAUGES

    page = MetricsPage(read)
    port = await page.open(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request_line + b"\r\nHost: x\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await page.close()
    assert head.split()[1] == status
    assert f"Content-Length: {len(body)}".encode() in head
    if status == b"200":
        assert b"text/plain; version=0.0.4" in head
        assert body.decode() == text_of(GAUGES)
