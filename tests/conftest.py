"""Fixtures that every test may use: a real mail server, and a certificate authority that nobody trusts by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
import trustme

from tests.servers.dovecot import Dovecot, DovecotUser

# The files that take longest: begun first, none of them is left running alone at the end.
_FIRST: Final = (
    "tests/test_bare_machine.py",
    "tests/soak",
    "tests/e2e/test_week_of_hosts.py",
    "tests/fuzz",
    "tests/test_package_installed.py",
    "tests/e2e",
    "tests/demo",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, else as they were found; each process of a run must find them in the same order."""

    def turn(item: pytest.Item) -> int:
        return next((place for place, path in enumerate(_FIRST) if item.nodeid.startswith(path)), len(_FIRST))

    items.sort(key=turn)


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """The test CA. `dovecot.ca_file` is its certificate as a file."""
    return trustme.CA()


@pytest.fixture(scope="session")
def dovecot(ca: trustme.CA) -> Iterator[Dovecot]:
    """One Dovecot for the whole run: user0000@example.org to user0999@example.org, full@example.org (over quota
    with its first message), blocked@example.org (may not sign in). Passwords: DovecotUser's default."""
    users = [DovecotUser(f"user{number:04}@example.org") for number in range(1000)]
    users.append(DovecotUser("full@example.org", extra="userdb_quota_rule=*:storage=2K"))
    users.append(DovecotUser("blocked@example.org", extra="nologin reason=Account_suspended"))
    with Dovecot(users, ca=ca) as server:
        yield server
