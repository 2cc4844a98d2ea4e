"""A nest of processes to be killed: each hatched one renews the grants of all mailboxes of a vault without end.

In: home folder and, for each mailbox, the number of the newest refresh token that the provider gave out and of the
newest that was shown to it. Out: "pid N", "i MAILBOX N SHOWN" as the provider gives a token out, "u MAILBOX N" as
somebody uses what came of it, "r MAILBOX N" where it was refused, then "end".
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from mailbox_desk.adapters.memory_archive import MemoryArchive
from mailbox_desk.adapters.system_clock import SystemClock
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.grant_plan import Attention
from mailbox_desk.engine.known_grant import Around
from mailbox_desk.engine.oauth_apps import Ground, OAuthApps
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.tokens import TokenKeeper
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import OAuthApp, SignInStep, TokenFailed
from mailbox_desk.paths import Home
from tests.adapters.kill_child import MAILBOXES, PASSPHRASE
from tests.engine.grants import APP, SERVICE, refused
from tests.engine.quiet_lookout import quiet_lookout


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


class Rotating:
    """Fits Tokens: each refresh token works until one that was given out later is shown."""

    def __init__(self, newest: list[int], shown: list[int]) -> None:
        self._newest, self._shown = newest, shown

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        whose, number = (int(word) for word in grant.refresh_token.reveal().split("/"))
        if number < self._shown[whose]:
            say(f"r {whose} {number}")
            raise refused()
        self._newest[whose] += 1
        self._shown[whose] = number
        say(f"i {whose} {self._newest[whose]} {number}")
        await asyncio.sleep(0)
        return replace(grant, refresh_token=Secret(f"{whose}/{self._newest[whose]}"))

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        raise AssertionError("not used")

    async def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        steps: tuple[SignInStep, ...] = ()
        for step in steps:
            yield step

    async def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        steps: tuple[SignInStep, ...] = ()
        for step in steps:
            yield step


def keeper_over(vault: SealedVault, tokens: Rotating) -> tuple[TokenKeeper, Agenda]:
    clock = SystemClock()
    agenda = Agenda(clock)
    around = Around(
        clock,
        agenda,
        lambda: 0.5,
        quiet_lookout(clock),
        Wakefulness(clock),
        lambda _: TokenLifetimes(),
        lambda _: Attention.WATCHED,
        lambda _: None,
    )
    apps = OAuthApps(vault, MemoryArchive(), Ground({"acme": SERVICE}, (APP,)), "")
    return TokenKeeper(around, vault, tokens, apps, Pace(clock, agenda, lambda _: 10_000_000)), agenda


async def use_for_ever(keeper: TokenKeeper, number: int) -> None:
    while True:
        try:
            grant = await keeper.fresh(MailboxId(f"id-{number}"))
        except TokenFailed:
            await asyncio.sleep(0.01)
            continue
        say(f"u {number} {grant.refresh_token.reveal().split('/')[1]}")


async def renew_for_ever(home: Home, newest: list[int], shown: list[int]) -> None:
    vault = SealedVault(home)
    await vault.open(passphrase=PASSPHRASE)
    keeper, agenda = keeper_over(vault, Rotating(newest, shown))
    await asyncio.gather(agenda.run(), *(use_for_ever(keeper, number) for number in range(MAILBOXES)))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while line := sys.stdin.readline():
        root, *counts = line.split()
        newest, shown = ([int(each) for each in part.split(",")] for part in counts)
        pid = os.fork()
        if pid == 0:
            asyncio.run(renew_for_ever(Home(Path(root)), newest, shown))
            os._exit(1)
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        say(f"end {os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1}")


if __name__ == "__main__":
    main()
