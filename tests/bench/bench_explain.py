"""What explaining costs: 10,000 real answers <= 5 s on one core, and the worst of 10,000 random texts <= 20 ms.

Prints both and exits 1 on a miss. CPU time, so that a busy machine does not count.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.check import Stage
from mailbox_desk.model.response import Response

CASES = Path(__file__).resolve().parents[1] / "cases" / "responses.jsonl"
TIMES, MOST_SECONDS, MOST_WORST_MS = 10_000, 5.0, 20.0
LONGEST = 12_000
WORDS = [
    *(
        "535",
        "5.7.8",
        "NO",
        "[ALERT]",
        "account",
        "quota",
        "exceeded",
        "too",
        "many",
        "mailbox",
        "is",
        "user",
        "unknown",
    ),
    *(
        "not",
        "imap",
        "smtp",
        "limit",
        "password",
        "login",
        "failed",
        "(Failure)",
        "b'x'",
        "\\n",
        "\\x41",
        "=C3=BC",
        "eyJ",
    ),
    *(
        "ÃƒÂ¼",
        "请",
        "<html>",
        "&lt;",
        '"',
        "'",
        "[",
        "]",
        "{",
        "}",
        ":",
        "550-",
        "aadsts",
        "token",
        "expired",
        "blocked",
    ),
]
GENERATE: tuple[Callable[[random.Random, int], str], ...] = (
    lambda dice, size: "".join(chr(dice.randrange(1, 0x3000)) for _ in range(size)),
    lambda dice, size: dice.randbytes(size).decode("latin-1"),
    lambda dice, size: repr(dice.randbytes(size // 3)),
    lambda dice, size: " ".join(dice.choices(WORDS, k=size // 6)),
    lambda dice, size: dice.choice(WORDS) * (size // 6),
    lambda dice, size: (dice.choice(WORDS) + " ") * (size // 6),
    lambda dice, size: "".join(dice.choices(" \n\t.-0123456789", k=size)),
)


def main() -> int:
    rules = load_rules().checked()
    asked = [
        Response(case["raw"], case["provider"], Stage(case["stage"]), case["auth"])
        for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    ]
    for response in asked:  # what is compiled or cached once is no part of the price
        explain(response, rules)
    total = _spent(lambda: _explain_all(itertools.islice(itertools.cycle(asked), TIMES)))
    dice = random.Random(20261124)
    stages = [None, *Stage]
    worst, culprit = 0.0, ""
    for number in range(TIMES):
        size = LONGEST if number % 100 == 0 else dice.randrange(2000)
        response = Response(dice.choice(GENERATE)(dice, size), stage=dice.choice(stages))
        spent = min(_spent(lambda asked=response: explain(asked, rules)) for _ in range(2))  # type: ignore[misc]
        if spent > worst:
            worst, culprit = spent, f"{response.stage} {response.raw[:60]!r} ({len(response.raw)})"
    print(f"{TIMES} explanations: {total:.2f} s (at most {MOST_SECONDS:g})")
    print(f"worst of {TIMES} random texts: {worst * 1000:.1f} ms (at most {MOST_WORST_MS:g})  {culprit}")
    return int(total > MOST_SECONDS or worst * 1000 > MOST_WORST_MS)


def _explain_all(responses: Iterable[Response]) -> None:
    rules = load_rules()
    for response in responses:
        explain(response, rules)


def _spent(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


if __name__ == "__main__":
    sys.exit(main())
