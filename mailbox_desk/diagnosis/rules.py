"""The rules of diagnosis as values: read from plain tables, checked, and matched in order.

Matching is equality, membership and one regular expression; what needs thinking is a named fact of facts.py.
No file is read here, and nothing is decided but whether a rule's keys hold.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, cast

from mailbox_desk.diagnosis.facts import FactName, Facts
from mailbox_desk.diagnosis.kin import PASSWORD_CAUSES
from mailbox_desk.diagnosis.text import folded
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.check import FailureKind, Stage
from mailbox_desk.model.diagnosis import NearMiss, RankedCause, Tried
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.mark import Mark

Table = Mapping[str, object]

_RUNNERS_UP: Final = 3


class BadRule(ValueError):
    """A rule that can't be used. Says which, and what is wrong with it."""

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(f"rule {rule_id}: {reason}")
        self.rule_id = rule_id


@dataclass(frozen=True, slots=True)
class When:
    """What must hold. An empty key asks nothing. `facts` must all hold; of the other sets one member is enough.
    `text` is a regular expression over the server's folded text (lower case, no accents), searched anywhere."""

    stages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    auths: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    text: str = ""

    def missed(self, facts: Facts) -> tuple[str, ...]:
        """The keys that do not hold, by their names in a rule file."""
        met = {
            "stage": not self.stages or facts.stage in self.stages,
            "kind": not self.kinds or facts.kind in self.kinds,
            "code": not self.codes or not self.codes.isdisjoint(facts.codes),
            "provider": not self.providers or facts.provider in self.providers,
            "auth": not self.auths or facts.auth in self.auths,
            "marks": not self.marks or not self.marks.isdisjoint(facts.marks),
            "facts": self.facts <= facts.names,
            "text": not self.text or compiled(self.text).search(facts.lower) is not None,
        }
        return tuple(key for key, holds in met.items() if not holds)

    def holds(self, facts: Facts) -> bool:
        return (
            (not self.stages or facts.stage in self.stages)
            and (not self.providers or facts.provider in self.providers)
            and (not self.auths or facts.auth in self.auths)
            and (not self.kinds or facts.kind in self.kinds)
            and (not self.codes or not self.codes.isdisjoint(facts.codes))
            and (not self.marks or not self.marks.isdisjoint(facts.marks))
            and self.facts <= facts.names
            and (not self.text or compiled(self.text).search(facts.lower) is not None)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when it decides, what it then says, and where that is known from."""

    id: str
    when: When
    causes: tuple[RankedCause, ...]
    source: str
    date: date
    named_actor: Actor | None = None

    def holds(self, facts: Facts) -> bool:
        """A rule that blames a password never holds for who signs in to a mail server by token."""
        return not (self.causes[0].cause in PASSWORD_CAUSES and facts.by_token) and self.when.holds(facts)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in the order in which they are asked; the first that holds decides."""

    rules: tuple[Rule, ...] = field(default=())

    def first(self, facts: Facts) -> Rule | None:
        return next((rule for rule in self.rules if rule.holds(facts)), None)

    def tried(self, facts: Facts) -> Tried:
        """What became of each rule that was asked, and which would have decided otherwise."""
        holding = [rule.id for rule in self.rules if rule.holds(facts)]
        asked = next((count for count, rule in enumerate(self.rules, 1) if rule.id in holding[:1]), len(self.rules))
        near = [
            NearMiss(rule.id, missed[0])
            for rule in self.rules[:asked]
            if (rule.when.text or rule.when.codes) and len(missed := rule.when.missed(facts)) == 1
            if missed[0] not in ("text", "code")
        ]
        return Tried(asked, tuple(near), tuple(holding[1 : 1 + _RUNNERS_UP]))

    def checked(self) -> RuleSet:
        """The same rules, every regular expression compiled. Raises BadRule. Takes some 50 ms: not for the start."""
        for rule in self.rules:
            try:
                compiled(rule.when.text)
            except re.error as error:
                raise BadRule(rule.id, f"its regular expression can't be read: {error}") from error
        return self


@functools.cache
def compiled(expression: str) -> re.Pattern[str]:
    """A rule's expression, compiled when it is first asked. It is written in small letters and meets small letters:
    that is three times as fast as having the expression overlook the case."""
    return re.compile(folded(expression) if not expression.isascii() else expression)


def rules_from(tables: Iterable[Table]) -> RuleSet:
    """Rules from parsed tables, in order. Raises BadRule, which names the rule."""
    rules = tuple(_rule(table) for table in tables)
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise BadRule(rule.id, "there are two of this name")
        seen.add(rule.id)
    return RuleSet(rules)


_RULE_KEYS: Final = frozenset({"id", "when", "then", "who", "source", "date"})
_CHOICES: Final[Mapping[str, frozenset[str] | None]] = {
    "stage": frozenset(Stage),
    "kind": frozenset(FailureKind),
    "code": None,
    "provider": None,
    "auth": frozenset(AuthKind),
    "marks": frozenset(Mark),
    "facts": frozenset(FactName),
}
_ACTORS: Final = frozenset(Actor)
_CAUSES: Final = {str(cause): cause for cause in Cause}
_MOST_CAUSES: Final = 3
_NOTHING: Final[frozenset[str]] = frozenset()


def _rule(table: Table) -> Rule:
    rule_id = table.get("id")
    if not isinstance(rule_id, str) or not rule_id:
        raise BadRule("without an id", f"has {', '.join(sorted(table)) or 'nothing'}")
    odd = table.keys() - _RULE_KEYS
    if odd:
        raise BadRule(rule_id, f"unknown key {', '.join(sorted(odd))}")
    source, who = table.get("source"), table.get("who")
    if not isinstance(source, str) or not source:
        raise BadRule(rule_id, "names no source")
    if who is not None and who not in _ACTORS:
        raise BadRule(rule_id, f"who: {who!r} is nobody we know")
    return Rule(
        rule_id,
        _when(rule_id, table.get("when")),
        _causes(rule_id, table.get("then")),
        source,
        _date(rule_id, table.get("date")),
        None if who is None else Actor(cast(str, who)),
    )


def _when(rule_id: str, table: object) -> When:
    if not isinstance(table, dict):
        raise BadRule(rule_id, "has no `when`")
    odd = table.keys() - _CHOICES.keys() - {"text"}
    if odd:
        raise BadRule(rule_id, f"when: unknown key {', '.join(sorted(odd))}")
    text = table.get("text", "")
    if not isinstance(text, str):
        raise BadRule(rule_id, "when.text: not a text")
    wanted = {key: _members(rule_id, key, value, _CHOICES[key]) for key, value in table.items() if key != "text"}
    return When(
        stages=wanted.get("stage", _NOTHING),
        kinds=wanted.get("kind", _NOTHING),
        codes=frozenset(code.upper() for code in wanted.get("code", _NOTHING)),
        providers=wanted.get("provider", _NOTHING),
        auths=wanted.get("auth", _NOTHING),
        marks=wanted.get("marks", _NOTHING),
        facts=wanted.get("facts", _NOTHING),
        text=text,
    )


def _members(rule_id: str, key: str, value: object, choices: frozenset[str] | None) -> frozenset[str]:
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(each, str) for each in listed):
        raise BadRule(rule_id, f"when.{key}: neither a text nor a list of texts")
    members = frozenset(cast("list[str]", listed))
    if choices is not None and not members <= choices:
        raise BadRule(rule_id, f"when.{key}: unknown {', '.join(sorted(members - choices))}")
    return members


def _causes(rule_id: str, table: object) -> tuple[RankedCause, ...]:
    if not isinstance(table, dict) or not 1 <= len(table) <= _MOST_CAUSES:
        raise BadRule(rule_id, "then: one to three causes with their confidences are wanted")
    ranked = []
    for name, confidence in table.items():
        cause = _CAUSES.get(name)
        if cause is None:
            raise BadRule(rule_id, f"then: unknown cause {name}")
        if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 < confidence <= 1:
            raise BadRule(rule_id, f"then.{name}: a confidence lies above 0 and is at most 1")
        ranked.append(RankedCause(cause, float(confidence)))
    if any(later.confidence > earlier.confidence for earlier, later in pairwise(ranked)):
        raise BadRule(rule_id, "then: the likeliest cause comes first")
    return tuple(ranked)


def _date(rule_id: str, value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(cast(str, value))
    except (TypeError, ValueError) as error:
        raise BadRule(rule_id, "date: none, or not like 2026-11-23") from error
