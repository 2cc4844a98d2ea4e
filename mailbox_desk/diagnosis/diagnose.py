"""Why it failed: the first rule that holds, and the facts that speak for it. Pure; never empty, never raises."""

from __future__ import annotations

from typing import Final

from mailbox_desk.diagnosis.facts import Facts, facts_of_failure, facts_of_response
from mailbox_desk.diagnosis.kin import PASSWORD_CAUSES, with_kin
from mailbox_desk.diagnosis.reasons import told_facts
from mailbox_desk.diagnosis.redact import blotted
from mailbox_desk.diagnosis.rules import Rule, RuleSet
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure
from mailbox_desk.model.diagnosis import Context, Diagnosis, Fact, RankedCause, Reasoning
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.response import Response
from mailbox_desk.model.told import Told

NO_RULE: Final = "no-rule"
_NOTHING_KNOWN: Final = (RankedCause(Cause.UNKNOWN, 0.3),)


def diagnose(failure: Failure, context: Context, rules: RuleSet) -> Diagnosis:
    """The causes of a failed check, the likeliest first, with the reasons a person is told."""
    facts = facts_of_failure(failure, context)
    return _decided(facts, rules.first(facts), told_facts(failure, context, facts))


def explain(response: Response, rules: RuleSet) -> Diagnosis:
    """The causes of a bare answer, judged by its text and what its sender says of it."""
    facts = facts_of_response(response)
    return _decided(facts, rules.first(facts), ())


def reason(response: Response, rules: RuleSet) -> Reasoning:
    """The same as `explain`, with the facts and the rules that were asked."""
    facts = facts_of_response(response)
    rule = rules.first(facts)
    return Reasoning(
        diagnosis=_decided(facts, rule, ()),
        stage=facts.stage.value,
        kind=facts.kind.value,
        provider=facts.provider,
        auth=facts.auth,
        text=blotted(facts.text),
        codes=tuple(sorted(facts.codes)),
        names=tuple(sorted(name.value for name in facts.names)),
        tried=rules.tried(facts),
        source=rule.source if rule else "",
        date=rule.date.isoformat() if rule else "",
    )


def _decided(facts: Facts, rule: Rule | None, told: tuple[Fact, ...]) -> Diagnosis:
    if rule is None:
        return Diagnosis(_NOTHING_KNOWN, NO_RULE, told)
    says_so = (Fact(Told.SERVER_SAYS_SO),) if rule.when.text or rule.when.codes else ()
    return Diagnosis(_fitting(rule, facts), rule.id, (*says_so, *told), rule.named_actor)


def _fitting(rule: Rule, facts: Facts) -> tuple[RankedCause, ...]:
    """Who signs in by token is not told of passwords, not even as a lesser possibility. What the adapter or the desk
    knows for sure has no kin; what was only read has."""
    causes = rule.causes
    if facts.auth == AuthKind.OAUTH:
        causes = tuple(each for each in causes if each.cause not in PASSWORD_CAUSES) or causes
    return causes if rule.when.marks or not facts.text else with_kin(causes, facts)
