"""One half while it is checked: a fault of our own is told as what it is, and leaves nothing open."""

from __future__ import annotations

import pytest

from mailbox_desk.adapters.course import Course
from mailbox_desk.adapters.line import Line
from mailbox_desk.adapters.transport import Transport
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.verdict import Half
from tests.adapters.checks import Checks, failure_of
from tests.servers.scripted import ScriptedServer, imap, smtp


class OurFault(Exception):
    """Nothing of the world's."""


@pytest.mark.parametrize(
    ("half", "step"),
    [
        (Half.RECEIVING, "greet"),
        (Half.RECEIVING, "ask_capabilities"),
        (Half.RECEIVING, "sign_in"),
        (Half.SENDING, "greet"),
        (Half.SENDING, "say_hello"),
        (Half.SENDING, "sign_in"),
    ],
)
async def test_a_fault_of_ours_leaves_no_socket_to_the_garbage_collector(
    checks: Checks, monkeypatch: pytest.MonkeyPatch, half: Half, step: str
) -> None:
    """Closed by the time the result is there, though the fault and the line are both still held."""
    opened: list[Line] = []
    faults: list[OurFault] = []
    really_open = Transport.open

    def open_and_keep(transport: Transport, course: Course) -> Line:
        opened.append(really_open(transport, course))
        return opened[-1]

    def fail(*_: object) -> None:
        faults.append(OurFault(step))
        raise faults[-1]

    monkeypatch.setattr(Transport, "open", open_and_keep)
    module = "imap" if half is Half.RECEIVING else "smtp"
    monkeypatch.setattr(f"mailbox_desk.adapters.{module}._Conversation.{step}", fail)
    with ScriptedServer(imap() if half is Half.RECEIVING else smtp()) as server:
        result = await checks.run(half, server.port, Security.NONE)
    assert failure_of(result).kind is FailureKind.INTERNAL
    assert len(faults) == 1
    assert [line._sock.fileno() for line in opened] == [-1]
