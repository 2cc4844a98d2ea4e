"""The user's own OAuth apps as text for the store, and back. Pure. Their secrets are no part of it: they lie in the
vault.

All apps are one setting of the store, so a change of them is one write: all of it or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService

OAUTH_APPS: Final = "oauth_apps"
"""The name of the setting."""


@dataclass(frozen=True, slots=True)
class KeptApp:
    """An app without its secret, and whether the vault has one for it."""

    app: OAuthApp
    has_secret: bool


def apps_as_text(apps: Iterable[KeptApp], services: Mapping[str, OAuthService]) -> str:
    """JSON. A service that the provider files know (`services`, by provider) is kept by its name alone, so that a newer
    file mends it."""
    return json.dumps([_row(kept, services) for kept in apps], sort_keys=True)


def apps_from_text(text: str, services: Mapping[str, OAuthService]) -> tuple[tuple[KeptApp, ...], int]:
    """The apps, and how many of the rows can't be used (damaged, or of a provider whose file has gone)."""
    try:
        rows = json.loads(text) if text else []
    except ValueError:
        return (), 1
    if not isinstance(rows, list):
        return (), 1
    apps = [_app(row, services) for row in rows]
    good = tuple(app for app in apps if app is not None)
    return good, len(apps) - len(good)


def _row(kept: KeptApp, services: Mapping[str, OAuthService]) -> dict[str, Any]:
    app = kept.app
    row: dict[str, Any] = {
        "id": app.id,
        "provider": app.service.provider,
        "client_id": app.client_id,
        "tenant": app.tenant,
        "in_testing": app.in_testing,
        "has_secret": kept.has_secret,
    }
    if services.get(app.service.provider) != app.service:
        row["service"] = asdict(app.service)
    return row


def _app(row: Any, services: Mapping[str, OAuthService]) -> KeptApp | None:
    match row:
        case {"id": str(app_id), "provider": str(provider), "client_id": str(client_id)}:
            service = _service(row.get("service")) if "service" in row else services.get(provider)
        case _:
            return None
    if service is None:
        return None
    app = OAuthApp(OAuthAppId(app_id), service, client_id)
    app = replace(app, tenant=str(row.get("tenant", app.tenant)), in_testing=row.get("in_testing") is True)
    return KeptApp(app, has_secret=row.get("has_secret") is True)


def _service(fields: Any) -> OAuthService | None:
    match fields:
        case {"provider": str(), "authorize_url": str(), "token_url": str(), "scopes": [*scopes]}:
            given: dict[str, Any] = {name: str(fields[name]) for name in _ADDRESSES if name in fields}
            given |= {name: fields.get(name) is True for name in _SWITCHES}
            given["extra"] = tuple((str(name), str(value)) for name, value in fields.get("extra", ()))
            given["app_only_scopes"] = _words(fields.get("app_only_scopes", ()))
            return OAuthService(**given, scopes=_words(scopes))
        case _:
            return None


def _words(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


_ADDRESSES: Final = (
    "provider",
    "authorize_url",
    "token_url",
    "issuer",
    "device_url",
    "revoke_url",
    "userinfo_url",
    "redirect",
    "scope_joiner",
)
_SWITCHES: Final = ("tells_issuer", "basic_auth")
