"""Tokens for mailboxes without their people: assertions (RFC 7523) and client credentials (RFC 6749 section 4.4).

What is asked is oauthlib's wording, signatures are PyJWT's, certificates cryptography's. It keeps nothing.
"""

from __future__ import annotations

import base64
import http.client
import secrets
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import jwt
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from oauthlib.oauth2 import BackendApplicationClient, ServiceApplicationClient

from mailbox_desk.adapters.oauth_answers import HALF, failure_of, granting_of, json_of, retry_after
from mailbox_desk.adapters.oauth_client import OAuthClient
from mailbox_desk.adapters.oauth_requests import token_address
from mailbox_desk.adapters.oauth_web import Question, WebAnswer
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.model.admin_connection import (
    ADMIN_ACCESS,
    AdminConnection,
    BadKey,
    ConnectionKind,
    KeyFacts,
    KeyFault,
    access_by_admin,
)
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, TokenFailed

_LIFE: Final = 3600
"""Seconds that an assertion to Google may last. https://developers.google.com/identity/protocols/oauth2/service-account
(its copy of 2026-03-23, in Portuguese, read 2026-11-24): "Token must be a short-lived token (60 minutes)"."""
_SHORT_LIFE: Final = 600
"""The same for Microsoft: "5-10 minutes after nbf at most" (entra-docs, docs/identity-platform/
certificate-credentials.md, at commit 07bd829d, read 2026-11-24). Header and claims below are those of that page."""
_EARLIER: Final = 30  # seconds that our clock may go before theirs without harm
_OFF: Final = 120.0  # seconds between their clock and ours that are no accident of the way
_PEM: Final = "-----BEGIN"
_FEWEST_BITS: Final = 2048


async def admin_token(
    client: OAuthClient, connection: AdminConnection, service: OAuthService, key: Secret, account: str
) -> OAuthToken:
    """An access token for the mail of `account`; Microsoft's serves all accounts. Raises TokenFailed, every one of
    which has the mark admin_connection."""
    app = OAuthApp(OAuthAppId(connection.id), service, connection.client_id, tenant=connection.tenant)
    redactor = Redactor("", *_lines_of(key))
    try:
        form = await client.run(lambda: _form(connection, app, key, account, client.now()))
        answer = await client.ask(Question(token_address(app), form), Step.TOKEN, redactor)
        now = client.now()
        if answer.status != http.client.OK or "access_token" not in json_of(answer):
            raise TokenFailed(_refusal(answer, redactor, now), retry_after(answer, now))
        token = granting_of(answer, ADMIN_ACCESS, now, redactor).token
    except BadKey as bad:
        raise TokenFailed(_marked(Failure(HALF, Step.TOKEN, FailureKind.UNSUPPORTED, bad.fault.value))) from bad
    except TokenFailed as failed:
        raise TokenFailed(_marked(failed.failure), failed.retry_after) from failed
    return access_by_admin(token.access_token, token.expires_at, now)


def key_facts(key: Secret) -> KeyFacts:
    """What kind of key it is, and when it ends. Raises BadKey for one that can't sign."""
    text = key.reveal()
    if _PEM not in text:
        return KeyFacts(is_certificate=False)
    private = _private_key(text)
    if "BEGIN CERTIFICATE" not in text:
        raise BadKey(KeyFault.NO_CERTIFICATE)
    certificate = _certificate(text, private)
    ends = certificate.not_valid_after_utc.timestamp()
    return KeyFacts(is_certificate=True, expires_at=ends, sha256=certificate.fingerprint(SHA256()).hex())


def check_private_key(key: Secret) -> None:
    """Raises BadKey for a service account's key that can't sign."""
    _private_key(key.reveal())


def _form(connection: AdminConnection, app: OAuthApp, key: Secret, account: str, now: float) -> str:
    """The body of the request. Blocks for the milliseconds of a signature. Raises BadKey."""
    if connection.kind is ConnectionKind.GOOGLE_SERVICE_ACCOUNT:
        return _by_assertion(connection, app, key, account, int(now))
    scope = list(app.service.app_only_scopes)
    client = BackendApplicationClient(app.client_id)
    if _PEM not in key.reveal():
        body: str = client.prepare_request_body(scope=scope, include_client_id=True, client_secret=key.reveal())
        return body
    signed: str = client.prepare_request_body(
        scope=scope,
        include_client_id=True,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=_client_assertion(app, key, int(now)),
    )
    return signed


