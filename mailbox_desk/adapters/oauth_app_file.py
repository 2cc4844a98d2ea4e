"""Reads resources/oauth_apps.toml: the OAuth apps that come with the program. Nothing is decided here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from mailbox_desk.adapters.resources import BadResource
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.paths import resources_dir

_NAME: Final = "oauth_apps.toml"
_Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]+\Z")]
_Text = Annotated[str, Meta(pattern=r"\A\S+\Z")]


class _App(Struct, forbid_unknown_fields=True):
    id: _Id
    provider: str
    client_id: _Text
    client_secret: _Text | None = None
    tenant: _Text = "common"
    in_testing: bool = False


class _File(Struct, forbid_unknown_fields=True):
    app: list[_App] = []


def load_built_in_apps(services: Mapping[str, OAuthService], file: Path | None = None) -> tuple[OAuthApp, ...]:
    """The apps of the file, none where it is empty. `services`: of the provider files, by provider. Raises BadResource;
    what stands in the file is not repeated."""
    place = file or resources_dir() / _NAME
    try:
        apps = msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), _File).app
    except (OSError, ValueError) as error:
        raise BadResource(f"{place.name} can't be read: {error}") from error
    unknown = sorted({app.provider for app in apps} - services.keys())
    if unknown:
        raise BadResource(f"{place.name}: no provider file knows OAuth at {', '.join(unknown)}")
    if len({app.id for app in apps}) < len(apps):
        raise BadResource(f"{place.name}: an id stands twice")
    return tuple(_app(app, services[app.provider]) for app in apps)


def _app(app: _App, service: OAuthService) -> OAuthApp:
    secret = Secret(app.client_secret) if app.client_secret is not None else None
    return OAuthApp(OAuthAppId(app.id), service, app.client_id, secret, app.tenant, app.in_testing)
