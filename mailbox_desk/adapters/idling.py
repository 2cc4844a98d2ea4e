"""A signed-in IMAP line in IDLE (RFC 2177): begin it, answer for it, renew it, leave it. It decides nothing.

No imapclient here: its `idle_check` answers [] on a dead line for ever, loses what came with the "+", and its
`idle_done` may wait without a limit. Besides, a thousand of its objects would have to be kept. Every answer has a
limit; whatever goes wrong is LineDied.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mailbox_desk.adapters.answers import Declined, UnexpectedAnswer
from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.line import BYTE_BUDGET, Line, LineEnded, LineLost, StepTimedOut, TooMuchData

ANSWER_SECONDS: Final = 10.0
_CHATTER_SECONDS: Final = 60.0
"""A line proved so lately is not proved anew because the server says something: new mail, "* OK Still here"."""
_ENDS: Final = (Declined, UnexpectedAnswer, LineShut, TotalTimedOut, LineEnded, LineLost, StepTimedOut, TooMuchData)


class LineDied(Exception):
    """The line serves no more. The cause says why."""


class Idling:
    """For one thread at a time; `shut` may be called from any. Each method but `leave` and `shut` raises LineDied."""

    __slots__ = ("_cutoff", "_line", "_number", "_proved_at", "_seconds", "_tag")

    def __init__(self, line: Line, seconds: float = ANSWER_SECONDS) -> None:
        self._line = line
        self._cutoff: Cutoff | None = None
        self._seconds = seconds
        self._number = 0
        self._tag = b""
        self._proved_at = time.monotonic()

    def fileno(self) -> int:
        return self._line.fileno()

    def begin(self) -> None:
        """Ask for IDLE, and wait until the server idles. What came with its yes is heard too."""
        with self._living():
            self._send(b"IDLE")
            while not (line := self._next()).startswith(b"+"):
                if line.startswith(self._tag + b" "):
                    raise Declined(self._line.reader.heard)
            self._hear()

    def keep(self) -> None:
        """Outlive the check that made this line, with a Cutoff of its own."""
        with self._living():
            self._cutoff = Cutoff()
            self._line.adopt(self._cutoff)
            self._line.keep_alive()

    def attend(self) -> None:
        """The sentry saw something: hear it, and prove the line unless that was done a moment ago."""
        with self._living():
            self._hear()
        is_fresh = time.monotonic() - self._proved_at < _CHATTER_SECONDS
        if self._line.reader.pending or not is_fresh:
            self.renew()

    def renew(self) -> None:
        """End IDLE, NOOP, idle again: three answers, each with its limit."""
        with self._living():
            self._line.budget = BYTE_BUDGET
            self._line.allow(self._seconds)
            self._line.sendall(b"DONE\r\n")
            self._await_ok()
            self._send(b"NOOP")
            self._await_ok()
        self._proved_at = time.monotonic()
        self.begin()

    def leave(self) -> None:
        """Say goodbye without waiting for an answer, and close."""
        try:
            self._line.allow(1.0)
            self._line.sendall(b"DONE\r\nBYE LOGOUT\r\n")
        except _ENDS:
            return  # gone already: nobody is left to take leave of
        finally:
            self.close()

    def shut(self) -> None:
        """Free a thread that waits on this line, at once."""
        if self._cutoff is not None:
            self._cutoff.shut()

    def close(self) -> None:
        self._line.close()

    def _send(self, command: bytes) -> None:
        self._number += 1
        self._tag = b"I%d" % self._number
        self._line.allow(self._seconds)
        self._line.sendall(b"%b %b\r\n" % (self._tag, command))

    def _await_ok(self) -> None:
        while not (line := self._next()).startswith(self._tag + b" "):
            pass
        if line.split(b" ", 2)[1].strip().upper() != b"OK":
            raise Declined(self._line.reader.heard)

    def _next(self) -> bytes:
        line = self._line.reader.readline()
        self._raise_if_bye(line)
        return line

    def _hear(self) -> None:
        for line in self._line.reader.ready_lines():
            self._raise_if_bye(line)
            if line.startswith(self._tag + b" "):  # the server ended IDLE by itself
                raise Declined([line])

    def _raise_if_bye(self, line: bytes) -> None:
        if line[:5].upper() == b"* BYE":
            raise Declined([line])

    @contextmanager
    def _living(self) -> Iterator[None]:
        try:
            yield
        except _ENDS as error:
            raise LineDied(str(error)) from error
        finally:
            self._line.reader.heard.clear()
