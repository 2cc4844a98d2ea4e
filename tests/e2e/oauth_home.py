"""Fills a home as years of use would: an OAuth app, mailboxes whose grants have died, mailboxes whose passwords were
changed. A process of its own, for the keyring is that of the test's session: `python oauth_home.py < wish.json`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mailbox_desk.adapters.database import Database
from mailbox_desk.model.credential import Credential, OAuthToken, Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.paths import Home
from mailbox_desk.wiring import open_house
from tests.e2e.flow_desk import QUICK

DEAD = "refresh-token-that-has-died"
OVER = "access-token-long-over"
_HOUR, _DAY = 3_600.0, 86_400.0
OLD = "the old password"


async def fill(wish: dict[str, Any]) -> None:
    home = Home(Path(wish["home"]))
    database = Database(home)
    await database.open()
    for name, value in {**QUICK, "refusals_per_host": "100", **wish["settings"]}.items():
        await database.save_setting(name, value)
    await database.close()
    async with open_house(home) as house:
        engine = house.engine
        await engine.start(first_round=False)
        service = await engine.find_oauth_service(wish["issuer"], "localhost", ["mail"])
        if wish["app"] is not None:
            await engine.save_oauth_app(app_at(service, **wish["app"]))
        for address in wish["signing_in"]:
            given = wish["grants"].get(address)
            await engine.add(
                Draft(mailbox_of(address, wish), grant(given, _HOUR) if given else grant(DEAD, 200 * _DAY))
            )
        for address in wish["passwords"]:
            await engine.add(Draft(mailbox_of(address, wish), Password(Secret(OLD))))


def mailbox_of(address: str, wish: dict[str, Any]) -> Mailbox:
    receiving = Endpoint("localhost", wish["imap"], Security.TLS, address)
    sending = Endpoint("localhost", wish["smtp"], Security.STARTTLS, address)
    return Mailbox(MailboxId(address.replace("@", "-at-")), address, receiving, sending)


def app_at(service: OAuthService, client: str = "desktop", secret: str = "") -> OAuthApp:
    return OAuthApp(OAuthAppId("lab"), service, client, Secret(secret) if secret else None)


def grant(refresh_token: str, age: float) -> Credential:
    """Given `age` seconds ago; the access token that it came with has run out."""
    past = time.time() - age
    return OAuthToken(Secret(refresh_token), Secret(OVER), past, "lab", past, past, "mail")


if __name__ == "__main__":
    asyncio.run(fill(json.load(sys.stdin)))
