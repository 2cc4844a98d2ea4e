"""Reads the JSON key that Google Cloud gives out for a service account. Pure; the text is given.

Its addresses are not used: where tokens are got says the provider's file.
"""

from __future__ import annotations

import json

from mailbox_desk.model.admin_connection import AdminConnection, BadKey, ConnectionId, ConnectionKind, KeyFault
from mailbox_desk.model.credential import Secret


def connection_from_key(
    text: str, connection_id: ConnectionId, domains: tuple[str, ...]
) -> tuple[AdminConnection, Secret]:
    """The connection that the key is for, and the key. Raises BadKey."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise BadKey(KeyFault.NOT_JSON) from None
    match read:
        case {
            "type": "service_account",
            "client_email": str(account),
            "client_id": str(client),
            "private_key": str(key),
        }:
            pass
        case {"type": "service_account"}:
            raise BadKey(KeyFault.NO_KEY)
        case {"installed": _} | {"web": _}:
            raise BadKey(KeyFault.OAUTH_CLIENT)
        case _:
            raise BadKey(KeyFault.NOT_A_SERVICE_ACCOUNT)
    if "PRIVATE KEY-----" not in key or not client.strip() or "@" not in account:
        raise BadKey(KeyFault.NO_KEY)
    kind = ConnectionKind.GOOGLE_SERVICE_ACCOUNT
    return AdminConnection(connection_id, kind, domains, client.strip(), account.strip()), Secret(key)
