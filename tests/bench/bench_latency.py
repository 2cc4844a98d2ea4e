"""500 mailboxes at a real Dovecot 100 ms away: a round of the desk waits for round trips and for nothing else. They are
spread over eight hosts (addresses of loopback): no host sees more than eight sign-ins of the desk at a time, since each
may be refused yet, and the pool of 32 would stand idle at one.

Prints figures and exits 1 on a miss: wall <= 1.3 x (round trips x latency x mailboxes / pool), and no more round trips
a mailbox than a bare imapclient that does the same commands. The round trips are counted by the proxy that makes them.
"""

from __future__ import annotations

import logging
import os
import sys

import trustme

from mailbox_desk.adapters.trust import load_trust
from tests.bench.bench_round import MAILBOXES, THREADS, bare_pool, desk_round
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.far_away import FarAway

LATENCY = 0.1
HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]
MOST_WALL = 1.3


def main() -> int:
    logging.basicConfig(level=logging.WARNING)
    users = [DovecotUser(f"user{number:04}@example.org") for number in range(MAILBOXES)]
    with Dovecot(users, ca=trustme.CA(), known_as=HOSTS) as server:
        os.environ["SSL_CERT_FILE"] = str(server.ca_file)
        context = load_trust(os.environ).verifying
        bare_pool(server.imaps_port, users, context)  # the first round makes the mail folders
        with FarAway(server.imaps_port, round_trip=LATENCY, addresses=HOSTS) as far:
            bare = bare_pool(far.port, users, context, HOSTS)
        bare_trips = far.counted.round_trips / MAILBOXES
        with FarAway(server.imaps_port, round_trip=LATENCY, addresses=HOSTS) as far:
            desk = desk_round(far.port, users, HOSTS)
    assert far.counted.connections == MAILBOXES, f"{far.counted.connections} connections"
    trips = far.counted.round_trips / MAILBOXES
    least = trips * LATENCY * MAILBOXES / THREADS
    print(f"round of {MAILBOXES}, {LATENCY * 1000:.0f} ms away: bare {bare.wall:.2f} s, {bare_trips:.2f} round trips;")
    print(f"  desk {desk.wall:.2f} s, CPU {desk.cpu:.2f} s, {trips:.2f} round trips: {least:.2f} s of waiting")
    print(f"wall x{desk.wall / least:.2f} of that (at most {MOST_WALL}); round trips at most {bare_trips:.2f}")
    return int(desk.wall / least > MOST_WALL or trips > bare_trips)


if __name__ == "__main__":
    sys.exit(main())
