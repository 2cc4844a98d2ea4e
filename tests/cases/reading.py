"""Reads the collected cases: real answers of servers, one JSON object a line (form: README.md beside this file)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLLECTED = HERE / "collected.jsonl"
HELD_OUT = HERE / "held_out.jsonl"

_VARYING = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE), "<id>"),
    (re.compile(r"[\w.+*-]+@[\w.-]+"), "<address>"),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"\\[rn]|\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One line. `raw` is what the server said; `cause` is what was really wrong, `also` what an expert lets pass."""

    id: str
    provider: str
    stage: str
    auth: str
    raw: str
    cause: str
    also: list[str]
    evidence: str
    strength: str
    source: str

    @property
    def batch(self) -> str:
        """The batch that the answer came with: the number in `c-<number>-<name>`."""
        return self.id.split("-")[1]

    @property
    def gist(self) -> str:
        """`raw` without what differs between two meetings with the same answer: ids, addresses, numbers, spacing."""
        text = self.raw
        for pattern, stand_in in _VARYING:
            text = pattern.sub(stand_in, text)
        return text.strip().casefold()


def read_answers(file: Path) -> list[Answer]:
    """In the file's order. A line with keys that the form does not have, or without one that it has, is a TypeError."""
    return [Answer(**json.loads(line)) for line in read_lines(file)]


def read_lines(file: Path) -> list[str]:
    """No lines where there is no file."""
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
