from __future__ import annotations

import pytest

from mailbox_desk.model.admin_connection import AdminConnection, ConnectionId, ConnectionKind
from mailbox_desk.model.kept_connections import KeptConnection, connections_as_text, connections_from_text

ONE = AdminConnection(
    ConnectionId("m"),
    ConnectionKind.MICROSOFT_APP_ONLY,
    ("a.example", "b.example"),
    "app",
    tenant="t",
    note="Kim",
    secret_expires_at=5.0,
)


def test_there_and_back() -> None:
    kept = (KeptConnection(ONE, is_resting=True, told_days=7), KeptConnection(ONE))
    assert connections_from_text(connections_as_text(kept)) == (kept, 0)
    assert connections_from_text("") == ((), 0)


@pytest.mark.parametrize(
    "text", ["{", "{}", "3", '[{"id": "x"}]', '[{"id":"x","kind":"?","domains":[],"client_id":""}]']
)
def test_what_is_damaged_is_counted_and_left_out(text: str) -> None:
    assert connections_from_text(text) == ((), 1)
