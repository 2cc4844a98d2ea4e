from __future__ import annotations

import json

import pytest

from mailbox_desk.model.admin_connection import BadKey, ConnectionId, ConnectionKind, KeyFault
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.service_account_key import connection_from_key

PEM = "-----BEGIN PRIVATE KEY-----\nkey-canary\n-----END PRIVATE KEY-----\n"
WHOLE = {
    "type": "service_account",
    "client_email": "fleet@p.iam.gserviceaccount.com",
    "client_id": "1048",
    "private_key": PEM,
    "token_uri": "https://elsewhere.invalid/token",
}


def test_a_key_of_google_cloud() -> None:
    connection, key = connection_from_key(json.dumps(WHOLE), ConnectionId("g"), ("example.org",))
    assert (connection.kind, connection.client_id) == (ConnectionKind.GOOGLE_SERVICE_ACCOUNT, "1048")
    assert (connection.account, connection.domains) == ("fleet@p.iam.gserviceaccount.com", ("example.org",))
    assert key == Secret(PEM)
    assert "canary" not in repr((connection, key))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", KeyFault.NOT_JSON),
        ("[" * 100_000, KeyFault.NOT_JSON),
        ("[]", KeyFault.NOT_A_SERVICE_ACCOUNT),
        ('{"installed": {"client_id": "x"}}', KeyFault.OAUTH_CLIENT),
        (json.dumps({"type": "service_account"}), KeyFault.NO_KEY),
        (json.dumps(WHOLE | {"private_key": "nothing"}), KeyFault.NO_KEY),
        (json.dumps(WHOLE | {"client_id": " "}), KeyFault.NO_KEY),
    ],
)
def test_other_files_are_told_apart(text: str, fault: KeyFault) -> None:
    with pytest.raises(BadKey) as bad:
        connection_from_key(text, ConnectionId("g"), ())
    assert bad.value.fault is fault
