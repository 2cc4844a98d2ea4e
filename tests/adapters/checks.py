"""Short ways to ask for a check in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from mailbox_desk.adapters.checker import MailChecker
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Limits, Outcome, Step, StepRecord
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half

SECRET: Final = "s3cret-of-the-t\u00e9st"
USER: Final = "user@example.org"
SHORT: Final = Limits(resolve=0.5, connect=0.5, tls=0.6, greeting=0.5, sign_in=0.7, total=4.0)


class Checks:
    def __init__(self, checker: MailChecker) -> None:
        self.checker = checker

    async def receiving(self, port: int, security: Security = Security.NONE, **options: Any) -> HalfResult:
        return await self.run(Half.RECEIVING, port, security, **options)

    async def sending(self, port: int, security: Security = Security.NONE, **options: Any) -> HalfResult:
        return await self.run(Half.SENDING, port, security, **options)

    async def run(
        self,
        half: Half,
        port: int,
        security: Security,
        *,
        host: str = "localhost",
        user: str = USER,
        secret: str = "plain-ascii-secret",
        limits: Limits = SHORT,
        pin: str | None = None,
        on_step: Callable[[StepRecord], None] | None = None,
        **more: Any,
    ) -> HalfResult:
        endpoint = Endpoint(host, port, security, user, pinned_sha256=pin)
        return await self.checker.check(Errand(half, endpoint, user, Secret(secret), limits, **more), on_step)


def failure_of(result: HalfResult) -> Failure:
    assert result.outcome is Outcome.FAILED
    assert result.failure is not None
    return result.failure


def expect(result: HalfResult, step: Step, kind: FailureKind, marks: Iterable[Mark] = ()) -> Failure:
    """The failure, if it is of this step and kind and has exactly these marks."""
    failure = failure_of(result)
    assert (failure.step, failure.kind, failure.marks) == (step, kind, frozenset(marks)), failure
    assert result.steps[-1].step is step
    assert not result.steps[-1].passed
    return failure


def steps_of(result: HalfResult) -> list[Step]:
    return [record.step for record in result.steps]


def expect_reset(result: HalfResult, step: Step) -> None:
    """A reset in place of a greeting may be seen while still connecting: the system says which, not we."""
    failure = failure_of(result)
    if step is Step.GREETING and failure.step is Step.CONNECT:
        assert "reset" in failure.text.lower(), failure
    else:
        expect(result, step, FailureKind.CLOSED, [Mark.RESET])
