"""Sets three of ten collected answers aside: `python -m tests.cases.set_aside`, before any rule is written for them.

What lies in held_out.jsonl is there to measure the rules by: nobody who writes rules looks at it. Whether an answer is
held out hangs on its id, its batch and its cause alone, never on its text or on other batches. So running this again
changes nothing, and a later batch leaves the split of the earlier ones as it was. A batch is closed by its first split:
what is found later gets the next number, since one more answer would shift its batch.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.cases.reading import COLLECTED, HELD_OUT, Answer, read_answers, read_lines

SEED = "mailbox-desk 2026"
SHARE = 0.3


def held_out(answers: Iterable[Answer]) -> frozenset[str]:
    """The ids to set aside: SHARE of each cause in each batch, the odd one by lot."""
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for answer in answers:
        strata[answer.batch, answer.cause].append(answer.id)
    return frozenset(chosen for stratum, ids in strata.items() for chosen in _drawn(stratum, ids))


def _drawn(stratum: tuple[str, str], ids: list[str]) -> list[str]:
    wanted = int(SHARE * len(ids) + _lot("/".join(stratum)))
    return sorted(ids, key=_lot)[:wanted]


def _lot(name: str) -> float:
    """A number from 0 to below 1 that looks random and is always the same for this name."""
    return int.from_bytes(hashlib.sha256(f"{SEED}/{name}".encode()).digest()[:6]) / 2**48


def set_aside(collected: Path, aside: Path) -> None:
    """Moves lines between the two files until each lies where it belongs; every line is kept as it was written."""
    lines = dict(zip(_ids(collected) + _ids(aside), read_lines(collected) + read_lines(aside), strict=True))
    chosen = held_out(read_answers(collected) + read_answers(aside))
    _replace(aside, [lines[name] for name in sorted(chosen)])
    _replace(collected, [line for name, line in lines.items() if name not in chosen])


def _ids(file: Path) -> list[str]:
    return [answer.id for answer in read_answers(file)]


def _replace(file: Path, lines: list[str]) -> None:
    draft = file.with_suffix(".new")
    draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    draft.replace(file)


if __name__ == "__main__":
    set_aside(COLLECTED, HELD_OUT)
