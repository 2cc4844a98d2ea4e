"""The questions of OAuth 2 as oauthlib words them: RFC 6749, 7636 (PKCE), 7009 (revoking), 8628 (device). No I/O.

A Question holds secrets in its form; nothing here keeps one.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from oauthlib.oauth2 import DeviceClient, WebApplicationClient

from mailbox_desk.adapters.oauth_web import Question
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.oauth import OAuthApp

_VERIFIER_LENGTH: Final = 64
_OPENID: Final = "openid"


@dataclass(frozen=True, slots=True)
class Authorization:
    """One sign-in by the browser, and what binds its answer to it: state (RFC 6749 section 10.12), verifier (PKCE),
    nonce (OpenID), "" where no id token is asked for."""

    app: OAuthApp
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: Secret

    @classmethod
    def begin(cls, app: OAuthApp) -> Authorization:
        nonce = secrets.token_urlsafe(32) if _OPENID in app.service.scopes else ""
        verifier = WebApplicationClient(app.client_id).create_code_verifier(_VERIFIER_LENGTH)
        return cls(app, secrets.token_urlsafe(32), nonce, Secret(verifier))

    def link(self, redirect_uri: str, address: str) -> str:
        """Where the browser begins; `address` is who is expected to sign in, "" for anybody."""
        service = self.app.service
        client = WebApplicationClient(self.app.client_id)
        more = dict(service.extra)
        more |= {"nonce": self.nonce} if self.nonce else {}
        more |= {"login_hint": address} if address else {}
        link: str = client.prepare_request_uri(
            _at(self.app, service.authorize_url),
            redirect_uri=redirect_uri,
            scope=self.app.scope,
            state=self.state,
            code_challenge=client.create_code_challenge(self.verifier.reveal(), "S256"),
            code_challenge_method="S256",
            **more,
        )
        return link

    def redeeming(self, code: Secret, redirect_uri: str) -> Question:
        """The code for a grant."""
        form = WebApplicationClient(self.app.client_id).prepare_request_body(
            code=code.reveal(),
            redirect_uri=redirect_uri,
            code_verifier=self.verifier.reveal(),
            **_secret_in_form(self.app),
        )
        return _to_token_endpoint(self.app, form)


def refreshing(app: OAuthApp, grant: OAuthToken) -> Question:
    form = WebApplicationClient(app.client_id).prepare_refresh_body(
        refresh_token=grant.refresh_token.reveal(), client_id=app.client_id, **_secret_in_form(app)
    )
    return _to_token_endpoint(app, form)


def revoking(app: OAuthApp, grant: OAuthToken) -> Question:
    """The refresh token: its end is the end of the whole grant (RFC 7009 section 2.1)."""
    _, _, form = WebApplicationClient(app.client_id).prepare_token_revocation_request(
        _at(app, app.service.revoke_url),
        grant.refresh_token.reveal(),
        token_type_hint="refresh_token",
        client_id=app.client_id,
        **_secret_in_form(app),
    )
    return Question(_at(app, app.service.revoke_url), form, _secret_in_header(app))


def asking_for_code(app: OAuthApp) -> Question:
    """RFC 8628 section 3.1."""
    form = urlencode({"client_id": app.client_id, "scope": app.scope, **_secret_in_form(app)})
    return Question(_at(app, app.service.device_url), form, _secret_in_header(app))


def polling(app: OAuthApp, device_code: Secret) -> Question:
    """RFC 8628 section 3.4."""
    form = DeviceClient(app.client_id).prepare_request_body(
        device_code.reveal(), include_client_id=True, **_secret_in_form(app)
    )
    return _to_token_endpoint(app, form)


def asking_who(app: OAuthApp, access_token: Secret) -> Question:
    """The userinfo page (OpenID Connect Core section 5.3)."""
    return Question(_at(app, app.service.userinfo_url), headers={"Authorization": f"Bearer {access_token.reveal()}"})


def token_address(app: OAuthApp) -> str:
    """Where this app gets tokens."""
    return _at(app, app.service.token_url)


def _at(app: OAuthApp, address: str) -> str:
    """An address of the service, for this app's tenant."""
    return address.replace("{tenant}", quote(app.tenant, safe=""))


def _to_token_endpoint(app: OAuthApp, form: str) -> Question:
    return Question(token_address(app), form, _secret_in_header(app))


def _secret_in_form(app: OAuthApp) -> dict[str, Any]:
    if not app.client_secret or app.service.basic_auth:
        return {}
    return {"client_secret": app.client_secret.reveal()}


def _secret_in_header(app: OAuthApp) -> dict[str, str]:
    """RFC 6749 section 2.3.1: both parts are percent-encoded before they are joined."""
    if not app.client_secret or not app.service.basic_auth:
        return {}
    pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret.reveal(), safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
