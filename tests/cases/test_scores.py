"""The judge held against real answers: the shared cases by their own scorer, and those collected here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.response import Response

HERE = Path(__file__).parent
RULES = load_rules()
NEARER = {Cause.MAINTENANCE: "provider_outage", Cause.SERVER_BUSY: "provider_outage"} | {
    Cause.LOCAL_NETWORK: "network_unreachable",
    Cause.CAPTIVE_PORTAL: "network_unreachable",
}
LEAST = [
    *("--min-first", ".95", "--min-three", ".92", "--min-sure", ".60"),
    *("--max-wrong-of-sure", ".02", "--max-no-answer", ".02"),
]


def test_the_shared_cases_by_their_scorer() -> None:
    scorer, cases = HERE / "score_diagnosis.py", HERE / "responses.jsonl"
    command = [sys.executable, "-m", "mailbox_desk", "explain", "--json"]
    run = subprocess.run(
        [sys.executable, str(scorer), str(cases), "--show", "9", *LEAST, "--", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def cases() -> Iterator[dict[str, Any]]:
    for file in ("responses.jsonl", "collected.jsonl"):
        path = HERE / file
        if path.exists():
            yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


CASES = list(cases())


def judged(case: dict[str, Any]) -> Diagnosis:
    return explain(Response(case["raw"], case["provider"], Stage(case["stage"]), case["auth"]), RULES)


def is_right(case: dict[str, Any]) -> bool:
    cause = judged(case).cause
    return bool({cause.value, NEARER.get(cause, "")} & {case["cause"], *case["also"]})


@pytest.mark.parametrize(
    ("least", "below", "right"),
    [(0.9, 1.01, 0.97), (0.8, 0.9, 0.93), (0.6, 0.8, 0.75), (0.3, 0.6, 0.5)],
)
def test_confidence_keeps_what_it_promises(least: float, below: float, right: float) -> None:
    """Of the answers of each bin, at least this share is right; so "likely" is likelier than "maybe"."""
    chosen = [case for case in CASES if least <= judged(case).causes[0].confidence < below]
    share = sum(map(is_right, chosen)) / len(chosen)
    assert len(chosen) >= 15
    assert share >= right, [case["id"] for case in chosen if not is_right(case)]
