"""What the adapters' tests share: a checker whose threads must be free after each test, a home, a store, a keyring."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.trust import Trust, load_trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.paths import Home
from tests.adapters.checks import Checks
from tests.servers.secret_service import SecretService

_THREADS = 2


@pytest.fixture(scope="session")
def trust(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Trust:
    path: Path = tmp_path_factory.mktemp("trust") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return load_trust({"SSL_CERT_FILE": str(path)})


@pytest.fixture(scope="session")
def server_tls(ca: trustme.CA) -> ssl.SSLContext:
    """What a server needs to speak TLS as localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
async def checks(trust: Trust) -> AsyncIterator[Checks]:
    lane, resolver = Lane("test-checks", _THREADS), Lane("test-resolver", 4, spares=4)
    yield Checks(MailChecker(lane, resolver, trust=lambda: trust))
    meeting = threading.Barrier(_THREADS, timeout=2)
    await asyncio.gather(*(lane.run(meeting.wait, limit=3) for _ in range(_THREADS)))  # no thread is stuck
    lane.close()
    resolver.close()


@pytest.fixture
def desk_home(tmp_path: Path) -> Home:
    """A home that is not there yet."""
    return Home(tmp_path / "home")


@pytest.fixture
async def database(desk_home: Home) -> AsyncIterator[Database]:
    opened = Database(desk_home)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def secret_service() -> Iterator[SecretService]:
    """A session bus of its own with nothing on it yet."""
    with SecretService() as service:
        yield service
