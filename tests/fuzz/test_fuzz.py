"""Any bytes a server may send pass imapclient or smtplib and our own code: always a named cause, in time, the secret
nowhere, and no exception of ours."""

from __future__ import annotations

import functools
import itertools
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mailbox_desk.adapters import transport
from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.adapters.trust import Trust, load_trust
from mailbox_desk.adapters.visit import Visit
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.model.cause import CAUSES
from mailbox_desk.model.check import FailureKind, HalfResult, Limits, Outcome
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.diagnosis import Context
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.verdict import Half
from tests.fuzz.conversations import IMAP_SERVER, SMTP_SERVER

_log = logging.getLogger(__name__)
SECRET = "the-secret-of-m"
LIMITS = Limits(resolve=0.2, connect=0.2, tls=0.2, greeting=0.2, sign_in=0.2, total=0.6)
SLACK = 2.0  # the machine is busy
TRIES = 3  # a machine that stands still once does not do so thrice at the same case
TRUST = functools.cache(lambda: load_trust({}))
RULES = functools.cache(load_rules)
FEW, MANY = 1_500, 50_000  # of receiving and of sending each

SELDOM = st.integers(0, 199).map(lambda number: number == 199)
AUTHS = st.sampled_from([AuthKind.PASSWORD] * 3 + [AuthKind.OAUTH])


class Named(socket.socket):
    """An end of a socket pair that has an address, as sockets to servers have."""

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", 50_000


def visited(half: Half, said: bytes, *, falls_silent: bool, auth: AuthKind) -> HalfResult:
    """One half checked at the far end of a socket pair, where all that the server says waits already."""
    server, unnamed = socket.socketpair()
    ours = Named(fileno=unnamed.detach())
    with closing(server), closing(ours):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        server.sendall(said)
        if not falls_silent:
            server.shutdown(socket.SHUT_WR)

        def connected(addresses: object, cutoff: Cutoff, seconds: float) -> socket.socket:
            own = ours.dup()
            cutoff.hold(own)
            return own

        endpoint = Endpoint("localhost", 143, Security.NONE, "m@example.org")
        errand = Errand(half, endpoint, "m@example.org", Secret(SECRET), LIMITS, auth=auth)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(transport, "connect", connected)
            visit = Visit(errand, None, "Mailbox Desk")
            try:
                return visit.run((), trusted)
            finally:
                visit.close()


def trusted() -> Trust:
    return TRUST()


class TooSlowError(Exception):
    """Over the limit at every try."""


def in_time(visit: Callable[[], HalfResult], limit: float, clock: Callable[[], float] = time.monotonic) -> HalfResult:
    """What the visit comes to. One over the limit (seconds) is made again at once: the machine may have stood still.
    Raises TooSlowError where all are over it, for then it is ours."""
    took = []
    for _ in range(TRIES):
        began = clock()
        result = visit()
        took.append(clock() - began)
        if took[-1] < limit:
            return result
    raise TooSlowError(f"{', '.join(f'{each:.2f}' for each in took)} s of {limit:.2f}")


def judged(half: Half, said: bytes, *, falls_silent: bool, auth: AuthKind) -> str:
    """The cause, "" where the check passed. Raises AssertionError for what must never be, and TooSlowError."""
    visit = functools.partial(visited, half, said, falls_silent=falls_silent, auth=auth)
    result = in_time(visit, LIMITS.total + SLACK)
    texts = [step.note for step in result.steps]
    failure = result.failure
    if failure is None:
        assert result.is_ok
    else:
        assert failure.kind is not FailureKind.INTERNAL, failure
        texts += [failure.text, failure.code]
    assert not any(SECRET in text for text in texts)
    if failure is None:
        return ""
    diagnosis = diagnose(failure, Context(now=0.0, provider="generic", auth=auth), RULES())
    assert diagnosis.cause in CAUSES
    assert diagnosis.rule
    return diagnosis.cause.value


def fuzz(half: Half, servers: st.SearchStrategy[bytes], cases: int) -> Counter[str]:
    """So many cases, always the same ones. A slow one is kept for the end, for Hypothesis would try it once more and
    call it flaky; after it nothing more is tried."""
    met: Counter[str] = Counter()
    slow: list[str] = []

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(servers, SELDOM, AUTHS)
    def run(said: bytes, falls_silent: bool, auth: AuthKind) -> None:
        if slow:
            return
        try:
            met[judged(half, said, falls_silent=falls_silent, auth=auth)] += 1
        except TooSlowError as failed:
            slow.append(f"{failed}: {half.value}, {auth.value}, falls_silent={falls_silent}, {said!r}")

    run()
    assert slow == []
    _log.info("%s: %d cases, %s", half.value, sum(met.values()), dict(met.most_common()))
    return met


@pytest.mark.parametrize("stalls", [0, 1, 2])
def test_a_machine_that_stands_still_is_not_our_slowness(stalls: int) -> None:
    seconds, result = iter([9.0] * stalls + [0.1]), HalfResult(Half.RECEIVING, Outcome.OK)
    clock = itertools.accumulate(itertools.chain.from_iterable((0.0, each) for each in seconds))
    assert in_time(lambda: result, 1.0, functools.partial(next, clock)) is result
    assert list(seconds) == [], "no try is left out, and none is made in vain"


def test_what_is_slow_each_time_is_ours() -> None:
    clock = itertools.accumulate(itertools.cycle([0.0, 9.0]))
    with pytest.raises(TooSlowError, match=r"9\.00, 9\.00, 9\.00 s of 1\.00"):
        in_time(lambda: HalfResult(Half.RECEIVING, Outcome.OK), 1.0, functools.partial(next, clock))


@pytest.mark.parametrize(("half", "servers"), [(Half.RECEIVING, IMAP_SERVER), (Half.SENDING, SMTP_SERVER)])
def test_some_bytes_of_a_server(half: Half, servers: st.SearchStrategy[bytes]) -> None:
    met = fuzz(half, servers, FEW)
    assert len(met) >= 6, "the fuzz reaches many places"
    assert sum(met.values()) >= FEW


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("half", "servers"), [(Half.RECEIVING, IMAP_SERVER), (Half.SENDING, SMTP_SERVER)])
def test_a_hundred_thousand_conversations(half: Half, servers: st.SearchStrategy[bytes]) -> None:
    assert sum(fuzz(half, servers, MANY).values()) >= MANY
