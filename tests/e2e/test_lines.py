"""Idle lines through the whole engine at a real Dovecot: seen in a second, silent where all is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
import trustme

from mailbox_desk import wiring
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot
from tests.servers.dovecot import Dovecot, DovecotUser

PASSWORD = DovecotUser("").password
SETTINGS = Settings(first_round_spacing=0.001)


def rows(server: Dovecot, users: Sequence[str]) -> list[CsvMailbox]:
    def row(user: str) -> CsvMailbox:
        endpoint = Endpoint(server.host, server.imaps_port, Security.TLS, user)
        return CsvMailbox(1, Mailbox(MailboxId(user), user, endpoint, None), Password(Secret(PASSWORD)))

    return [row(user) for user in users]


class Seen:
    """All that is published, with its time."""

    def __init__(self, house: wiring.House) -> None:
        self.all: list[tuple[float, Snapshot]] = []
        house.engine.board.subscribe(
            lambda news: self.all.append((time.monotonic(), news)) if isinstance(news, Snapshot) else None
        )

    async def every(self, users: Sequence[str], shown: str, *, checking: bool, since: float = 0.0) -> list[float]:
        """When each of these was first seen so; waited for."""
        end = time.monotonic() + 20
        while True:
            at: dict[str, float] = {}
            for when, each in self.all:
                if when >= since and each.shown.value == shown and each.checking_now is checking:
                    at.setdefault(each.id, when)
            if at.keys() >= set(users):
                return sorted(at[user] for user in users)
            assert time.monotonic() < end, set(users) - at.keys()
            await asyncio.sleep(0.02)


@pytest.fixture
def environment(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))


@pytest.mark.usefixtures("environment")
async def test_fifty_that_are_kicked_are_looked_at_within_a_second_and_nobody_hears_of_it(dovecot: Dovecot) -> None:
    users = [f"user{number:04}@example.org" for number in range(700, 755)]
    async with wiring.csv_house(rows(dovecot, users), settings=SETTINGS) as house:
        seen = Seen(house)
        await house.engine.start()
        await seen.every(users, "CONNECTED", checking=False)
        began = time.monotonic()
        await asyncio.to_thread(dovecot.kick, "user070*", "user071*", "user072*", "user073*", "user074*")
        looked = await seen.every(users[:50], "CONNECTED", checking=True, since=began)
        assert looked[47] - began < 1.0 + 0.2  # doveadm, asked five times, is in it
        await seen.every(users[:50], "CONNECTED", checking=False, since=began)
        assert {each.shown.value for _, each in seen.all} == {"CHECKING", "CONNECTED"}
        checked = {each.id for when, each in seen.all if when >= began and each.checking_now}
        assert checked == set(users[:50])
        assert list(await house.engine.incidents()) == []
        # the lines were made anew
        again = time.monotonic()
        dovecot.kick(users[0])
        await seen.every(users[:1], "CONNECTED", checking=True, since=again)


@pytest.mark.usefixtures("environment")
async def test_where_the_account_has_room_for_one_connection_the_line_makes_way(ca: trustme.CA) -> None:
    user = "narrow@example.org"
    with Dovecot([DovecotUser(user)], ca=ca, connections_per_user=1) as server:
        settings = replace(SETTINGS, interval=2.0, sign_in_every=1.0, second_opinion=(1.0, 1.0))
        async with wiring.csv_house(rows(server, [user]), settings=settings) as house:
            seen = Seen(house)
            await house.engine.start()
            await seen.every([user], "SUSPECT", checking=False)
            doubted = time.monotonic()
            await seen.every([user], "CONNECTED", checking=False, since=doubted)
            await asyncio.sleep(4)
            assert [each.shown.value for when, each in seen.all if when > doubted + 2].count("SUSPECT") == 0
            assert server.connections(user) == 0
            assert list(await house.engine.incidents()) == []
