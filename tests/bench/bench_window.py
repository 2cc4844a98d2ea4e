"""The window in a real X server: first paint and memory against a bare PySide6 window, and how late Qt's thread runs
while 500 mailboxes are checked.

Prints ratios (median of 3) and exits 1 on a miss: paint with 1,000 stored mailboxes <= 2 x a bare window with an empty
table; memory <= that window + 60 MB + 30 kB a mailbox; a 5 ms timer during the round: p99 <= 8 ms, worst <= 50 ms late.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import trustme

from mailbox_desk.adapters.database import Database
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.engine.start import first_standing
from mailbox_desk.model.check import HalfResult, Outcome, Step, StepRecord
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.paths import Home
from tests.servers.display import Display
from tests.servers.dovecot import Dovecot, DovecotUser

STORED, CHECKED, RUNS = 1000, 500, 3
MOST_PAINT, SPARE_BYTES, BYTES_A_MAILBOX = 2.0, 60e6, 30e3
P99_MS, WORST_MS, LEAST_TICKS = 8.0, 50.0, 400
PASSPHRASE = "a passphrase of the bench"


def endpoint(server: Dovecot | None, user: str) -> Endpoint:
    port = server.imaps_port if server else 9  # nobody listens; a host elsewhere would depend on this machine's network
    return Endpoint("localhost", port, Security.TLS, user)


def checked_standing(mailbox: Mailbox, now: float) -> Standing:
    """As a check leaves it: connected, with the steps of the last one."""
    steps = tuple(StepRecord(step, 1.5) for step in (Step.RESOLVE, Step.CONNECT, Step.TLS, Step.SIGN_IN, Step.SELECT))
    for_half = HalfStanding(Verdict.CONNECTED, since=now, due=now + 1e4, worked_at=now, checked_at=now)
    result = HalfResult(mailbox.halves[0], Outcome.OK, steps, seconds=0.1)
    view = HalfStanding(**{**{n: getattr(for_half, n) for n in for_half.__slots__}, "last": result})
    return Standing(mailbox.id, view, HalfStanding(), since=now, last_checked=now)


async def furnish(home: Home, count: int, server: Dovecot | None) -> None:
    """A home with so many mailboxes, their secrets under a passphrase."""
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
    database, vault, now = Database(home), SealedVault(home), time.time()
    await database.open()
    assert await vault.open(passphrase=Secret(PASSPHRASE)) is VaultState.OPEN
    await database.save_setting("first_round_spacing", "1000000")  # nothing by itself: the probe asks for the round
    await database.save_setting("network.new_network", "check")  # a desk that was here before asks nothing

    async def put(number: int) -> None:
        user = f"user{number:04}@example.org"
        mailbox = Mailbox(MailboxId(f"m{number}"), user, endpoint(server, user), None)
        standing = first_standing(mailbox, None, now) if server else checked_standing(mailbox, now)
        await database.save_mailbox(mailbox, standing)
        await vault.write(mailbox.id, Password(Secret(DovecotUser(user).password)))

    await asyncio.gather(*(put(number) for number in range(count)))
    await vault.close()
    await database.close()


def probed(mode: str, home: Path, display: str, ca_file: Path | None = None, checked: int = CHECKED) -> dict[str, Any]:
    passphrase = home.parent / "passphrase"
    passphrase.write_text(PASSPHRASE)
    env = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "STARTED": str(time.time()),
        "CHECKED": str(checked),
    }
    if ca_file is not None:
        env["SSL_CERT_FILE"] = str(ca_file)
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("probe.py")), mode, str(home), str(passphrase)],
        env=env,
        capture_output=True,
        timeout=700,
        check=False,
    )
    for line in run.stdout.decode().splitlines():
        if line.startswith("{"):
            told: dict[str, Any] = json.loads(line)
            if not told["whole"]:
                raise RuntimeError("the round did not come to its end")
            return told
    raise RuntimeError(f"the probe said nothing: {run.stderr.decode()[-2000:]}")


def paint_and_memory(folder: Path, display: str) -> bool:
    home = folder / "stored"
    asyncio.run(furnish(Home(home), STORED, None))
    ratios, extra = [], []
    for _ in range(RUNS):
        bare, desk = probed("bare", home, display), probed("desk", home, display)
        ratios.append(desk["painted"] / bare["painted"])
        extra.append(desk["uss"] - bare["uss"])
        print(f"  bare {bare['painted']:.3f} s, {bare['uss'] / 1e6:.0f} MB; desk {desk['painted']:.3f} s,", end=" ")
        print(f"{desk['uss'] / 1e6:.0f} MB")
    ratio, more = statistics.median(ratios), statistics.median(extra)
    allowed = SPARE_BYTES + STORED * BYTES_A_MAILBOX
    print(f"first paint of {STORED} rows: x{ratio:.2f} of a bare window (at most {MOST_PAINT})")
    print(f"memory: {more / 1e6:.0f} MB more than a bare window (at most {allowed / 1e6:.0f})")
    return bool(ratio <= MOST_PAINT and more <= allowed)


def lateness(folder: Path, display: str) -> bool:
    p99s, worsts = [], []
    users = [DovecotUser(f"user{number:04}@example.org") for number in range(CHECKED)]
    with Dovecot(users, ca=trustme.CA()) as server:
        for run in range(RUNS):
            home = folder / f"round{run}"
            asyncio.run(furnish(Home(home), CHECKED, server))
            late = sorted(probed("round", home, display, server.ca_file)["late"])
            assert len(late) >= LEAST_TICKS, f"only {len(late)} ticks"
            p99s.append(late[int(len(late) * 0.99)])
            worsts.append(late[-1])
            print(f"  {len(late)} ticks: p99 {p99s[-1]:.1f} ms late, worst {worsts[-1]:.1f} ms")
    p99, worst = statistics.median(p99s), statistics.median(worsts)
    print(f"Qt's thread during a round of {CHECKED}: p99 {p99:.1f} ms late (at most {P99_MS}), ", end="")
    print(f"worst {worst:.1f} ms (at most {WORST_MS})")
    return bool(p99 <= P99_MS and worst <= WORST_MS)


def main() -> int:
    with tempfile.TemporaryDirectory() as name, Display() as display:
        folder = Path(name)
        results = [paint_and_memory(folder, display.name), lateness(folder, display.name)]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
