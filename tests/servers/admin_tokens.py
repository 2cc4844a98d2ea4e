"""A token endpoint shaped as Google's and Microsoft's for access without a person, over TLS on loopback.

It verifies signatures and claims as the providers' pages say, answers refusals in their words, and vouches for its
tokens by introspection (RFC 7662), as Dovecot asks for it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qs

import jwt
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from mailbox_desk.model.oauth import OAuthService
from tests.servers.https import TlsHttpServer

GOOGLE_SCOPE: Final = "https://mail.google.com/"
MICROSOFT_SCOPE: Final = "https://outlook.office365.com/.default"
TENANT: Final = "11111111-2222-3333-4444-555555555555"
APP: Final = "99999999-8888-7777-6666-000000000000"
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Pair:
    """A key pair, and a self-signed certificate over it. `pem`: both, as a person keeps them in one file."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, days: float = 365.0) -> Pair:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail fleet")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days))
            .sign(key, SHA256())
        )
        return cls(key, certificate)

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def pem(self) -> str:
        return self.certificate_pem + self.key_pem


@dataclass
class Account:
    """Google's service account: `delegated` are the scopes that the admin console has for its number."""

    pair: Pair
    email: str = "fleet@desk-project.iam.gserviceaccount.com"
    client_id: str = "104857600000000000000"
    delegated: frozenset[str] = frozenset({GOOGLE_SCOPE})

    @property
    def json(self) -> str:
        """As Google Cloud gives it out; where its addresses lead must not matter."""
        told = {
            "type": "service_account",
            "project_id": "desk-project",
            "private_key_id": "0123456789abcdef",
            "private_key": self.pair.key_pem,
            "client_email": self.email,
            "client_id": self.client_id,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://elsewhere.invalid/token",
        }
        return json.dumps(told, indent=2)


