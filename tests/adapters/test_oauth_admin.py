"""Access without a person, against a server that verifies signatures and claims, and at a real Dovecot."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.oauth_client import WebLimits
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.admin_connection import AdminConnection, BadKey, ConnectionId, ConnectionKind, KeyFault
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import AuthKind, Security
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.verdict import Half
from tests.adapters.checks import Checks
from tests.adapters.oauth_makings import words
from tests.servers.admin_tokens import APP, GOOGLE_SCOPE, TENANT, AdminTokenServer, Pair
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.dovecot_conf import OAUTH2

ANN, BOB = "ann@example.org", "bob@example.org"
OTHER_PAIR = Pair.make()
GOOGLE, MICROSOFT = ConnectionKind.GOOGLE_SERVICE_ACCOUNT, ConnectionKind.MICROSOFT_APP_ONLY


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[AdminTokenServer]:
    with AdminTokenServer(ca, users=frozenset({ANN, BOB}), speaks_for=ANN) as running:
        yield running


@pytest.fixture
async def tokens(trust: Trust) -> AsyncIterator[OAuthTokens]:
    lane, resolver = Lane("test-oauth", 4), Lane("test-names", 2, spares=2)
    yield OAuthTokens(lane, resolver, lambda: trust, words, limits=WebLimits(4.0, 6.0))
    lane.close()
    resolver.close()


def google(server: AdminTokenServer) -> tuple[AdminConnection, Secret]:
    account = server.account
    made = AdminConnection(ConnectionId("g"), GOOGLE, ("example.org",), account.client_id, account.email)
    return made, Secret(account.pair.key_pem)


def microsoft() -> AdminConnection:
    return AdminConnection(ConnectionId("m"), MICROSOFT, ("example.org",), APP, tenant=TENANT)


async def refused(
    tokens: OAuthTokens, server: AdminTokenServer, connection: AdminConnection, key: Secret, who: str = ANN
) -> TokenFailed:
    service = server.google if connection.kind is GOOGLE else server.microsoft
    with pytest.raises(TokenFailed) as failed:
        await tokens.admin_token(connection, service, key, who)
    assert Mark.ADMIN_CONNECTION in failed.value.failure.marks
    return failed.value


async def test_a_service_account_speaks_for_one_mailbox(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    connection, key = google(server)
    token = await tokens.admin_token(connection, server.google, key, ANN)
    assert server.given[token.access_token.reveal()] == ANN
    assert token.expires_at - token.refreshed_at == pytest.approx(3599)
    [claims] = server.claims
    assert (claims["sub"], claims["iss"], claims["scope"]) == (ANN, server.account.email, GOOGLE_SCOPE)
    assert claims["aud"] == server.google.token_url
    assert claims["exp"] - claims["iat"] <= 3600


async def test_an_app_gets_in_by_its_secret_or_its_certificate(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    own = Pair.make()
    server.certificate = own.certificate
    for key in (server.client_secret, own.pem, own.key_pem + OTHER_PAIR.certificate_pem + own.certificate_pem):
        token = await tokens.admin_token(microsoft(), server.microsoft, Secret(key), ANN)
        assert token.access_token.reveal() in server.given


async def test_dovecot_takes_the_tokens(
    tokens: OAuthTokens, server: AdminTokenServer, checks: Checks, ca: trustme.CA
) -> None:
    mail = Dovecot([DovecotUser(ANN), DovecotUser(BOB)], ca=ca, top_conf=OAUTH2)
    (mail.root / "oauth2.conf.ext").write_text(server.introspection() + f"tls_ca_cert_file = {mail.ca_file}\n")
    with mail:
        connection, key = google(server)
        by_google = await tokens.admin_token(connection, server.google, key, BOB)
        by_microsoft = await tokens.admin_token(microsoft(), server.microsoft, Secret(server.client_secret), ANN)
        for token, user, passes in ((by_google, BOB, True), (by_microsoft, ANN, True), (by_google, ANN, False)):
            for half, port, security in (
                (Half.RECEIVING, mail.imaps_port, Security.TLS),
                (Half.SENDING, mail.submission_port, Security.STARTTLS),
            ):
                secret = token.access_token.reveal()
                done = await checks.run(half, port, security, user=user, secret=secret, auth=AuthKind.OAUTH)
                assert done.is_ok is passes, (user, half, done)


async def test_what_google_refuses_is_told_in_its_words(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    connection, key = google(server)
    failed = await refused(tokens, server, connection, Secret(OTHER_PAIR.key_pem))
    assert (failed.failure.kind, failed.failure.code) == (FailureKind.REFUSED, "invalid_grant")
    assert "Invalid JWT Signature" in failed.failure.text
    failed = await refused(tokens, server, connection, key, who="nobody@example.org")
    assert "Invalid email or User ID" in failed.failure.text
    server.account.delegated = frozenset({"https://www.googleapis.com/auth/gmail.readonly"})
    failed = await refused(tokens, server, connection, key)
    assert failed.failure.code == "unauthorized_client"
    assert Mark.CLOCK_WRONG not in failed.failure.marks


async def test_a_scope_that_is_not_asked_for_is_wrong(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    connection, key = google(server)
    service = replace(server.google, app_only_scopes=("https://other.example/",))
    with pytest.raises(TokenFailed) as failed:
        await tokens.admin_token(connection, service, key, ANN)
    assert failed.value.failure.code == "unauthorized_client"


@pytest.mark.parametrize("ahead", [-7200.0, 7200.0])
async def test_a_clock_that_is_wrong_is_seen(tokens: OAuthTokens, server: AdminTokenServer, ahead: float) -> None:
    connection, key = google(server)
    server.clock = ahead
    failed = await refused(tokens, server, connection, key)
    assert failed.failure.marks >= {Mark.CLOCK_WRONG}
    server.clock = 20.0
    await tokens.admin_token(connection, server.google, key, ANN)


async def test_what_microsoft_refuses_is_told_in_its_words(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    own, key = microsoft(), Secret(server.client_secret)
    server.certificate = OTHER_PAIR.certificate
    for connection, secret, number in (
        (own, Secret("wrong-client-secret"), "AADSTS7000215"),
        (replace(own, client_id="unknown"), key, "AADSTS700016"),
        (replace(own, tenant="unknown"), key, "AADSTS90002"),
        (own, Secret(Pair.make().pem), "AADSTS700027"),
    ):
        assert number in (await refused(tokens, server, connection, secret)).failure.text
    server.consented = False
    assert "AADSTS65001" in (await refused(tokens, server, own, key)).failure.text
    server.secret_expired = True
    assert "AADSTS7000222" in (await refused(tokens, server, own, key)).failure.text


async def test_weather_is_weather(tokens: OAuthTokens, server: AdminTokenServer) -> None:
    connection, key = google(server)
    server.answers = [(503, "busy"), (429, "slow down"), (200, "<html>"), (200, '{"access_token": ""}')]
    kinds = [(await refused(tokens, server, connection, key)).failure.kind for _ in range(4)]
    assert kinds == [FailureKind.TEMPORARY, FailureKind.TEMPORARY, FailureKind.BROKEN, FailureKind.BROKEN]


async def test_a_key_tells_what_it_is_and_when_it_ends(tokens: OAuthTokens) -> None:
    pair = Pair.make(days=20)
    facts = await tokens.key_facts(MICROSOFT, Secret(pair.pem))
    assert facts.is_certificate
    assert facts.expires_at == pair.certificate.not_valid_after_utc.timestamp()
    assert not (await tokens.key_facts(MICROSOFT, Secret("a client secret"))).is_certificate
    assert not (await tokens.key_facts(GOOGLE, Secret(pair.key_pem))).is_certificate


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (OTHER_PAIR.key_pem, KeyFault.NO_CERTIFICATE),
        (OTHER_PAIR.certificate_pem, KeyFault.NO_KEY),
        (Pair.make().key_pem + OTHER_PAIR.certificate_pem, KeyFault.NOT_A_PAIR),
        (_pem(OTHER_PAIR.key, b"password") + OTHER_PAIR.certificate_pem, KeyFault.LOCKED),
        (_pem(ec.generate_private_key(ec.SECP256R1())) + OTHER_PAIR.certificate_pem, KeyFault.UNREADABLE),
        (_pem(rsa.generate_private_key(65537, 1024)) + OTHER_PAIR.certificate_pem, KeyFault.TOO_WEAK),
        ("-----BEGIN PRIVATE KEY-----\ngarbage\n-----END PRIVATE KEY-----\n", KeyFault.UNREADABLE),
        ("-----BEGIN", KeyFault.NO_KEY),
    ],
)
async def test_a_key_that_cannot_sign_is_refused_at_once(tokens: OAuthTokens, key: str, fault: KeyFault) -> None:
    with pytest.raises(BadKey) as bad:
        await tokens.key_facts(MICROSOFT, Secret(key))
    assert bad.value.fault is fault
    assert key.strip()[-40:] not in repr(bad.value) + str(bad.value)


async def test_a_kept_key_that_cannot_sign_is_no_verdict_of_the_server(
    tokens: OAuthTokens, server: AdminTokenServer
) -> None:
    connection, _ = google(server)
    failed = await refused(
        tokens, server, connection, Secret("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----")
    )
    assert failed.failure.kind is FailureKind.UNSUPPORTED
    assert not server.asked


async def test_no_key_material_is_told_anywhere(
    tokens: OAuthTokens, server: AdminTokenServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that echoes what it was sent, line by line or whole."""
    caplog.set_level(logging.DEBUG)
    connection, key = google(server)
    lines = [line for line in key.reveal().splitlines() if "-----" not in line]
    server.answers = [
        (400, '{"error": "invalid_grant", "error_description": "' + " ".join(lines) + '"}'),
        (400, '{"error": "invalid_client", "error_description": "' + lines[3] + '"}'),
        (500, "\n".join(lines)),
        (401, '{"error": "invalid_client", "error_description": "' + server.client_secret + '"}'),
    ]
    told = []
    for own, secret in ((connection, key),) * 3 + ((microsoft(), Secret(server.client_secret)),):
        failed = await refused(tokens, server, own, secret)
        told.append(f"{failed!r} {failed} {failed.failure!r} {failed.__cause__!r}")
    everything = " ".join([*told, caplog.text, repr(connection)])
    for canary in (*lines, server.client_secret):
        assert canary not in everything
