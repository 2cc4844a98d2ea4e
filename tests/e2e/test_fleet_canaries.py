"""Keys of admin connections, and what comes of them, lie in the vault alone: a real desk signs mailboxes in by all
three sorts at a real mail server, is refused, starts again; then all that it wrote and said is searched."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa

from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.admin_connection import ADMIN_ACCESS, AdminConnection, ConnectionId, ConnectionKind
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from mailbox_desk.wiring import house, open_house
from tests.e2e.secrecy import files_under, found_in, of_process
from tests.servers.admin_tokens import APP, TENANT, AdminTokenServer, Pair
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.dovecot_conf import OAUTH2

ANN, BEN, CLEO = "ann@google.example", "ben@microsoft.example", "cleo@certificate.example"
PASSPHRASE = Secret("correct horse")
WRONG = "wrong-client-secret-canary~7Z"
OWN = Pair.make()


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[AdminTokenServer]:
    with AdminTokenServer(ca, users=frozenset({ANN}), certificate=OWN.certificate) as running:
        yield running


@pytest.fixture
def mail(ca: trustme.CA, server: AdminTokenServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    made = Dovecot([DovecotUser(each) for each in (ANN, BEN, CLEO)], ca=ca, top_conf=OAUTH2)
    (made.root / "oauth2.conf.ext").write_text(server.introspection() + f"tls_ca_cert_file = {made.ca_file}\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca_file))
    monkeypatch.setattr(house, "load_providers", lambda: tuple(leading_to(server, each) for each in load_providers()))
    with made:
        yield made


def leading_to(server: AdminTokenServer, provider: Provider) -> Provider:
    """The provider as its file has it, but for where its tokens are."""
    services = {"google": server.google, "microsoft": server.microsoft}
    return replace(provider, oauth=services.get(provider.id, provider.oauth))


@asynccontextmanager
async def desk(home: Home) -> AsyncIterator[Engine]:
    async with open_house(home, keys=NoKeyring()) as opened:
        await opened.unlock(PASSPHRASE)
        await opened.engine.start(first_round=False)
        yield opened.engine


def mailbox(address: str, mail: Dovecot) -> Mailbox:
    ends = (
        Endpoint("localhost", mail.imaps_port, Security.TLS, address),
        Endpoint("localhost", mail.submission_port, Security.STARTTLS, address),
    )
    return Mailbox(MailboxId(address.partition("@")[0]), address, *ends)


def of_microsoft(name: str) -> AdminConnection:
    kind = ConnectionKind.MICROSOFT_APP_ONLY
    return AdminConnection(ConnectionId(name), kind, (f"{name}.example",), APP, tenant=TENANT)


async def connect(engine: Engine, server: AdminTokenServer, mail: Dovecot) -> None:
    """Three connections; a mailbox of each is green in both halves."""
    google, key = engine.read_service_account(server.account.json, ConnectionId("google"), ("google.example",))
    for connection, secret, address in (
        (google, key, ANN),
        (of_microsoft("microsoft"), Secret(server.client_secret), BEN),
        (of_microsoft("certificate"), Secret(OWN.pem), CLEO),
    ):
        server.speaks_for = address
        await engine.save_admin_connection(connection, secret)
        await engine.add(Draft(mailbox(address, mail), ADMIN_ACCESS))
        (snapshot,) = [each async for each in engine.round([mailbox(address, mail).id])]
        assert snapshot.shown is Shown.CONNECTED, snapshot


async def be_refused(engine: Engine, server: AdminTokenServer) -> None:
    """A wrong secret, and servers that echo what they were sent: tried out, and in earnest."""
    microsoft = of_microsoft("microsoft")
    lines = [line for line in server.account.pair.key_pem.splitlines() if "-----" not in line]
    _ = [step async for step in engine.try_admin_connection(microsoft, Secret(WRONG), BEN)]
    server.answers += [(401, quoting("invalid_client", WRONG)), (400, quoting("invalid_grant", *lines))]
    _ = [step async for step in engine.try_admin_connection(microsoft, Secret(WRONG), BEN)]
    google = next(each.connection for each in await engine.admin_connections() if each.connection.id == "google")
    _ = [step async for step in engine.try_admin_connection(google, None, ANN)]
    server.answers.append((401, quoting("invalid_client", server.client_secret)))
    await engine.save_admin_connection(microsoft, Secret(server.client_secret))
    _ = [each async for each in engine.round([MailboxId("ben")])]
    assert not server.answers


def quoting(error: str, *said: str) -> str:
    return json.dumps({"error": error, "error_description": f"You sent {' '.join(said)}"})


def parts_of(pair: Pair) -> list[str]:
    """The lines of the key, as people and programs keep them, and the numbers that it is made of."""
    numbers: rsa.RSAPrivateNumbers = pair.key.private_numbers()
    return [line for line in pair.key_pem.splitlines() if "-----" not in line] + [str(numbers.d), hex(numbers.p)[2:]]


def bytes_of(pair: Pair) -> list[bytes]:
    numbers = pair.key.private_numbers()
    return [each.to_bytes(128, order) for each in (numbers.p, numbers.q) for order in ("big", "little")]


async def test_nothing_of_an_admin_connection_lies_about(
    server: AdminTokenServer, mail: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    home = Home(tmp_path / "home")
    async with desk(home) as engine:
        await connect(engine, server, mail)
        await be_refused(engine, server)
        seen = [(f"snapshot of {each}", repr(engine.board.get(each)).encode()) for each in engine.ids]
        seen += [*files_under(home.root), *of_process(os.getpid())]
    async with desk(home) as engine:
        assert len(await engine.admin_connections()) == 3
        _ = [each async for each in engine.round()]
        await engine.remove_admin_connection(ConnectionId("certificate"))
        await engine.remove(MailboxId("cleo"))
        seen += files_under(home.root)
    seen += [*files_under(home.root), ("log", caplog.text.encode())]
    keys = [part for pair in (server.account.pair, OWN) for part in parts_of(pair)]
    secrets = [*server.given, *server.assertions, server.client_secret, WRONG, *keys]
    assert (len(server.given) > 3, len(server.assertions) > 3) == (True, True)
    assert found_in(seen, {each: server.given.get(each, APP) for each in secrets}) == []
    raw = [each for pair in (server.account.pair, OWN) for each in bytes_of(pair)]
    assert [place for place, content in seen for each in raw if each in content] == []
    assert found_in(seen, {ANN: ""})  # the search finds what is there
    assert any("backups" in place for place, _ in seen)
