"""A breaker for each host: once five mailboxes failed alike there, one of them stands for all until the host answers.

Pure bookkeeping, empty at every start. It holds back only what the desk would retry by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.check import Failure, FailureKind
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half

LIKE_FAILURES: Final = 5

_OF_THE_HOST: Final = frozenset(
    {
        FailureKind.UNREACHABLE,
        FailureKind.TIMED_OUT,
        FailureKind.TLS_BROKEN,
        FailureKind.BROKEN,
        FailureKind.CLOSED,
        FailureKind.TEMPORARY,
    }
)


class Circuit(StrEnum):
    """CLOSED: everybody tries. OPEN: one probe tries for all."""

    CLOSED = "closed"
    OPEN = "open"


class Sign(StrEnum):
    """What a check says of its host: it fails as it did to the others, in another way, or it answers."""

    ALIKE = "alike"
    OTHERWISE = "otherwise"
    ANSWERS = "answers"


class Turn(StrEnum):
    COUNT = "count"
    COUNT_ANEW = "count_anew"
    STAND = "stand"
    CLOSE = "close"


TURNS: Mapping[tuple[Circuit, Sign], Turn] = MappingProxyType(
    {
        (Circuit.CLOSED, Sign.ALIKE): Turn.COUNT,
        (Circuit.CLOSED, Sign.OTHERWISE): Turn.COUNT_ANEW,
        (Circuit.CLOSED, Sign.ANSWERS): Turn.CLOSE,
        (Circuit.OPEN, Sign.ALIKE): Turn.STAND,
        (Circuit.OPEN, Sign.OTHERWISE): Turn.STAND,
        (Circuit.OPEN, Sign.ANSWERS): Turn.CLOSE,
    }
)


@dataclass(slots=True)
class _Host:
    likeness: str = ""
    failed: set[MailboxId] = field(default_factory=set)
    probe: MailboxId | None = None
    has_failed: bool = False  # the probe has, since it is one

    @property
    def circuit(self) -> Circuit:
        return Circuit.CLOSED if self.probe is None else Circuit.OPEN


class Breakers:
    """One for receiving and one for sending at each host, for either service may be down alone."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[Half, str], _Host] = {}

    def noted(self, half: Half, host: str, mailbox_id: MailboxId, failure: Failure | None) -> None:
        """What a check of this mailbox met there; None where it passed."""
        key = (half, host.lower())
        likeness = _likeness(failure)
        if not likeness and key not in self._hosts:
            return
        state = self._hosts.setdefault(key, _Host())
        match TURNS[state.circuit, _sign(state, likeness)]:
            case Turn.CLOSE:
                del self._hosts[key]
            case Turn.COUNT_ANEW:
                state.likeness, state.failed = likeness, {mailbox_id}
            case Turn.COUNT:
                state.failed.add(mailbox_id)
                if len(state.failed) >= LIKE_FAILURES:
                    state.probe = mailbox_id
            case Turn.STAND:
                state.has_failed = state.has_failed or mailbox_id == state.probe

    def probe(self, half: Half, host: str) -> MailboxId | None:
        """Who tries for all at this host; None while everybody does."""
        state = self._hosts.get((half, host.lower()))
        return state.probe if state is not None else None

    def is_spent(self, half: Half, host: str) -> bool:
        """The probe has had its try: the next is another's, for the probe may have a trouble of its own."""
        state = self._hosts.get((half, host.lower()))
        return state is not None and state.has_failed

    def take_over(self, half: Half, host: str, mailbox_id: MailboxId) -> None:
        """The probe has gone, can't be tried or has had its try: this mailbox is the probe from now on."""
        state = self._hosts.get((half, host.lower()))
        if state is not None and state.circuit is Circuit.OPEN:
            state.probe, state.has_failed = mailbox_id, False

    def reset(self) -> None:
        """Our own network was down: what failed says nothing of any host."""
        self._hosts.clear()


def _sign(state: _Host, likeness: str) -> Sign:
    if not likeness:
        return Sign.ANSWERS
    return Sign.ALIKE if likeness == state.likeness else Sign.OTHERWISE


def _likeness(failure: Failure | None) -> str:
    """What makes two failures of a host alike; "" where the host does answer."""
    if failure is None or not (failure.is_unreached or failure.kind in _OF_THE_HOST):
        return ""
    return f"{failure.step.value}:{failure.kind.value}"
