from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, RegisteredApp
from mailbox_desk.ui.sign_in_plan import apps_for, can_sign_out, prefers_oauth
from tests.ui.oauth_samples import app_of
from tests.ui.samples import mailbox

PROVIDERS = load_providers()
OWN_SERVICE = OAuthService("login.example", "https://login.example/a", "https://login.example/t", ("mail",))
BY_ISSUER = RegisteredApp(OAuthApp(OAuthAppId("x"), OWN_SERVICE, "desk"), has_secret=False, built_in=False)
GOOGLE, MICROSOFT, ZOHO = app_of("google"), app_of("microsoft"), app_of("zoho")


@pytest.mark.parametrize(
    ("provider", "serves"),
    [
        ("google", [GOOGLE]),
        ("microsoft", [MICROSOFT]),
        ("outlook_com", [MICROSOFT]),  # one family
        ("yahoo", []),
        ("zoho", [ZOHO]),
        ("zoho_eu", []),  # one family, but tokens of one place mean nothing in another
        ("generic", [BY_ISSUER]),
        ("ionos", [BY_ISSUER]),
    ],
)
def test_which_apps_serve_a_mailbox(provider: str, serves: list[RegisteredApp]) -> None:
    assert list(apps_for(provider, [GOOGLE, MICROSOFT, ZOHO, BY_ISSUER], PROVIDERS)) == serves


def test_who_prefers_it() -> None:
    preferring = {each.id for each in PROVIDERS if prefers_oauth(each)}
    assert {"google", "microsoft", "outlook_com"} <= preferring
    assert not {"zoho", "yahoo", "aol"} & preferring  # where nobody knows whether the desk may come back
    assert not prefers_oauth(None)


def test_signing_out_needs_a_grant_and_a_place() -> None:
    signing_in = replace(mailbox("a", provider="google"), auth=AuthKind.OAUTH)
    assert can_sign_out(signing_in, [GOOGLE], PROVIDERS)
    assert not can_sign_out(mailbox("a", provider="google"), [GOOGLE], PROVIDERS)
    assert not can_sign_out(signing_in, [], PROVIDERS)
    at_microsoft = replace(mailbox("a", provider="microsoft"), auth=AuthKind.OAUTH)
    assert not can_sign_out(at_microsoft, [MICROSOFT], PROVIDERS)
