"""Where a command's mailboxes come from: the home of this user, or a CSV file of which nothing is stored."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mailbox_desk import paths, wiring
from mailbox_desk.cli.console import Console
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.wording.beginning import told_beginning


class NotPossible(Exception):
    """The command can't run at all. `key` names the sentence in the catalogue, `values` what it needs."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@asynccontextmanager
async def engine_for(told: argparse.Namespace, console: Console, *, bad_rows: list[int]) -> AsyncIterator[Engine]:
    """An engine that is not started yet. Raises NotPossible; each bad row is said and counted in `bad_rows`."""
    if told.demo or told.command == "demo":
        async with _rehearsal_engine(whole=getattr(told, "whole", False)) as engine:
            yield engine
        return
    if told.csv:
        async with _csv_engine(told, console, bad_rows, getattr(told, "interval", None)) as engine:
            yield engine
        return
    async with engine_at_home(told, console) as engine:
        yield engine


@asynccontextmanager
async def engine_at_home(
    told: argparse.Namespace, console: Console, watching: wiring.Watching | None = None
) -> AsyncIterator[Engine]:
    """The engine of this user's home, not started yet, which answers at the door; how it found the home is said.
    Raises HomeTaken, NotPossible, WrongPassphrase and as open_house."""
    home = paths.home(told.home)
    async with wiring.open_house(home, interval=getattr(told, "interval", None)) as house:
        for sentence in told_beginning(house.beginning, console.wording, house.engine.now()):
            console.complain(sentence)
        await unlock(house, told)
        await house.answer_at_the_door(console.wording, watching=watching)
        yield house.engine


async def unlock(house: wiring.House, told: argparse.Namespace) -> None:
    """By the passphrase file, where one was named, or by a credential of the service manager. Raises NotPossible or
    WrongPassphrase."""
    file = told.passphrase_file or wiring.passphrase_credential(os.environ)
    if not file:
        return
    try:
        passphrase = wiring.read_passphrase(file)
    except wiring.NoPassphrase as error:
        raise NotPossible("cli.no_passphrase", file=file, reason=str(error)) from error
    await house.unlock(passphrase)


@asynccontextmanager
async def _rehearsal_engine(*, whole: bool) -> AsyncIterator[Engine]:
    try:
        async with wiring.rehearsal_house(whole=whole) as house:
            yield house.engine
    except wiring.NoServers as error:
        raise NotPossible("demo.no_servers", reason=str(error)) from error


@asynccontextmanager
async def _csv_engine(
    told: argparse.Namespace, console: Console, bad_rows: list[int], interval: float | None
) -> AsyncIterator[Engine]:
    rows, problems = wiring.read_csv(Path(told.csv), allow_plain=told.allow_plain)
    for problem in problems:
        bad_rows.append(problem.line_number)
        console.warn(f"csv.{problem.reason_key}", line=problem.line_number, detail=problem.detail)
    if not rows:
        raise NotPossible("cli.csv_empty", file=told.csv)
    async with wiring.csv_house(rows, interval=interval) as house:
        yield house.engine


def vault_trouble(engine: Engine) -> str | None:
    """The key of the sentence that says why the vault is closed, None where it is open."""
    return None if engine.vault_state is VaultState.OPEN else f"cli.vault.{engine.vault_state.value}"
