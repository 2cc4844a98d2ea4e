"""Reads the client_secret.json that Google's console gives out for an app. Pure; the text is given.

A desktop app's "secret" is none (RFC 8252 section 8.5), but Google's token endpoint asks for it.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService


class Fault(StrEnum):
    """What is wrong with a client secret file. The sentences are in the catalogues, as "client_secret.<value>"."""

    UNREADABLE = "unreadable"
    NOT_JSON = "not_json"
    NOT_A_CLIENT = "not_a_client"
    SERVICE_ACCOUNT = "service_account"
    WEB_APP = "web_app"
    NO_ID = "no_id"


class BadClientSecret(Exception):
    """The file can't be used; `fault` says why. What stands in it is not repeated: it may be a secret."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def app_from_client_secret(text: str, app_id: OAuthAppId, service: OAuthService) -> OAuthApp:
    """The app that the file is for. An app of the kind "Web application" is refused: its redirects are fixed, and the
    desk's are on a free port. Raises BadClientSecret."""
    try:
        read = json.loads(text)
    except ValueError:
        raise BadClientSecret(Fault.NOT_JSON) from None
    client = _client(read)
    client_id, secret = client.get("client_id"), client.get("client_secret")
    if not isinstance(client_id, str) or not client_id.strip():
        raise BadClientSecret(Fault.NO_ID)
    kept = Secret(secret.strip()) if isinstance(secret, str) and secret.strip() else None
    return OAuthApp(app_id, service, client_id.strip(), kept)


def _client(read: object) -> dict[str, Any]:
    match read:
        case {"installed": dict() as client}:
            return client
        case {"web": dict()}:
            raise BadClientSecret(Fault.WEB_APP)
        case {"type": "service_account"}:
            raise BadClientSecret(Fault.SERVICE_ACCOUNT)
        case _:
            raise BadClientSecret(Fault.NOT_A_CLIENT)
