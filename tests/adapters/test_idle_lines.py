"""Idle lines at a real Dovecot, and at servers that misbehave as it won't."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters import idle_lines, idling
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.check import Step
from mailbox_desk.model.mailbox import MailboxId, Security
from tests.adapters.line_lab import LineLab, line_lab
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.scripted import Peer, ScriptedServer, imap

IDLE = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n",
    b"LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 IDLE] in\r\n",
    b"IDLE": b"+ idling\r\n",
    b"NOOP": b"TAG OK done\r\n",
}
USER = "user@example.org"


@pytest.fixture
async def lab(trust: Trust) -> AsyncIterator[LineLab]:
    async with line_lab(trust) as made:
        yield made


async def soon(is_so: Callable[[], bool], seconds: float = 3.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.02)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def idler(after: Callable[[Peer], None], *, answers: dict[bytes, bytes] | None = None) -> Callable[[Peer], None]:
    """Idles when asked for the first time, and then does `after`; DONE ends the IDLE it was said in."""
    told = {"tag": b"", "times": b""}

    def idle(peer: Peer, tag: bytes) -> None:
        told["tag"], told["times"] = tag, told["times"] + b"1"
        peer.send(b"+ idling\r\n")
        if told["times"] == b"1":
            after(peer)

    def done(peer: Peer, _tag: bytes) -> None:
        peer.send(told["tag"] + b" OK idled\r\n")

    return imap({**IDLE, b"IDLE": idle, b"": done, **(answers or {})})


async def test_a_passed_check_leaves_its_line_idling(lab: LineLab, dovecot: Dovecot) -> None:
    user = "user0300@example.org"
    result = await lab.keep(user, dovecot.imaps_port, Security.TLS)
    assert result.is_ok
    assert result.steps[-1].step is Step.QUOTA
    assert lab.holds(user)
    assert dovecot.connections(user) == 1
    assert await lab.prove(user)
    lab.lines.give_up(MailboxId(user))
    await soon(lambda: dovecot.connections(user) == 0)
    assert not await lab.prove(user)


async def test_a_next_check_brings_a_new_line_for_the_old_one(lab: LineLab, dovecot: Dovecot) -> None:
    user = "user0301@example.org"
    for _ in range(3):
        await lab.keep(user, dovecot.imaps_port, Security.TLS)
    await soon(lambda: dovecot.connections(user) == 1)
    assert await lab.prove(user)
    assert await lab.nothing_fell(0.3)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_one_that_is_kicked_is_seen_within_a_second(lab: LineLab, dovecot: Dovecot, security: Security) -> None:
    user = "user0302@example.org"
    port = dovecot.imaps_port if security is Security.TLS else dovecot.imap_port
    await lab.keep(user, port, security)
    dovecot.kick(user)
    await lab.fallen(user, seconds=1.0)
    assert not lab.holds(user)


async def test_fifty_that_are_kicked_are_seen_and_nobody_else(lab: LineLab, dovecot: Dovecot) -> None:
    users = [f"user{number:04}@example.org" for number in range(310, 370)]
    await lab.keep_all(users, dovecot.imaps_port)
    await asyncio.gather(lab.fallen(*users[:50], seconds=20.0), asyncio.to_thread(dovecot.kick, *users[:50]))
    assert [user for user in users if lab.holds(user)] == users[50:]
    assert all(await asyncio.gather(*(lab.prove(user) for user in users[50:])))


async def test_new_mail_does_no_harm(lab: LineLab, dovecot: Dovecot) -> None:
    user = "user0303@example.org"
    await lab.keep(user, dovecot.imaps_port, Security.TLS)
    for _ in range(3):
        await asyncio.to_thread(dovecot.deliver, user)
    assert await lab.nothing_fell(1.0)
    assert await lab.prove(user)
    dovecot.kick(user)
    await lab.fallen(user)


async def test_a_server_without_idle_is_signed_out_of(lab: LineLab) -> None:
    with ScriptedServer(imap()) as server:
        result = await lab.keep(USER, server.port, secret="pw")
        assert result.steps[-1].step is Step.SIGN_OUT
        assert not lab.holds(USER)
        assert server.wait_until_gone(1)


async def test_a_no_to_idle_fails_nothing(lab: LineLab) -> None:
    with ScriptedServer(imap({**IDLE, b"IDLE": b"TAG NO not now\r\n"})) as server:
        result = await lab.keep(USER, server.port, secret="pw")
        assert result.is_ok
        assert result.steps[-1].step is Step.SIGN_OUT
        assert not lab.holds(USER)


async def test_news_in_the_same_packet_as_the_yes_is_heard(lab: LineLab) -> None:
    answers = {**IDLE, b"IDLE": b"+ idling\r\n* 5 EXISTS\r\n* BYE going down\r\n"}
    with ScriptedServer(imap(answers)) as server:
        assert (await lab.keep(USER, server.port, secret="pw")).is_ok
        assert not lab.holds(USER)


async def test_half_a_line_is_no_death_where_the_rest_comes(lab: LineLab) -> None:
    def halting(peer: Peer) -> None:
        peer.send(b"* 5 EXI")
        assert peer.line() == b"DONE"
        peer.send(b"STS\r\nI1 OK idled\r\n")

    with ScriptedServer(idler(halting)) as server:
        await lab.keep(USER, server.port, secret="pw")
        assert await lab.nothing_fell(0.7)
        assert await lab.prove(USER)
        assert b"NOOP" in server.received[0]


async def test_half_a_line_and_silence_is_a_death(lab: LineLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling.Idling.__init__, "__defaults__", (0.5,))

    def halting(peer: Peer) -> None:
        peer.send(b"* 5 EXI")
        peer.listen()

    with ScriptedServer(idler(halting)) as server:
        await lab.keep(USER, server.port, secret="pw")
        await lab.fallen(USER)
        assert server.wait_until_gone(1)


async def test_a_silent_line_does_not_prove_itself(lab: LineLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling.Idling.__init__, "__defaults__", (0.5,))
    with ScriptedServer(idler(Peer.listen)) as server:
        await lab.keep(USER, server.port, secret="pw")
        began = time.monotonic()
        assert not await lab.prove(USER)
        assert time.monotonic() - began < 2.0
        await lab.fallen(USER)


async def test_idle_is_renewed_in_time(lab: LineLab) -> None:
    with ScriptedServer(idler(lambda peer: None)) as server:
        await lab.keep(USER, server.port, secret="pw", idle_seconds=0.3)
        await soon(lambda: server.received[0].count(b"IDLE") >= 3)
        assert server.received[0].count(b"DONE") == server.received[0].count(b"NOOP") >= 2
        assert lab.holds(USER)


@pytest.mark.parametrize("end", [Peer.close, Peer.reset, lambda peer: peer.send(b"* BYE idle too long\r\n")])
async def test_every_way_to_end_is_told_once(lab: LineLab, end: Callable[[Peer], None]) -> None:
    def later(peer: Peer) -> None:
        time.sleep(0.3)
        end(peer)

    with ScriptedServer(idler(later)) as server:
        await lab.keep(USER, server.port, secret="pw")
        assert lab.holds(USER)
        await lab.fallen(USER)
        assert await lab.nothing_fell(0.4)


async def test_a_check_called_off_while_it_hands_over_leaves_nothing(lab: LineLab) -> None:
    gone = threading.Event()

    def slow(peer: Peer, _tag: bytes) -> None:
        gone.set()
        peer.listen()

    with ScriptedServer(imap({**IDLE, b"IDLE": slow})) as server:
        check = asyncio.create_task(lab.keep(USER, server.port, secret="pw"))
        await asyncio.to_thread(gone.wait, 5)
        check.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await check
        assert await asyncio.to_thread(server.wait_until_gone, 1)
        assert not lab.holds(USER)


async def test_a_hibernating_line_answers(trust: Trust, ca: trustme.CA) -> None:
    if os.getuid() != 0:
        pytest.skip("Dovecot hibernates as root alone")
    users = [DovecotUser(f"user{number}@example.org") for number in range(3)]
    with Dovecot(users, ca=ca, hibernate=True) as server:
        async with line_lab(trust) as lab:
            names = [user.name for user in users]
            await lab.keep_all(names, server.imaps_port)
            await soon(lambda: "imap-hibernate" in server.processes(), 8.0)
            assert all([await lab.prove(name) for name in names])
            await asyncio.to_thread(server.deliver, names[0])
            assert await lab.nothing_fell(0.5)
            await asyncio.to_thread(server.stop)
            await lab.fallen(*names)


async def test_where_a_selector_is_full_there_is_a_second_one(
    lab: LineLab, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_lines, "MOST_LINES", 2)
    users = [f"user{number:04}@example.org" for number in range(610, 613)]
    await lab.keep_all(users, dovecot.imaps_port)
    assert sum(thread.name == "desk-sentry" for thread in threading.enumerate()) == 2
    dovecot.kick(*users)
    await lab.fallen(*users)


async def test_two_hundred_lines_are_shut_at_once_and_leave_nothing(trust: Trust, dovecot: Dovecot) -> None:
    users = [f"user{number:04}@example.org" for number in range(400, 600)]
    files, threads = open_files(), threading.active_count()
    async with line_lab(trust, threads=16) as lab:
        await lab.keep_all(users, dovecot.imaps_port)
        assert sum(thread.name == "desk-sentry" for thread in threading.enumerate()) == 1
        proofs = [asyncio.ensure_future(lab.prove(user)) for user in users[:40]]
        await asyncio.sleep(0)
        began = time.monotonic()
        lab.lines.shut()
        assert time.monotonic() - began < 0.5
        await asyncio.gather(*proofs)
    await soon(lambda: threading.active_count() <= threads)
    assert open_files() <= files
