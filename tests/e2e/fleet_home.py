"""Fills a home with mailboxes that sign in by passwords. A process of its own, for the keyring is that of the test's
session: `python fleet_home.py < wish.json`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the program itself is the copy

from mailbox_desk.adapters.database import Database
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.paths import Home
from mailbox_desk.wiring import open_house
from tests.e2e.flow_desk import QUICK
from tests.e2e.oauth_home import mailbox_of


async def fill(wish: dict[str, Any]) -> None:
    home = Home(Path(wish["home"]))
    database = Database(home)
    await database.open()
    for name, value in {**QUICK, "refusals_per_host": "100"}.items():
        await database.save_setting(name, value)
    await database.close()
    async with open_house(home) as house:
        await house.engine.start(first_round=False)
        for address, password in wish["passwords"].items():
            await house.engine.add(Draft(mailbox_of(address, wish), Password(Secret(password))))


if __name__ == "__main__":
    asyncio.run(fill(json.load(sys.stdin)))
