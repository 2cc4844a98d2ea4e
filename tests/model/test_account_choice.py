from __future__ import annotations

import pytest

from mailbox_desk.model.account_choice import asking_which_account
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService


def app(provider: str, extra: tuple[tuple[str, str], ...] = (), *, openid: bool = True) -> OAuthApp:
    scopes = ("openid", "mail") if openid else ("mail",)
    issuer = "https://a.test" if openid else ""
    service = OAuthService(provider, "https://a.test/a", "https://a.test/t", scopes, issuer=issuer, extra=extra)
    return OAuthApp(OAuthAppId("x"), service, "client")


@pytest.mark.parametrize(
    ("asked", "prompt"),
    [
        (app("google", (("access_type", "offline"), ("prompt", "consent"))), "select_account consent"),
        (app("microsoft"), "select_account"),
        (app("outlook_com"), "select_account"),
        (app("login.example", (("prompt", "consent"),)), "login consent"),
        (app("login.example"), "login"),
        (app("login.example", (("prompt", "none"),)), "login"),
        (app("yandex", openid=False), None),
        (app("zoho", (("prompt", "consent"),), openid=False), "consent"),
    ],
)
def test_each_is_asked_in_its_own_words(asked: OAuthApp, prompt: str | None) -> None:
    extra = dict(asking_which_account(asked).service.extra)
    assert extra.get("prompt") == prompt
    assert {name: text for name, text in asked.service.extra if name != "prompt"}.items() <= extra.items()