def _by_assertion(connection: AdminConnection, app: OAuthApp, key: Secret, account: str, now: int) -> str:
    """RFC 7523 section 2.1; `sub` is the mailbox that the service account speaks for."""
    _private_key(key.reveal())
    issued = now - _EARLIER
    body: str = ServiceApplicationClient(app.client_id).prepare_request_body(
        private_key=key.reveal(),
        issuer=connection.account,
        subject=account,
        audience=token_address(app),
        scope=None,
        issued_at=issued,
        expires_at=issued + _LIFE,
        extra_claims={"scope": " ".join(app.service.app_only_scopes)},
    )
    return body


def _client_assertion(app: OAuthApp, key: Secret, now: int) -> str:
    """RFC 7523 section 2.2, as Entra wants it: the certificate by its SHA-256 (RFC 7515 section 4.1.8), PS256."""
    private = _private_key(key.reveal())
    certificate = _certificate(key.reveal(), private)
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()
    issued = now - _EARLIER
    claims = {
        "aud": token_address(app),
        "iss": app.client_id,
        "sub": app.client_id,
        "jti": secrets.token_urlsafe(24),
        "nbf": issued,
        "iat": issued,
        "exp": issued + _SHORT_LIFE,
    }
    return jwt.encode(claims, private, "PS256", headers={"x5t#S256": thumbprint})


def _private_key(text: str) -> rsa.RSAPrivateKey:
    try:
        private = load_pem_private_key(_part(text, "PRIVATE KEY").encode(), None)
    except TypeError:
        raise BadKey(KeyFault.LOCKED) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey(KeyFault.UNREADABLE) from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise BadKey(KeyFault.UNREADABLE)
    if private.key_size < _FEWEST_BITS:
        raise BadKey(KeyFault.TOO_WEAK)
    return private


def _certificate(text: str, private: rsa.RSAPrivateKey) -> x509.Certificate:
    """Of all in the text the one that belongs to the key: issuers may stand beside it."""
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise BadKey(KeyFault.UNREADABLE) from None
    own = (each for each in found if each.public_key() == private.public_key())
    certificate = next(own, None)
    if certificate is None:
        raise BadKey(KeyFault.NOT_A_PAIR)
    return certificate


def _part(text: str, what: str) -> str:
    """The first block of this kind ("PRIVATE KEY": of any sort) in a PEM text."""
    _, begin, rest = text.partition(_PEM)
    while begin:
        block, _, after = rest.partition("-----END")
        if what in block.partition("\n")[0]:
            return f"{_PEM}{block}-----END{after.partition(chr(10))[0]}\n"
        _, begin, rest = after.partition(_PEM)
    raise BadKey(KeyFault.NO_KEY)


def _refusal(answer: WebAnswer, redactor: Redactor, now: float) -> Failure:
    failure = failure_of(Step.TOKEN, answer, redactor)
    off = _clock_off(answer, now)
    if failure.kind is not FailureKind.REFUSED or off is None or abs(off) < _OFF:
        return failure
    return _marked(failure, Mark.CLOCK_WRONG)


def _clock_off(answer: WebAnswer, now: float) -> float | None:
    """Seconds that our clock goes before theirs (RFC 9110 section 6.6.1); None where they do not say."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return now - (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _marked(failure: Failure, *marks: Mark) -> Failure:
    return Failure(
        failure.half,
        failure.step,
        failure.kind,
        failure.text,
        failure.code,
        failure.marks | {Mark.ADMIN_CONNECTION, *marks},
    )


def _lines_of(key: Secret) -> tuple[Secret, ...]:
    """Each line of a PEM is a secret of its own: an echo may break it anywhere."""
    text = key.reveal()
    lines = tuple(Secret(line.strip()) for line in text.splitlines() if len(line.strip()) > 12 and _PEM not in line)
    return (key, *lines)