class _Refused(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.told: dict[str, Any] = {"error": error, "error_description": description}
        self.status = status


@dataclass
class AdminTokenServer:
    """A context manager. `users`: who has a mailbox; `client_secret` and `certificate` are what Microsoft's app has;
    `speaks_for`: whom Microsoft's tokens are told to be for. `clock`: seconds that its clock goes before ours.
    `lives`: seconds that a token is good for. `answers`: orders given first, a status and a body each."""

    ca: trustme.CA
    account: Account = field(default_factory=lambda: Account(Pair.make()))
    users: frozenset[str] = frozenset()
    client_secret: str = "client-secret-canary~8Q"
    secret_expired: bool = False
    certificate: x509.Certificate | None = None
    consented: bool = True
    speaks_for: str = ""
    clock: float = 0.0
    lives: int = 3599
    answers: list[tuple[int, str]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    claims: list[Mapping[str, Any]] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    assertions: list[str] = field(default_factory=list)

    def __enter__(self) -> AdminTokenServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self._server = TlsHttpServer(("127.0.0.1", 0), _handler(self))
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that go are the point
        self._server.context = context
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    @property
    def google(self) -> OAuthService:
        at = f"https://localhost:{self.port}"
        return OAuthService("google", f"{at}/auth", f"{at}/google", ("mail",), app_only_scopes=(GOOGLE_SCOPE,))

    @property
    def microsoft(self) -> OAuthService:
        at = f"https://localhost:{self.port}"
        token = f"{at}/{{tenant}}/token"
        return OAuthService("microsoft", f"{at}/auth", token, ("mail",), app_only_scopes=(MICROSOFT_SCOPE,))

    def introspection(self) -> str:
        """Dovecot's settings for asking this server about a token (oauth2.conf.ext of Dovecot 2.3)."""
        return (
            f"introspection_url = https://localhost:{self.port}/introspect\n"
            "introspection_mode = post\nforce_introspection = yes\nusername_attribute = sub\n"
            "active_attribute = active\nactive_value = true\nscope = mail\ntimeout_msecs = 4000\n"
        )

    def answer(self, path: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any] | str]:
        if path == "/introspect":
            who = self.given.get(form.get("token", ""))
            return 200, {"active": who is not None, "sub": who or "", "scope": "mail"}
        self.assertions += [form[name] for name in ("assertion", "client_assertion") if name in form]
        if self.answers:
            return self.answers.pop(0)
        try:
            who = self._google(form) if path == "/google" else self._microsoft(path, form)
        except _Refused as refused:
            return refused.status, refused.told
        token = f"access-token-canary-{secrets.token_urlsafe(16)}"
        self.given[token] = who
        return 200, {"access_token": token, "expires_in": self.lives, "token_type": "Bearer"}

    def _google(self, form: Mapping[str, str]) -> str:
        """https://developers.google.com/identity/protocols/oauth2/service-account, "Error codes"."""
        if form.get("grant_type") != _JWT_BEARER:
            raise _Refused("unsupported_grant_type", "Invalid grant_type: ")
        public, now = self.account.pair.key.public_key(), time.time() + self.clock
        try:
            told = jwt.decode(
                form["assertion"],
                public,
                ["RS256"],
                audience=self.google.token_url,
                issuer=self.account.email,
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "sub", "scope"]},
            )
        except jwt.InvalidSignatureError:
            raise _Refused("invalid_grant", "Invalid JWT Signature.") from None
        except jwt.PyJWTError as error:
            raise _Refused("invalid_grant", f"Invalid JWT: {error}") from None
        self.claims.append(told)
        self.asked[told["sub"]] += 1
        if not (now - 3900 < told["iat"] < now + 300 and now < told["exp"] <= told["iat"] + 3600):
            raise _Refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        if not self.account.delegated.issuperset(told["scope"].split()):
            raise _Refused(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "
                "of the scopes requested.",
                401,
            )
        if told["sub"] not in self.users:
            raise _Refused("invalid_grant", "Invalid email or User ID")
        who: str = told["sub"]
        return who

    def _microsoft(self, path: str, form: Mapping[str, str]) -> str:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow."""
        self.asked[form.get("client_id", "")] += 1
        if path != f"/{TENANT}/token":
            raise _Refused("invalid_request", "AADSTS90002: Tenant 'example' not found.")
        if form.get("client_id") != APP:
            raise _Refused("unauthorized_client", f"AADSTS700016: Application '{form.get('client_id')}' was not found")
        if form.get("grant_type") != "client_credentials" or form.get("scope") != MICROSOFT_SCOPE:
            raise _Refused("invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
        if "client_assertion" in form:
            self._certificate_fits(form)
        elif form.get("client_secret") != self.client_secret:
            raise _Refused("invalid_client", "AADSTS7000215: Invalid client secret provided. Ensure the secret being "
                           "sent in the request is the client secret value, not the client secret ID", 401)  # fmt: skip
        elif self.secret_expired:
            raise _Refused("invalid_client", "AADSTS7000222: The provided client secret keys for app are expired.", 401)
        if not self.consented:
            raise _Refused("invalid_grant", "AADSTS65001: The user or administrator has not consented to use the app.")
        return self.speaks_for

    def _certificate_fits(self, form: Mapping[str, str]) -> None:
        """https://learn.microsoft.com/entra/identity-platform/certificate-credentials."""
        assertion = form["client_assertion"]
        thumbprint = jwt.get_unverified_header(assertion).get("x5t#S256", "")
        own = self.certificate
        if form.get("client_assertion_type") != _ASSERTION or own is None:
            raise _Refused("invalid_client", "AADSTS7000218: The request body must contain client_assertion.", 401)
        der = own.public_bytes(serialization.Encoding.DER)
        if thumbprint != jwt.utils.base64url_encode(hashlib.sha256(der).digest()).decode():
            raise _Refused("invalid_client", "AADSTS700027: The certificate with identifier used to sign the client "
                           "assertion is not registered on application.", 401)  # fmt: skip
        address = self.microsoft.token_url.replace("{tenant}", TENANT)
        public = own.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        try:
            told = jwt.decode(assertion, public, ["PS256"], audience=address, issuer=APP, subject=APP)
        except jwt.PyJWTError as error:
            raise _Refused("invalid_client", f"AADSTS700027: Client assertion failed signature validation. {error}",
                           401) from None  # fmt: skip
        self.claims.append(told)
        if told["exp"] - told["nbf"] > 600 or not told.get("jti"):
            raise _Refused("invalid_client", "AADSTS700024: Client assertion is not within its valid time range.", 401)


def _handler(server: AdminTokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 20

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            status, told = server.answer(self.path, {name: values[0] for name, values in parse_qs(body).items()})
            content = (told if isinstance(told, str) else json.dumps(told)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return formatdate((timestamp or time.time()) + server.clock, usegmt=True)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler
