"""The rules as shipped, and the reader that refuses a bad one by name."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.diagnosis.facts import FactName, Facts
from mailbox_desk.diagnosis.rules import BadRule, Rule, RuleSet, rules_from
from mailbox_desk.model.cause import CAUSES, Actor, Cause
from mailbox_desk.model.check import Certificate, Failure, FailureKind, Quota, Stage, Step
from mailbox_desk.model.diagnosis import Around, Context, Diagnosis, TokenAnswer
from mailbox_desk.model.response import Response
from mailbox_desk.model.verdict import Half
from mailbox_desk.paths import resources_dir

CASES = Path(__file__).parent / "cases"
NOW = 1_800_000_000.0
RULES = load_rules()


@dataclass(frozen=True)
class Case:
    """One line of cases/*.jsonl: what is met, the rule that has to decide and the cause it has to name first."""

    rule: str
    cause: str
    met: Mapping[str, Any]

    def judged(self) -> Diagnosis:
        return self._failed() if "step" in self.met else self._bare()

    def _bare(self) -> Diagnosis:
        met = self.met
        return explain(Response(met["raw"], met["provider"], Stage(met["stage"]), met["auth"]), RULES)

    def _failed(self) -> Diagnosis:
        met = self.met
        ended = met.get("not_after_ago")
        failure = Failure(
            Half(met.get("half", "receiving")),
            Step(met["step"]),
            FailureKind(met["kind"]),
            met["text"],
            met.get("code", ""),
            frozenset(met.get("marks", ())),
            None if ended is None else Certificate("00" * 32, not_after=NOW - ended),
        )
        return diagnose(failure, context_of(met.get("context", {})), RULES)


def context_of(known: Mapping[str, Any]) -> Context:
    """A context as the case files write it: `worked_ago` in seconds, the counts of others as tables."""
    told: dict[str, Any] = {}
    for key, value in known.items():
        match key:
            case "worked_ago":
                told["worked_at"] = NOW - value
            case "at_provider" | "in_domain":
                told[key] = Around(**value)
            case "token_answer":
                told[key] = TokenAnswer(value)
            case "quota":
                told[key] = Quota(*value)
            case "capabilities":
                told[key] = frozenset(value)
            case _:
                told[key] = value
    return Context(now=NOW, **told)


def read_cases() -> list[Case]:
    lines = [line for file in sorted(CASES.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    return [Case(met.pop("rule"), met.pop("cause"), met) for met in map(json.loads, lines)]


ALL_CASES = read_cases()


@pytest.mark.parametrize("case", ALL_CASES, ids=[f"{number}-{case.rule}" for number, case in enumerate(ALL_CASES)])
def test_the_case_is_decided_by_its_rule(case: Case) -> None:
    judged = case.judged()
    assert (judged.rule, judged.cause.value) == (case.rule, case.cause)


def test_every_rule_has_a_case_that_it_decides() -> None:
    assert {rule.id for rule in RULES.rules} == {case.rule for case in ALL_CASES}


def test_no_rule_stands_twice() -> None:
    assert len({rule.when for rule in RULES.rules}) == len(RULES.rules)


def test_words_of_a_rule_belong_to_a_rule_that_is() -> None:
    files = (resources_dir() / "locale/en/LC_MESSAGES").glob("*.po")
    catalogue = "".join(each.read_text(encoding="utf-8") for each in files)
    named = set(re.findall(r'msgid "rule\.([a-z0-9-]+)\.', catalogue))
    assert named - {rule.id for rule in RULES.rules} == set()


def test_every_cause_is_reachable() -> None:
    by_the_desk_itself = {Cause.PROTECTIVE_PAUSE, Cause.VAULT_LOCKED}
    reached = {ranked.cause for rule in RULES.rules for ranked in rule.causes}
    assert reached == set(Cause) - by_the_desk_itself
    first = {rule.causes[0].cause for rule in RULES.rules}
    assert first == reached - {Cause.CAPTIVE_PORTAL}


def test_every_regular_expression_compiles() -> None:
    assert RULES.checked() is RULES


@pytest.mark.parametrize("rule", [rule for rule in RULES.rules if rule.when.text], ids=lambda rule: rule.id)
def test_expressions_are_in_small_letters_and_have_bounds(rule: Rule) -> None:
    """Capitals would never meet the text; a repeat without an end, but one behind ^, makes a long text slow."""
    expression = rule.when.text
    assert re.sub(r"\\[WSDBA]", "", expression) == re.sub(r"\\[WSDBA]", "", expression).lower()
    assert re.findall(r"\\[wSD][*+]", expression) == []
    assert expression.count(".*") == 0 or expression.startswith("^")


def test_every_rule_names_its_source_and_date() -> None:
    for rule in RULES.rules:
        assert len(rule.source) > 5, rule.id
        assert rule.date >= date(2026, 1, 1), rule.id


def test_the_ids_are_short_words() -> None:
    assert [rule.id for rule in RULES.rules if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)] == []


def test_a_named_actor_differs_from_the_usual_one() -> None:
    idle = [rule.id for rule in RULES.rules if rule.named_actor is CAUSES[rule.causes[0].cause].who]
    assert idle == []


GOOD: Mapping[str, object] = {
    "id": "a",
    "when": {"stage": "imap_auth"},
    "then": {"unknown": 0.5},
    "source": "RFC 5530",
    "date": "2026-11-23",
}


def test_a_good_rule_is_read() -> None:
    (rule,) = rules_from([dict(GOOD) | {"who": "admin"}]).rules
    assert (rule.id, rule.date, rule.named_actor) == ("a", date(2026, 11, 23), Actor.ADMIN)
    assert rule.when.stages == {"imap_auth"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "without an id"),
        ({"id": 7}, "without an id"),
        ({"extra": 1}, "unknown key extra"),
        ({"when": None}, "has no `when`"),
        ({"when": {"stages": "imap_auth"}}, "when: unknown key stages"),
        ({"when": {"stage": "imap"}}, "when.stage: unknown imap"),
        ({"when": {"stage": 3}}, "when.stage"),
        ({"when": {"kind": ["refused", "odd"]}}, "when.kind: unknown odd"),
        ({"when": {"auth": "magic"}}, "when.auth: unknown magic"),
        ({"when": {"marks": "odd"}}, "when.marks: unknown odd"),
        ({"when": {"facts": ["odd"]}}, "when.facts: unknown odd"),
        ({"when": {"text": 3}}, "when.text"),
        ({"then": {}}, "one to three causes"),
        ({"then": {"unknown": 0.1, "maintenance": 0.1, "server_busy": 0.1, "tls_failure": 0.1}}, "one to three"),
        ({"then": {"sunspots": 0.5}}, "unknown cause sunspots"),
        ({"then": {"unknown": 1.5}}, "at most 1"),
        ({"then": {"unknown": True}}, "at most 1"),
        ({"then": {"unknown": "much"}}, "at most 1"),
        ({"then": {"unknown": 0.2, "maintenance": 0.9}}, "likeliest cause comes first"),
        ({"who": "nobody at all"}, "who"),
        ({"source": ""}, "names no source"),
        ({"date": "yesterday"}, "date"),
        ({"date": None}, "date"),
    ],
)
def test_a_bad_rule_is_refused_by_name(change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadRule, match=re.escape(reason)) as caught:
        rules_from([dict(GOOD) | change])
    assert "rule " in str(caught.value)


def test_a_name_may_stand_once() -> None:
    with pytest.raises(BadRule, match="rule a: there are two"):
        rules_from([GOOD, GOOD])


def test_an_unreadable_expression_is_refused_by_name() -> None:
    rules = rules_from([dict(GOOD) | {"when": {"text": "(open"}}])
    with pytest.raises(BadRule, match="rule a: its regular expression"):
        rules.checked()


def facts(**changed: Any) -> Facts:
    usual: dict[str, Any] = {
        "stage": Stage.IMAP_AUTH,
        "kind": FailureKind.REFUSED,
        "provider": "generic",
        "auth": "password",
        "text": "NO sorry",
        "codes": frozenset(),
        "names": frozenset(),
    }
    return Facts(**(usual | changed))


def deciding(when: dict[str, object], met: Facts) -> bool:
    return rules_from([dict(GOOD) | {"when": when}]).first(met) is not None


@pytest.mark.parametrize(
    ("when", "met", "holds"),
    [
        ({}, facts(), True),
        ({"stage": ["dns", "imap_auth"]}, facts(), True),
        ({"stage": "dns"}, facts(), False),
        ({"kind": "refused", "auth": "oauth"}, facts(), False),
        ({"code": ["limit", "x"]}, facts(codes=frozenset({"LIMIT"})), True),
        ({"code": "LIMIT"}, facts(), False),
        ({"marks": ["bye", "eof"]}, facts(marks=frozenset({"bye"})), True),
        ({"facts": ["worked_before", "refused_twice"]}, facts(names=frozenset({FactName.WORKED_BEFORE})), False),
        ({"facts": ["worked_before"]}, facts(names=frozenset(FactName)), True),
        ({"text": "sorry"}, facts(text="NO SORRY"), True),
        ({"text": "SORRY"}, facts(), False),
        ({"text": "größe"}, facts(text="Grosse groSSe grosse GROßE große"), True),
        ({"text": "glad"}, facts(), False),
    ],
)
def test_all_keys_must_hold_and_one_member_is_enough(when: dict[str, object], met: Facts, holds: bool) -> None:
    assert deciding(when, met) is holds


def test_the_first_rule_that_holds_decides() -> None:
    rules = rules_from([dict(GOOD) | {"id": name} for name in ("b", "a", "c")])
    decided = rules.first(facts())
    assert decided is not None
    assert decided.id == "b"
    assert RuleSet().first(facts()) is None


LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        "quota " * (LONG // 6),
        "account " * (LONG // 8),
        "too many " * (LONG // 9),
        "5.7.1 " * (LONG // 6),
        "user unknown mailbox not imap is exceeded limit " * (LONG // 48),
        "\n".join(["550-5.7.1 sorry"] * (LONG // 16)),
        "=AB" * (LONG // 3),
        "eyJ" * (LONG // 3),
        "\\x41" * (LONG // 4),
        "ÇëÊ¹ÓÃ" * (LONG // 6),
        "Ünïcödé " * (LONG // 8),
        "[" * LONG,
        "<html" * (LONG // 5),
    ],
)
def test_a_huge_text_is_judged_at_once(text: str) -> None:
    for stage in (Stage.IMAP_AUTH, Stage.SMTP_SEND, Stage.OAUTH_TOKEN):
        explain(Response(text, stage=stage), RULES)  # compiles what is asked
        began = time.process_time()
        explain(Response(text, stage=stage), RULES)
        assert time.process_time() - began < 0.1  # some 10 ms; tests/bench/bench_explain.py measures it
