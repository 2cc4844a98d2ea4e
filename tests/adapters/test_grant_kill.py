"""kill -9 while grants are renewed over the real vault: what anybody used lies in it, and nothing else can be lost than
an answer that had not been written yet; a provider with grace gives that once more."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.paths import Home
from tests.adapters.kill_child import MAILBOXES, PASSPHRASE
from tests.adapters.test_kill import make_it_quick_to_open

ROOT = Path(__file__).resolve().parents[2]
KILLS = 25


async def made(home: Home) -> None:
    vault = SealedVault(home)
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    for number in range(MAILBOXES):
        grant = OAuthToken(Secret(f"{number}/0"), Secret("x"), 0.0, "app", 1.0)
        await vault.write(MailboxId(f"id-{number}"), grant)
    await make_it_quick_to_open(vault)
    await vault.close()


async def numbers_in(home: Home) -> list[int]:
    vault = SealedVault(home)
    assert await vault.open(passphrase=PASSPHRASE) is VaultState.OPEN
    found = []
    for number in range(MAILBOXES):
        grant = await vault.read(MailboxId(f"id-{number}"))
        assert isinstance(grant, OAuthToken)
        newest, former = grant.refresh_token.reveal(), grant.former_refresh_token
        assert int(newest.split("/")[0]) == number
        assert former is None or former != grant.refresh_token
        found.append(int(newest.split("/")[1]))
    await vault.close()
    return found


@dataclass
class Heard:
    """Of each mailbox: the newest refresh token given out, the newest shown to the provider, the newest used."""

    newest: list[int] = field(default_factory=lambda: [0] * MAILBOXES)
    shown: list[int] = field(default_factory=lambda: [0] * MAILBOXES)
    used: list[int] = field(default_factory=lambda: [0] * MAILBOXES)
    refusals: int = 0


@pytest.fixture
def nest(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.adapters.grant_child"]
    env = os.environ | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.communicate(timeout=10)


async def test_kill_9_between_answer_and_vault_costs_no_sign_in(
    desk_home: Home, nest: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    await made(desk_home)
    heard, dice, in_the_gap = Heard(), random.Random(4), 0
    for _ in range(KILLS):
        hatch(nest, desk_home, heard, after=dice.randint(2, 120), delay=dice.uniform(0, 0.004))
        assert heard.refusals == 0
        kept = await numbers_in(desk_home)
        for number in range(MAILBOXES):
            assert heard.used[number] <= kept[number] <= heard.newest[number]
            assert kept[number] >= heard.shown[number]
            in_the_gap += kept[number] < heard.newest[number]
    assert min(heard.newest) > 5
    assert in_the_gap > 0  # the very moment was met, and survived


def hatch(nest: subprocess.Popen[str], home: Home, heard: Heard, *, after: int, delay: float) -> None:
    """Let one live until it is killed, `delay` seconds after its `after`th word."""
    assert nest.stdin is not None
    assert nest.stdout is not None
    counts = " ".join(",".join(map(str, each)) for each in (heard.newest, heard.shown))
    nest.stdin.write(f"{home.root} {counts}\n")
    nest.stdin.flush()
    pid = 0
    for words, line in enumerate(nest.stdout):
        match line.split():
            case ["pid", number]:
                pid = int(number)
            case ["end", ended_by]:
                assert int(ended_by) == signal.SIGKILL
                return
            case ["i", number, count, shown]:
                heard.newest[int(number)], heard.shown[int(number)] = int(count), int(shown)
            case ["u", number, count]:
                heard.used[int(number)] = int(count)
            case ["r", *_]:
                heard.refusals += 1
        if words == after:
            time.sleep(delay)
            os.kill(pid, signal.SIGKILL)
    raise AssertionError("the nest died")
