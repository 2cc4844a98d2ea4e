"""OAuth apps and grants that the window's tests and pictures share."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.oauth import LinkReady, OAuthApp, OAuthAppId, RegisteredApp, SignInFailed
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half
from tests.ui.causes import dropped
from tests.ui.samples import NOW

LINK: Final = LinkReady("https://accounts.google.com/o/oauth2/auth?login_hint=a", NOW + 600)
GRANT: Final = OAuthToken(Secret("refresh-canary"), Secret("access-canary"), NOW + 3600, app="own")


def app_of(provider_id: str, *, built_in: bool = False, client_id: str = "client-of-ours") -> RegisteredApp:
    service = next(each.oauth for each in load_providers() if each.id == provider_id)
    assert service is not None
    name = f"{provider_id}-{'built-in' if built_in else 'own'}"
    return RegisteredApp(OAuthApp(OAuthAppId(name), service, client_id), has_secret=True, built_in=built_in)


def signs_in(snapshot: Snapshot, provider: str = "") -> Snapshot:
    """The same mailbox, signing in at its provider."""
    mailbox = replace(snapshot.mailbox, auth=AuthKind.OAUTH, provider=provider or snapshot.mailbox.provider)
    return replace(snapshot, mailbox=mailbox)


def revoked(provider: str = "google") -> Snapshot:
    return signs_in(dropped(Cause.TOKEN_REVOKED), provider)


def failed(kind: FailureKind, text: str = "", code: str = "", step: Step = Step.AUTHORIZE) -> SignInFailed:
    return SignInFailed(Failure(Half.RECEIVING, step, kind, text, code))
