"""One half of one mailbox while it is being checked: what happens on the worker's thread, from connect to result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailbox_desk.adapters.course import Course
from mailbox_desk.adapters.cutoff import Cutoff, TotalTimedOut
from mailbox_desk.adapters.dial import Address
from mailbox_desk.adapters.failures import TIMED_OUT, Scene, StepFailed, failure_from
from mailbox_desk.adapters.idling import Idling
from mailbox_desk.adapters.imap import Receiving
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.adapters.smtp import Sending
from mailbox_desk.adapters.transport import Transport
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.check import Certificate, Failure, FailureKind, HalfResult, Outcome, Quota, Step, StepRecord
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half


class Visit:
    """`tell` is called on whichever thread takes a step. `program`: the name given where a server asks for one."""

    def __init__(self, errand: Errand, tell: Callable[[StepRecord], None] | None, program: str) -> None:
        self.errand = errand
        self.cutoff = Cutoff()
        self._program = program
        self._redactor = Redactor(errand.endpoint.username, errand.secret)
        self.course = Course(errand.half, errand.limits, self._redactor, tell)
        self._transport: Transport | None = None
        self._security: Security | None = None
        self._idling: Idling | None = None

    def run(self, addresses: Sequence[Address], load_trust: Callable[[], Trust]) -> HalfResult:
        """Check, and never raise: every fault is a Failure in the result."""
        begun = time.perf_counter()
        resolving = sum(record.milliseconds for record in self.course.records) / 1000
        self.cutoff.ends = time.monotonic() + self.errand.limits.total - resolving
        failure: Failure | None = None
        quota: Quota | None = None
        try:
            self._transport = Transport(self.errand.endpoint, addresses, load_trust(), self.cutoff)
            quota = self._attempt(self._transport)
        except StepFailed as failed:
            failure = self._looked_into(failed.failure)
        except Exception as error:  # noqa: BLE001  a fault of ours must not look like a dead worker: it is told as what it is
            failure = failure_from(error, Scene(self.errand.half, self._last_step, self._redactor))
        seconds = resolving + time.perf_counter() - begun
        return self._result(failure, quota, seconds)

    def failed(self, failure: Failure) -> HalfResult:
        """The result where the name look-up already failed."""
        return self._result(failure, None, sum(record.milliseconds for record in self.course.records) / 1000)

    def handed_over(self) -> Idling | None:
        """The line that the check leaves idling, for whoever asks first."""
        idling, self._idling = self._idling, None
        return idling

    def close(self) -> None:
        """Shut what is still open; a line that nobody took is closed."""
        self.cutoff.shut()
        if (idling := self.handed_over()) is not None:
            idling.close()

    def _hand_over(self, idling: Idling) -> None:
        self._idling = idling
        if self.cutoff.is_shut:  # the check was called off meanwhile: whoever waited for it has left
            self.close()

    def given_up(self) -> HalfResult:
        """The result where the worker itself never came back."""
        scene = Scene(self.errand.half, self._last_step, self._redactor)
        return self.failed(failure_from(TotalTimedOut(), scene))

    @property
    def _last_step(self) -> Step:
        return self.course.records[-1].step if self.course.records else Step.RESOLVE

    def _attempt(self, transport: Transport) -> Quota | None:
        if self.errand.endpoint.security is not Security.AUTO:
            return self._talk(transport, self.errand.endpoint.security)
        try:
            return self._talk(transport, Security.TLS)
        except StepFailed as failed:
            if Mark.PLAIN_ON_TLS_PORT not in failed.failure.marks:
                raise
        return self._talk(transport, Security.STARTTLS)

    def _talk(self, transport: Transport, security: Security) -> Quota | None:
        errand = self.errand
        self._security = security
        talker = self._talker(transport, self.course, security)
        if isinstance(talker, Receiving):
            keep = self._hand_over if errand.keep else None
            return talker.check(errand.endpoint.username, errand.secret, errand.auth, keep)
        envelope = errand.address if errand.envelope else None
        talker.check(errand.endpoint.username, errand.secret, envelope, errand.auth)
        return None

    def _talker(self, transport: Transport, course: Course, security: Security) -> Receiving | Sending:
        if self.errand.half is Half.RECEIVING:
            return Receiving(transport, course, security, program=self._program)
        return Sending(transport, course, security)

    def _looked_into(self, failure: Failure) -> Failure:
        """A second look, without secrets, where it tells a person more."""
        if failure.kind is FailureKind.UNTRUSTED and failure.certificate is None and self.errand.fetch_certificate:
            return replace(failure, certificate=self._shown_certificate())
        is_silent = failure.step is Step.GREETING and failure.text == TIMED_OUT and Mark.STEP_TIMEOUT in failure.marks
        is_plain = self._security in (Security.STARTTLS, Security.NONE)
        if is_silent and is_plain and self._transport and self._transport.answers_tls(self.errand.limits):
            return replace(failure, marks=failure.marks | {Mark.TLS_ON_PLAIN_PORT})
        return failure

    def _shown_certificate(self) -> Certificate | None:
        if self._transport is None or self._security is None:
            return None
        looking = self._transport.looking()
        silent = Course(self.errand.half, self.errand.limits, self._redactor)
        try:
            self._talker(looking, silent, self._security).prepare().line.close()
        except StepFailed:
            return looking.certificate  # the look may have ended after the certificate was seen
        return looking.certificate

    def _result(self, failure: Failure | None, quota: Quota | None, seconds: float) -> HalfResult:
        shown = self._transport.certificate if self._transport else None
        is_known = failure is None or shown is not None or self.errand.endpoint.security is not Security.AUTO
        return HalfResult(
            half=self.errand.half,
            outcome=Outcome.OK if failure is None else Outcome.FAILED,
            steps=tuple(self.course.records),
            failure=failure,
            certificate=shown or (failure.certificate if failure else None),
            quota=quota,
            security=self._security if is_known else None,
            seconds=seconds,
            capabilities=self.course.offered,
        )
