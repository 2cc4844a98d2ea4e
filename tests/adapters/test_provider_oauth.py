"""[oauth] of the provider files: what ships, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from mailbox_desk.adapters.oauth_web import place_of
from mailbox_desk.adapters.provider_file import provider_from
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.diagnosis.provider import BadProvider
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.oauth import OAuthService
from tests.adapters.test_provider_file import whole

SHIPPED = {each.id: each for each in load_providers() if each.oauth is not None}
LEAST: dict[str, Any] = {
    "authorize": {"url": "https://a.test/auth", "source": "help"},
    "token": {"url": "https://a.test/token", "source": "help"},
    "scopes": [{"names": ["mail"], "source": "help"}],
}


def test_the_nine_are_there() -> None:
    nine = {"google", "microsoft", "outlook_com", "yahoo", "aol", "zoho", "fastmail", "yandex", "mailru"}
    assert nine <= SHIPPED.keys()
    assert all(AuthKind.OAUTH in each.auth_kinds for each in SHIPPED.values() if each.family != "zoho")


@pytest.mark.parametrize("provider_id", [each for each in SHIPPED if SHIPPED[each].family == "zoho"])
def test_each_place_of_zoho_has_endpoints_of_its_own(provider_id: str) -> None:
    provider = SHIPPED[provider_id]
    assert provider.oauth is not None
    assert provider.receiving is not None
    place = provider.receiving.host.removeprefix("imap.")
    for url in (provider.oauth.authorize_url, provider.oauth.token_url):
        assert url.startswith(f"https://accounts.{place}/oauth/v2/")


@pytest.mark.parametrize("provider_id", SHIPPED)
def test_each_can_be_spoken_with(provider_id: str) -> None:
    provider = SHIPPED[provider_id]
    service = provider.oauth
    assert service is not None
    assert service.provider == provider_id
    for url in (service.authorize_url, service.token_url, service.device_url, service.revoke_url):
        if url:
            place_of(url.replace("{tenant}", "common"))
    for key in ("oauth.authorize", "oauth.token", "oauth.scopes"):
        assert provider.source_of(key) is not None, key
    assert not service.tells_issuer or service.issuer


def test_the_least() -> None:
    provider = provider_from(whole(oauth=LEAST), "a.toml")
    assert provider.oauth == OAuthService("a", "https://a.test/auth", "https://a.test/token", ("mail",))
    assert provider_from(whole(), "a.toml").oauth is None


@pytest.mark.parametrize(
    "change",
    [
        {"authorize": {"url": "http://a.test/", "source": "help"}},
        {"token": {"url": "https://a.test/token"}},
        {"scopes": []},
        {"scopes": [{"names": ["two words"], "source": "help"}]},
        {"redirect": {"url": "http://example.org/", "source": "help"}},
        {"redirect": {"url": "https://127.0.0.1/", "source": "help"}},
        {"extra": [{"name": "a b", "value": "c", "source": "help"}]},
        {"scope_joiner": {"text": ";", "source": "help"}},
        {"client_id": "x"},
        {"revoke": {"url": "https://a.test/", "source": "nobody"}},
    ],
)
def test_what_does_not_fit(change: dict[str, Any]) -> None:
    with pytest.raises(BadProvider):
        provider_from(whole(oauth=LEAST | change), "a.toml")
