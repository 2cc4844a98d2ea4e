"""A connection with limits."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.line import BYTE_BUDGET, Line, LineEnded, LineLost, StepTimedOut, TooMuchData
from mailbox_desk.adapters.trust import Trust

Pair = tuple[Line, socket.socket, Cutoff]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    cutoff = Cutoff()
    cutoff.hold(ours)
    line = Line(ours, cutoff)
    line.allow(2.0)
    with theirs:
        yield line, theirs, cutoff
        line.close()


def test_what_waits_unread_is_visible(pair: Pair) -> None:
    line, theirs, _ = pair
    theirs.sendall(b"one\r\ntwo\r\nhal")
    assert line.reader.readline() == b"one\r\n"
    assert line.reader.pending == b"two\r\nhal"
    assert line.reader.heard == [b"one\r\n"]


def test_read_takes_lines_and_counts_alike(pair: Pair) -> None:
    line, theirs, _ = pair
    theirs.sendall(b"{3}\r\nabcdef\n")
    assert line.reader.readline() == b"{3}\r\n"
    assert line.reader.read(3) == b"abc"
    assert line.reader.readline(2) == b"de"
    assert line.reader.readline() == b"f\n"


def test_a_step_has_its_time_in_all(pair: Pair) -> None:
    line, theirs, _ = pair
    line.allow(0.3)
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.05):
            theirs.sendall(b"x")

    dripper = threading.Thread(target=drip)
    dripper.start()
    begun = time.monotonic()
    with pytest.raises(StepTimedOut):
        line.reader.readline()
    assert time.monotonic() - begun < 0.6
    stop.set()
    dripper.join()


def test_sending_has_its_time_too(pair: Pair) -> None:
    line, _, _ = pair
    line.allow(0.2)
    with pytest.raises(StepTimedOut):
        line.sendall(b"x" * 10_000_000)


def test_the_whole_check_has_its_time(pair: Pair) -> None:
    line, _, cutoff = pair
    cutoff.ends = time.monotonic() + 0.1
    with pytest.raises(TotalTimedOut):
        line.reader.readline()


def test_shut_frees_a_reader_at_once(pair: Pair) -> None:
    line, _, cutoff = pair
    threading.Timer(0.1, cutoff.shut).start()
    begun = time.monotonic()
    with pytest.raises(LineShut):
        line.reader.readline()
    assert time.monotonic() - begun < 1
    with pytest.raises(LineShut):
        line.sendall(b"x")


def test_a_socket_that_comes_too_late_is_closed() -> None:
    cutoff = Cutoff()
    cutoff.shut(overdue=True)
    cutoff.shut()  # the first reason stands
    late = socket.socket()
    with pytest.raises(TotalTimedOut):
        cutoff.hold(late)
    assert late.fileno() == -1


def test_the_byte_budget(pair: Pair) -> None:
    line, theirs, _ = pair

    def flood() -> None:
        try:
            theirs.sendall(b"x" * (BYTE_BUDGET + 100_000))
        except OSError:
            return  # the reader has gone

    flooder = threading.Thread(target=flood)
    flooder.start()
    with pytest.raises(TooMuchData):
        line.reader.readline()
    line.close()
    flooder.join()


def test_a_literal_beyond_the_budget_is_not_even_begun(pair: Pair) -> None:
    line, _, _ = pair
    with pytest.raises(TooMuchData):
        line.reader.read(BYTE_BUDGET + 1)


def test_the_end_and_the_loss(pair: Pair) -> None:
    line, theirs, _ = pair
    theirs.sendall(b"half")
    theirs.close()
    with pytest.raises(LineEnded):
        line.reader.readline()
    assert line.reader.pending == b"half"
    with pytest.raises(LineLost):
        line.sendall(b"x")
        line.sendall(b"x")


def test_what_has_come_is_heard_without_waiting(pair: Pair) -> None:
    line, theirs, _ = pair
    begun = time.monotonic()
    assert line.reader.ready_lines() == []
    theirs.sendall(b"one\r\ntwo\r\nhal")
    assert line.reader.ready_lines() == [b"one\r\n", b"two\r\n"]
    assert line.reader.pending == b"hal"
    theirs.sendall(b"f\r\n")
    assert line.reader.ready_lines() == [b"half\r\n"]
    theirs.close()
    with pytest.raises(LineEnded):
        line.reader.ready_lines()
    assert time.monotonic() - begun < 0.5


def test_a_line_outlives_the_check_that_made_it(pair: Pair) -> None:
    line, theirs, cutoff = pair
    other = Cutoff()
    line.adopt(other)
    cutoff.shut()
    theirs.sendall(b"still here\r\n")
    assert line.reader.readline() == b"still here\r\n"
    other.shut()
    with pytest.raises(LineShut):
        line.reader.ready_lines()


def test_a_line_of_a_check_that_was_shut_is_not_adopted(pair: Pair) -> None:
    line, _, cutoff = pair
    cutoff.shut()
    with pytest.raises(LineShut):
        line.adopt(Cutoff())


def test_the_system_asks_whether_the_other_end_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        cutoff = Cutoff()
        cutoff.hold(ours)
        line = Line(ours, cutoff)
        line.keep_alive()
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 120
        line.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_all_that_waits_in_tls_is_heard_though_the_socket_is_silent(
    pair: Pair, trust: Trust, server_tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    line, theirs, _ = pair
    server_tls.maximum_version = version
    wrapped: list[ssl.SSLSocket] = []
    shaking = threading.Thread(target=lambda: wrapped.append(server_tls.wrap_socket(theirs, server_side=True)))
    shaking.start()
    line.start_tls(trust.verifying, "localhost")
    shaking.join(5)
    (peer,) = wrapped
    with peer:
        peer.sendall(b"one\r\n")
        peer.sendall(b"* BYE two\r\n")
        assert line.reader.readline() == b"one\r\n"  # both records were read from the socket
        assert line.reader.ready_lines() == [b"* BYE two\r\n"]
        assert line.reader.ready_lines() == []
        peer.sendall(b"three\r\n")
        peer.shutdown(socket.SHUT_WR)
        assert line.reader.ready_lines() == [b"three\r\n"]
        with pytest.raises(LineEnded):
            line.reader.ready_lines()
