from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.kept_apps import OAUTH_APPS, KeptApp, apps_as_text, apps_from_text
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.model.settings import settings_from

ACME = OAuthService("acme", "https://acme.example/a", "https://acme.example/t", ("mail",))
OWN = OAuthService(
    "own", "https://o.example/a", "https://o.example/t", ("openid", "imap"), "https://o.example", extra=(("a", "b"),)
)
KNOWN = {"acme": ACME}


def test_there_and_back() -> None:
    apps = (
        KeptApp(OAuthApp(OAuthAppId("1"), ACME, "c1", tenant="contoso", in_testing=True), has_secret=True),
        KeptApp(OAuthApp(OAuthAppId("2"), OWN, "c2"), has_secret=False),
    )
    assert apps_from_text(apps_as_text(apps, KNOWN), KNOWN) == (apps, 0)


def test_every_field_of_a_service_comes_back() -> None:
    service = OAuthService(
        provider="own",
        authorize_url="https://o.example/a",
        token_url="https://o.example/t",
        scopes=("openid", "imap"),
        issuer="https://o.example",
        device_url="https://o.example/d",
        revoke_url="https://o.example/r",
        userinfo_url="https://o.example/u",
        extra=(("a", "b"),),
        app_only_scopes=("all",),
        redirect="http://127.0.0.1:8765",
        tells_issuer=True,
        basic_auth=True,
        scope_joiner=",",
    )
    usual = OAuthService("own", "https://o.example/a", "https://o.example/t", ("imap",))
    assert all(getattr(service, name) != getattr(usual, name) for name in usual.__slots__[3:])
    app = KeptApp(OAuthApp(OAuthAppId("1"), service, "c"), has_secret=False)
    assert apps_from_text(apps_as_text([app], KNOWN), KNOWN) == ((app,), 0)


def test_a_secret_is_never_written() -> None:
    app = OAuthApp(OAuthAppId("1"), OWN, "c1", Secret("hush"))
    assert "hush" not in apps_as_text([KeptApp(app, has_secret=True)], KNOWN)


def test_a_known_service_follows_its_file() -> None:
    text = apps_as_text([KeptApp(OAuthApp(OAuthAppId("1"), ACME, "c"), has_secret=False)], KNOWN)
    newer = replace(ACME, token_url="https://acme.example/v2")
    ((kept,), _) = apps_from_text(text, {"acme": newer})
    assert kept.app.service == newer
    assert apps_from_text(text, {}) == ((), 1)


@pytest.mark.parametrize(
    ("text", "odd"),
    [("", 0), ("[]", 0), ("{", 1), ("{}", 1), ("[1, {}]", 2), ('[{"id": "1", "provider": "x", "client_id": "c"}]', 1)],
)
def test_damage_costs_the_damaged_alone(text: str, odd: int) -> None:
    assert apps_from_text(text, KNOWN) == ((), odd)


def test_it_is_no_setting_that_makes_no_sense() -> None:
    assert settings_from({OAUTH_APPS: "[]"})[1] == ()
