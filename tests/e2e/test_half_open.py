"""Half-open sockets through the whole engine: a router forgets idle lines at a real Dovecot, and tells nobody."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from mailbox_desk import wiring
from mailbox_desk.adapters import idling
from mailbox_desk.model.mailbox import Mailbox
from tests.e2e.test_lines import SETTINGS, Seen, rows
from tests.servers.dovecot import Dovecot
from tests.servers.gateway import gateway_to

SECONDS = 0.7
"""How long a line may take to answer, here."""


async def test_lines_that_a_router_forgot_are_found_replaced_and_nobody_hears_of_it(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
    monkeypatch.setattr(idling.Idling.__init__, "__defaults__", (SECONDS,))
    caplog.set_level("INFO", "mailbox_desk.wiring")
    users = [f"user{number:04}@example.org" for number in range(400, 420)]
    async with gateway_to(dovecot.imaps_port) as gateway:
        made = rows(dovecot, users)
        through = [replace(each, mailbox=_by(each.mailbox, gateway.port)) for each in made]
        async with wiring.csv_house(through, settings=replace(SETTINGS, interval=2.0)) as house:
            seen = Seen(house)
            await house.engine.start()
            await seen.every(users, "CONNECTED", checking=False)
            await asyncio.sleep(5)
            assert gateway.made == len(users), "a line that answers stands for sign-ins"
            forgotten = time.monotonic()
            gateway.forget_connections()
            while gateway.made < 2 * len(users):
                assert time.monotonic() < forgotten + 20, f"{gateway.made - len(users)} were made anew"
                await asyncio.sleep(0.05)
            await asyncio.sleep(5)
            assert gateway.made == 2 * len(users), "each once"
            assert {each.shown.value for _, each in seen.all} == {"CHECKING", "CONNECTED"}
            assert list(await house.engine.incidents()) == []
            proved = [each.standing.last_checked or 0.0 for each in house.engine.board.snapshots()]
            assert min(proved) > house.engine.now() - 5, "by lines that answer"
    assert not [
        each for each in caplog.records if each.name == "mailbox_desk.wiring.house" and "mailboxes" in each.message
    ]


def _by(mailbox: Mailbox, port: int) -> Mailbox:
    assert mailbox.receiving is not None
    return replace(mailbox, receiving=replace(mailbox.receiving, port=port))
