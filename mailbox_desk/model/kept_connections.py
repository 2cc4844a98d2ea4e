"""Admin connections as text for the store, and back. Pure. Their keys are no part of it: they lie in the vault
alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from mailbox_desk.model.admin_connection import AdminConnection, ConnectionId, ConnectionKind

ADMIN_CONNECTIONS: Final = "admin_connections"
"""The name of the setting."""


@dataclass(frozen=True, slots=True)
class KeptConnection:
    """`is_resting`: its key was refused twice; `told_days`: of which step before its end a person was told, None for
    none yet."""

    connection: AdminConnection
    is_resting: bool = False
    told_days: int | None = None


def connections_as_text(kept: Iterable[KeptConnection]) -> str:
    """JSON, all in one: a change is one write."""
    rows = [asdict(each.connection) | {"is_resting": each.is_resting, "told_days": each.told_days} for each in kept]
    return json.dumps(rows, sort_keys=True)


def connections_from_text(text: str) -> tuple[tuple[KeptConnection, ...], int]:
    """The connections, and how many of the rows can't be used."""
    try:
        rows = json.loads(text) if text else []
    except ValueError:
        return (), 1
    if not isinstance(rows, list):
        return (), 1
    kept = [_kept(row) for row in rows]
    good = tuple(each for each in kept if each is not None)
    return good, len(kept) - len(good)


def _kept(row: Any) -> KeptConnection | None:
    match row:
        case {"id": str(each), "kind": str(kind), "domains": [*domains], "client_id": str(client_id)}:
            if kind not in tuple(ConnectionKind):
                return None
        case _:
            return None
    ends, told = row.get("secret_expires_at"), row.get("told_days")
    connection = AdminConnection(
        ConnectionId(each),
        ConnectionKind(kind),
        tuple(str(domain) for domain in domains),
        client_id,
        account=str(row.get("account", "")),
        tenant=str(row.get("tenant", "")),
        note=str(row.get("note", "")),
        secret_expires_at=float(ends) if isinstance(ends, int | float) else None,
    )
    return KeptConnection(connection, row.get("is_resting") is True, told if isinstance(told, int) else None)
