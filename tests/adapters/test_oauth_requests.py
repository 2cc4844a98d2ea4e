"""How the questions of OAuth are worded, and that none of them shows a secret."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from mailbox_desk.adapters.oauth_requests import (
    Authorization,
    asking_for_code,
    asking_who,
    polling,
    refreshing,
    revoking,
)
from mailbox_desk.adapters.oauth_web import Question
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from tests.adapters.oauth_makings import grant

SERVICE = OAuthService(
    "m",
    "https://login.test/{tenant}/authorize?p=1",
    "https://login.test/{tenant}/token",
    ("openid", "offline_access", "https://mail.test/IMAP"),
    device_url="https://login.test/{tenant}/device",
    revoke_url="https://login.test/{tenant}/revoke",
    userinfo_url="https://login.test/me",
    extra=(("access_type", "offline"),),
)
APP = OAuthApp(OAuthAppId("m"), SERVICE, "client &1", tenant="contoso.test/../x")
SECRET = replace(APP, client_secret=Secret("app-secret-canary&"))


def form(question: Question) -> dict[str, list[str]]:
    assert question.form is not None
    return parse_qs(question.form, strict_parsing=True)


def test_the_link() -> None:
    authorization = Authorization.begin(APP)
    link = urlsplit(authorization.link("http://127.0.0.1:8080", "anna+x@example.org"))
    assert (link.netloc, link.path) == ("login.test", "/contoso.test%2F..%2Fx/authorize")
    asked = parse_qs(link.query, strict_parsing=True)
    digest = hashlib.sha256(authorization.verifier.reveal().encode()).digest()
    assert asked == {
        "p": ["1"],
        "response_type": ["code"],
        "client_id": ["client &1"],
        "redirect_uri": ["http://127.0.0.1:8080"],
        "scope": ["openid offline_access https://mail.test/IMAP"],
        "state": [authorization.state],
        "nonce": [authorization.nonce],
        "code_challenge": [base64.urlsafe_b64encode(digest).decode().rstrip("=")],
        "code_challenge_method": ["S256"],
        "access_type": ["offline"],
        "login_hint": ["anna+x@example.org"],
    }
    assert len(authorization.verifier.reveal()) == 64


def test_the_form_for_the_code() -> None:
    authorization = Authorization.begin(SECRET)
    question = authorization.redeeming(Secret("code/canary"), "http://127.0.0.1:8080")
    assert form(question) == {
        "grant_type": ["authorization_code"],
        "client_id": ["client &1"],
        "client_secret": ["app-secret-canary&"],
        "code": ["code/canary"],
        "code_verifier": [authorization.verifier.reveal()],
        "redirect_uri": ["http://127.0.0.1:8080"],
    }
    shown = repr(authorization) + repr(question)
    for secret in (authorization.verifier.reveal(), authorization.state, authorization.nonce, "canary"):
        assert secret not in shown


def test_the_other_forms() -> None:
    assert form(refreshing(APP, grant())) == {
        "grant_type": ["refresh_token"],
        "client_id": ["client &1"],
        "refresh_token": ["refresh-token-canary"],
    }
    assert form(revoking(SECRET, grant())) == {
        "token": ["refresh-token-canary"],
        "token_type_hint": ["refresh_token"],
        "client_id": ["client &1"],
        "client_secret": ["app-secret-canary&"],
    }
    assert form(asking_for_code(APP))["scope"] == ["openid offline_access https://mail.test/IMAP"]
    assert form(polling(APP, Secret("device-canary"))) == {
        "grant_type": ["urn:ietf:params:oauth:grant-type:device_code"],
        "client_id": ["client &1"],
        "device_code": ["device-canary"],
    }
    for question in (refreshing(APP, grant()), revoking(SECRET, grant()), asking_who(APP, Secret("canary"))):
        assert "canary" not in repr(question)
        assert "canary" not in question.url


def test_a_secret_in_the_header() -> None:
    app = replace(SECRET, service=replace(SERVICE, basic_auth=True))
    question = refreshing(app, grant())
    assert "client_secret" not in form(question)
    coded = question.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(coded) == b"client%20%261:app-secret-canary%26"


def test_zohos_commas_and_no_openid() -> None:
    service = replace(SERVICE, scopes=("A.B", "C.D"), scope_joiner=",")
    authorization = Authorization.begin(replace(APP, service=service))
    asked = parse_qs(urlsplit(authorization.link("http://127.0.0.1:1", "")).query)
    assert asked["scope"] == ["A.B,C.D"]
    assert "nonce" not in asked
    assert "login_hint" not in asked
