"""The way to one server: connect, TLS, and whose certificate it is. Every socket of a check is opened here.

It knows no protocol of mail. The secrets of a mailbox never come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from mailbox_desk.adapters.answers import InjectedAnswer
from mailbox_desk.adapters.certificates import certificate_of
from mailbox_desk.adapters.course import Course
from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, bare_name, connect
from mailbox_desk.adapters.failures import PinChanged, PlainNotAllowed
from mailbox_desk.adapters.line import Line, LineEnded, LineLost, PlainAnswer, StepTimedOut
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.check import Certificate, Limits, Step
from mailbox_desk.model.mailbox import Endpoint

_PROBE_SECONDS = 5.0


class Transport:
    """For one half of one check. `certificate`: the last one a server showed and that was accepted.
    `verify` False: accept any certificate; for a look without secrets only."""

    def __init__(
        self,
        endpoint: Endpoint,
        addresses: Sequence[Address],
        trust: Trust,
        cutoff: Cutoff,
        *,
        verify: bool = True,
    ) -> None:
        self.endpoint = endpoint
        self.cutoff = cutoff
        self.certificate: Certificate | None = None
        self._addresses = addresses
        self._trust = trust
        self._verify = verify

    def open(self, course: Course) -> Line:
        """Connect, by whichever address answers first."""
        with course.step(Step.CONNECT):
            sock = connect(self._addresses, self.cutoff, course.limit(Step.CONNECT))
        if self.endpoint.sends_in_clear:
            self.cutoff.close(sock)
            with course.step(Step.TLS):
                raise PlainNotAllowed
        return Line(sock, self.cutoff)

    def secure(self, line: Line, course: Course, *, after_starttls: bool = False) -> None:
        """Shake hands and be sure who it is, before anything else is sent. Plain bytes that wait behind the answer
        to STARTTLS were put there by somebody else (CVE-2011-0411 and its many kin)."""
        with course.step(Step.TLS, line):
            if line.reader.pending:
                raise InjectedAnswer(line.reader.pending)
            pin = self.endpoint.pinned_sha256
            context = self._trust.verifying if self._verify and pin is None else self._trust.looking
            try:
                shown = certificate_of(line.start_tls(context, bare_name(self.endpoint.host)))
            except PlainAnswer as error:
                if after_starttls:
                    raise InjectedAnswer(error.answer) from error
                raise
            if self._verify and pin is not None and not compare_digest(shown.sha256, pin.replace(":", "").lower()):
                raise PinChanged(shown)
            self.certificate = shown

    def looking(self) -> Transport:
        """The same way, but accepting any certificate: to see it."""
        return Transport(self.endpoint, self._addresses, self._trust, self.cutoff, verify=False)

    def answers_tls(self, limits: Limits) -> bool:
        """A second look, without secrets: does a server that says nothing wait for TLS?"""
        seconds = min(_PROBE_SECONDS, limits.tls)
        try:
            line = Line(connect(self._addresses, self.cutoff, seconds), self.cutoff)
        except (ConnectTimedOut, LineShut, TotalTimedOut, OSError):
            return False
        line.allow(seconds)
        try:
            line.start_tls(self._trust.looking, bare_name(self.endpoint.host))
        except (LineEnded, LineLost, LineShut, PlainAnswer, StepTimedOut, TotalTimedOut, OSError):
            return False
        finally:
            line.close()
        return True
