"""What is said on an idle line, word for word."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from mailbox_desk.adapters import idling as idling_module
from mailbox_desk.adapters.cutoff import Cutoff, LineShut
from mailbox_desk.adapters.idling import Idling, LineDied
from mailbox_desk.adapters.line import Line, StepTimedOut


class Talk:
    """An idle line, and the server's end of it."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        cutoff = Cutoff()
        cutoff.hold(ours)
        self.line = Line(ours, cutoff)
        self.idling = Idling(self.line, 0.5)

    def says(self, words: bytes) -> None:
        self.theirs.sendall(words)

    def heard(self) -> bytes:
        self.theirs.settimeout(0.2)
        try:
            return self.theirs.recv(65536)
        except TimeoutError:
            return b""


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    with made.theirs:
        yield made
        made.idling.close()


def begun(talk: Talk) -> Talk:
    talk.says(b"* 3 EXISTS\r\n+ idling\r\n")
    talk.idling.begin()
    assert talk.heard() == b"I1 IDLE\r\n"
    talk.idling.keep()
    return talk


def test_it_begins_once_the_server_idles(talk: Talk) -> None:
    begun(talk)


@pytest.mark.parametrize("answer", [b"I1 NO not here\r\n", b"I1 BAD what\r\n", b"* BYE going\r\n", b""])
def test_a_server_that_does_not_idle_leaves_no_line(talk: Talk, answer: bytes) -> None:
    talk.says(answer)
    with pytest.raises(LineDied):
        talk.idling.begin()


def test_a_server_that_chats_is_heard_and_not_asked(talk: Talk) -> None:
    begun(talk)
    talk.says(b"* OK Still here\r\n* 4 EXISTS\r\n* 1 RECENT\r\n")
    talk.idling.attend()
    talk.idling.attend()
    assert talk.heard() == b""


def test_news_are_a_reason_to_prove_a_line_that_was_long_silent(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(talk)
    monkeypatch.setattr(idling_module, "_CHATTER_SECONDS", 0.0)
    talk.says(b"* 4 EXISTS\r\n")
    said = b""

    def answer() -> None:
        nonlocal said
        said += talk.theirs.recv(100)
        talk.says(b"I1 OK idled\r\n")
        said += talk.theirs.recv(100)
        talk.says(b"* 5 EXISTS\r\nI2 OK done\r\n")
        said += talk.theirs.recv(100)
        talk.says(b"+ idling\r\n")

    server = threading.Thread(target=answer)
    server.start()
    talk.idling.attend()
    server.join(5)
    assert said == b"DONE\r\nI2 NOOP\r\nI3 IDLE\r\n"


@pytest.mark.parametrize(
    "end", [b"* BYE idle too long\r\n", b"* bye\r\n", b"* 4 EXISTS\r\n* BYE\r\n", b"I1 OK over\r\n"]
)
def test_a_goodbye_is_a_death(talk: Talk, end: bytes) -> None:
    begun(talk)
    talk.says(end)
    with pytest.raises(LineDied):
        talk.idling.attend()


def test_an_end_is_a_death_also_after_news(talk: Talk) -> None:
    begun(talk)
    talk.says(b"* 4 EXISTS\r\n")
    talk.theirs.close()
    talk.idling.attend()
    with pytest.raises(LineDied):
        talk.idling.attend()


@pytest.mark.parametrize(
    "answers", [b"", b"I1 OK idled\r\n", b"I1 OK idled\r\nI2 NO no\r\n", b"I1 OK idled\r\n* BYE\r\n"]
)
def test_what_is_not_answered_with_yes_is_a_death(talk: Talk, answers: bytes) -> None:
    begun(talk)
    talk.says(answers)
    with pytest.raises(LineDied) as died:
        talk.idling.renew()
    assert died.value.__cause__ is not None


def test_silence_has_a_limit(talk: Talk) -> None:
    begun(talk)
    with pytest.raises(LineDied) as died:
        talk.idling.renew()
    assert isinstance(died.value.__cause__, StepTimedOut)


def test_a_flood_has_a_limit(talk: Talk) -> None:
    begun(talk)
    talk.line.budget = 100
    talk.says(b"* OK " + b"x" * 200 + b"\r\n")
    with pytest.raises(LineDied):
        talk.idling.attend()


def test_it_takes_leave_and_waits_for_nothing(talk: Talk) -> None:
    begun(talk)
    talk.idling.leave()
    assert talk.heard() == b"DONE\r\nBYE LOGOUT\r\n"
    assert talk.heard() == b""
    assert talk.idling.fileno() == -1
    talk.idling.leave()


def test_shut_frees_whoever_waits(talk: Talk) -> None:
    begun(talk)
    threading.Timer(0.2, talk.idling.shut).start()
    with pytest.raises(LineDied) as died:
        talk.idling.renew()
    assert isinstance(died.value.__cause__, LineShut)
