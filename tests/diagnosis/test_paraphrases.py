"""Many ways to say each cause, in many languages: the rules know families of wording, not single answers."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.response import Response

RULES = load_rules()
NEARER = {Cause.MAINTENANCE: Cause.PROVIDER_OUTAGE, Cause.SERVER_BUSY: Cause.PROVIDER_OUTAGE}
UNRULED = {"never-worked-yet", "refused-without-reason", "refused-later", "sending-refused-somehow", "odd-greeting"}


@dataclass(frozen=True)
class Paraphrase:
    """What is said, and the causes that pass as a first answer; the first of them is meant."""

    causes: tuple[Cause, ...]
    response: Response

    def judged(self) -> Diagnosis:
        return explain(self.response, RULES)

    def is_met(self) -> bool:
        first = self.judged().cause
        return NEARER.get(first, first) in self.causes


def paraphrases() -> list[Paraphrase]:
    lines = (Path(__file__).parent / "paraphrases.txt").read_text(encoding="utf-8").splitlines()
    return [_paraphrase(line) for line in lines if not line.startswith("#")]


def _paraphrase(line: str) -> Paraphrase:
    causes, stage, provider, auth, raw = line.split("|", 4)
    return Paraphrase(tuple(Cause(cause) for cause in causes.split(",")), Response(raw, provider, Stage(stage), auth))


ALL = paraphrases()


def test_of_all_ways_to_say_it_nearly_all_are_met() -> None:
    missed = [(each.response.raw, each.judged().rule) for each in ALL if not each.is_met()]
    assert len(missed) <= 0.02 * len(ALL), missed


@pytest.mark.parametrize("cause", sorted({each.causes[0] for each in ALL}))
def test_no_cause_is_known_by_a_few_phrases_only(cause: Cause) -> None:
    by_rule: dict[str, list[str]] = defaultdict(list)
    for each in ALL:
        if each.causes[0] is cause and each.is_met():
            by_rule[each.judged().rule].append(each.response.raw)
    met = sum(map(len, by_rule.values()))
    assert met >= 0.9 * sum(each.causes[0] is cause for each in ALL), by_rule


def test_few_fall_to_the_rules_that_only_know_the_stage() -> None:
    fallen = [each.response.raw for each in ALL if each.judged().rule in UNRULED]
    assert len(fallen) <= 0.05 * len(ALL), fallen
