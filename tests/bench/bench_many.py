"""Ten times as many mailboxes: the window with 5,000 of them, all checked once and each left with its idle line,
against 500.

Prints and exits 1 on a miss: a 5 ms timer on Qt's thread p99 <= 8 ms, worst <= 50 ms late; seconds a mailbox <= 1.3 x
those at 500, memory a mailbox <= 60 kB. The seconds are those of the desk's own process (CPU): by the wall clock a
round waits for the server, which has the same cores, and 5,000 processes of Dovecot for 5,000 idle lines would be what
is measured. So its idle connections hibernate too (needs root). The wall is printed beside.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme

from mailbox_desk.paths import Home
from tests.bench.bench_window import P99_MS, WORST_MS, furnish, probed
from tests.servers.display import Display
from tests.servers.dovecot import Dovecot, DovecotUser

FEW, MANY = 500, 5000
MOST_GROWTH, MOST_BYTES = 1.3, 60e3


@dataclass(frozen=True)
class Round:
    """Milliseconds, seconds, bytes."""

    p99: float
    worst: float
    seconds: float
    memory: float
    wall: float


def measured(folder: Path, display: str, server: Dovecot, count: int) -> Round:
    home = folder / f"home{count}"
    asyncio.run(furnish(Home(home), count, server))
    told = probed("round", home, display, server.ca_file, checked=count)
    late = sorted(told["late"])
    own = sorted(told["own"])
    made = Round(late[int(len(late) * 0.99)], late[-1], told["cpu"], told["uss"], told["seconds"])
    print(f"  {count}: {len(late)} ticks, p99 {made.p99:.1f} ms late, worst {made.worst:.1f}; ", end="")
    print(f"Qt's thread worked {own[int(len(own) * 0.99)]:.1f} ms between two (p99), {own[-1]:.1f} (worst); ", end="")
    print(f"CPU {made.seconds:.1f} s, wall {made.wall:.1f} s, {made.memory / 1e6:.0f} MB", flush=True)
    return made


def main() -> int:
    users = [DovecotUser(f"user{number:04}@example.org") for number in range(MANY)]
    with (
        tempfile.TemporaryDirectory() as name,
        Display() as display,
        Dovecot(users, ca=trustme.CA(), hibernate=True) as server,
    ):
        measured(Path(name) / "first", display.name, server, FEW)  # makes the mail folders
        few, many = (measured(Path(name), display.name, server, count) for count in (FEW, MANY))
    growth = (many.seconds / MANY) / (few.seconds / FEW)
    bytes_each = (many.memory - few.memory) / (MANY - FEW)
    print(
        f"{MANY} mailboxes: p99 {many.p99:.1f} ms late (at most {P99_MS}), worst {many.worst:.1f} (at most {WORST_MS})"
    )
    print(
        f"CPU seconds a mailbox x{growth:.2f} of {FEW} (at most {MOST_GROWTH}; "
        f"wall x{(many.wall / MANY) / (few.wall / FEW):.2f}), {bytes_each / 1e3:.0f} kB each (at most 60)"
    )
    return int(many.p99 > P99_MS or many.worst > WORST_MS or growth > MOST_GROWTH or bytes_each > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
