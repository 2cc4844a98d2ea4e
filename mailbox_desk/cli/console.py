"""Where a command speaks: lines for the asker on stdout, all else on stderr. A closed pipe ends the command quietly."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TextIO

from mailbox_desk.wording import Wording


class NobodyReads(Exception):
    """The other end of stdout was closed."""


@dataclass(frozen=True, slots=True)
class Console:
    wording: Wording
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def say(self, line: str) -> None:
        """One line, flushed: a reader sees it as it happens. Raises NobodyReads."""
        try:
            self.out.write(line + "\n")
            self.out.flush()
        except BrokenPipeError as error:
            raise NobodyReads from error

    def warn(self, key: str, **values: object) -> None:
        """A sentence of the catalogue on stderr."""
        self.complain(self.wording.text(key, **values))

    def complain(self, sentence: str) -> None:
        """A sentence on stderr."""
        self.err.write(sentence + "\n")
        self.err.flush()
