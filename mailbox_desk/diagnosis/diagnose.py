"""Why it failed: the first rule that holds, and the facts that speak for it. Pure; never empty, never raises."""

from __future__ import annotations

from typing import Final

from mailbox_desk.diagnosis.facts import Facts, facts_of_failure, facts_of_response, told_facts
from mailbox_desk.diagnosis.rules import RuleSet
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure
from mailbox_desk.model.diagnosis import Context, Diagnosis, Fact, RankedCause
from mailbox_desk.model.response import Response
from mailbox_desk.model.told import Told

NO_RULE: Final = "no-rule"
_NOTHING_KNOWN: Final = (RankedCause(Cause.UNKNOWN, 0.3),)


def diagnose(failure: Failure, context: Context, rules: RuleSet) -> Diagnosis:
    """The causes of a failed check, the likeliest first, with the reasons a person is told."""
    facts = facts_of_failure(failure, context)
    return _decided(facts, rules, told_facts(failure, context, facts))


def explain(response: Response, rules: RuleSet) -> Diagnosis:
    """The causes of a bare answer, judged by its text and what its sender says of it."""
    return _decided(facts_of_response(response), rules, ())


def _decided(facts: Facts, rules: RuleSet, told: tuple[Fact, ...]) -> Diagnosis:
    rule = rules.first(facts)
    if rule is None:
        return Diagnosis(_NOTHING_KNOWN, NO_RULE, told)
    says_so = (Fact(Told.SERVER_SAYS_SO),) if rule.when.text or rule.when.codes else ()
    return Diagnosis(rule.causes, rule.id, (*says_so, *told), rule.named_actor)
