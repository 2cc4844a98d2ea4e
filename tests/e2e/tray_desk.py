"""A desk with mailboxes for the tray's tests: some of them with a password that the server refuses."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.paths import Home
from tests.servers.dovecot import Dovecot

PASSPHRASE: Final = "a passphrase for tests"
QUICK: Final = {"second_opinion": "0.5-0.8", "first_round_spacing": "0.01"}


def address(number: int) -> str:
    return f"user{number}@example.org"


def password(number: int) -> str:
    return f"right {number}"


async def furnish(
    root: Path, server: Dovecot, *, count: int, wrong: int, settings: dict[str, str] | None = None
) -> None:
    """A home of `count` mailboxes at this server, the first `wrong` of them with a wrong password."""
    database, vault = Database(Home(root)), SealedVault(Home(root))
    await database.open()
    await vault.open(passphrase=Secret(PASSPHRASE))
    for name, value in (QUICK | (settings or {})).items():
        await database.save_setting(name, value)
    for number in range(count):
        endpoint = Endpoint("localhost", server.imaps_port, Security.TLS, address(number))
        mailbox = Mailbox(MailboxId(f"m{number}"), address(number), endpoint, None)
        await database.save_mailbox(mailbox, first_standing(mailbox, None, time.time()))
        secret = password(number) if number >= wrong else "no longer right"
        await vault.write(mailbox.id, Password(Secret(secret)))
    await vault.close()
    await database.close()
