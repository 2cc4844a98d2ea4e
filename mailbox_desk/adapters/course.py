"""The steps of one half as they are taken: each timed, limited, recorded and told; the first that fails ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from mailbox_desk.adapters.failures import Scene, StepFailed, failure_from
from mailbox_desk.adapters.line import Line
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.model.check import Limits, Step, StepRecord
from mailbox_desk.model.verdict import Half

_LONGEST_GOODBYE: Final = 3.0


@dataclass(slots=True)
class StepTaking:
    """A step under way. `note`: the server's words to keep; `passed` False: it did not work, and that ends nothing."""

    note: bytes = b""
    passed: bool = True


class Course:
    """One for each half checked. `tell` is called on the worker's thread for each step."""

    def __init__(
        self, half: Half, limits: Limits, redactor: Redactor, tell: Callable[[StepRecord], None] | None = None
    ) -> None:
        self._half = half
        self._limits = limits
        self._redactor = redactor
        self._tell = tell
        self.records: list[StepRecord] = []
        self.offered: frozenset[str] = frozenset()

    def step(self, step: Step, line: Line | None = None) -> _Taken:
        """Take a step within its limit, as a context. Any exception becomes StepFailed."""
        return _Taken(self, step, line)

    def begin(self, step: Step, line: Line | None) -> None:
        """The step's time runs from now on."""
        if line is not None:
            line.allow(self.limit(step))
            line.reader.heard.clear()

    def passed(self, step: Step, begun: float, taking: StepTaking) -> None:
        note = self._redactor.clean_bytes(taking.note) if taking.note else ""
        self.record(step, begun, passed=taking.passed, note=note)

    def failed(self, step: Step, begun: float, line: Line | None, error: Exception) -> StepFailed:
        failure = failure_from(error, self._scene(step, line))
        self.record(step, begun, passed=False, note=failure.text)
        return StepFailed(failure)

    def offer(self, words: Iterable[str]) -> None:
        """What the server offers now; what it offered before, in clear perhaps, counts no more."""
        said = self._redactor.clean("\n".join(words))
        self.offered = frozenset(said.upper().splitlines())

    def limit(self, step: Step) -> float:
        """Seconds that a step may take in all. Steps without a limit of their own borrow one of like length."""
        match step:
            case Step.RESOLVE:
                return self._limits.resolve
            case Step.CONNECT:
                return self._limits.connect
            case Step.TLS:
                return self._limits.tls
            case Step.SIGN_IN | Step.SELECT | Step.QUOTA | Step.ENVELOPE:
                return self._limits.sign_in
            case Step.SIGN_OUT:
                return min(_LONGEST_GOODBYE, self._limits.greeting)
        return self._limits.greeting

    def record(self, step: Step, begun: float, *, passed: bool = True, note: str = "") -> None:
        """`begun` on the clock of time.perf_counter."""
        record = StepRecord(step, (time.perf_counter() - begun) * 1000, passed, note)
        self.records.append(record)
        if self._tell is not None:
            self._tell(record)

    def _scene(self, step: Step, line: Line | None) -> Scene:
        if line is None:
            return Scene(self._half, step, self._redactor)
        return Scene(self._half, step, self._redactor, tuple(line.reader.heard), line.reader.pending)


class _Taken:
    """The context of one step. A class, since a generator for each of eight steps a check is felt in a round of 500."""

    __slots__ = ("_begun", "_course", "_line", "_step", "_taking")

    def __init__(self, course: Course, step: Step, line: Line | None) -> None:
        self._course, self._step, self._line = course, step, line
        self._taking = StepTaking()
        self._begun = 0.0

    def __enter__(self) -> StepTaking:
        self._course.begin(self._step, self._line)
        self._begun = time.perf_counter()
        return self._taking

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._course.passed(self._step, self._begun, self._taking)
        elif isinstance(error, Exception):
            raise self._course.failed(self._step, self._begun, self._line, error) from error
