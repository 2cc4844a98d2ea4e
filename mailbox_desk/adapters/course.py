"""The steps of one half as they are taken: each timed, limited, recorded and told; the first that fails ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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

    @contextmanager
    def step(self, step: Step, line: Line | None = None) -> Iterator[StepTaking]:
        """Take a step within its limit. Any exception becomes StepFailed."""
        taking = StepTaking()
        if line is not None:
            line.allow(self.limit(step))
            line.reader.heard.clear()
        begun = time.perf_counter()
        try:
            yield taking
        except Exception as error:
            failure = failure_from(error, self._scene(step, line))
            self.record(step, begun, passed=False, note=failure.text)
            raise StepFailed(failure) from error
        note = self._redactor.clean_bytes(taking.note) if taking.note else ""
        self.record(step, begun, passed=taking.passed, note=note)

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
