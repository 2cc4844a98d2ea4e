from __future__ import annotations

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.response import Response
from mailbox_desk.wording import Wording
from mailbox_desk.wording.explanation import explanation_of, to_pass_on

WORDS = Wording.load(["en"], strict=True)
FULL = "NO [OVERQUOTA] Mailbox is full"


def test_the_parts_of_an_answer() -> None:
    told = explanation_of(explain(Response(FULL), load_rules()), WORDS)
    assert told.cause is Cause.OVER_QUOTA
    assert told.meaning == WORDS.text("cause.over_quota.headline")
    assert told.todo == WORDS.text("cause.over_quota.next_step")
    assert WORDS.text(f"actor.{Actor.YOU.value}") in told.whose
    assert WORDS.text("certainty.certain") in told.whose
    assert told.reasons == (WORDS.text("fact.server_says_so"),)


def test_others_are_named_where_there_are_some() -> None:
    ranked = (RankedCause(Cause.UNKNOWN, 0.4), RankedCause(Cause.SERVER_BUSY, 0.3))
    told = explanation_of(Diagnosis(ranked, "sample"), WORDS)
    assert WORDS.text("cause.server_busy.phrase") in told.others
    assert explanation_of(Diagnosis(ranked[:1], "sample"), WORDS).others == ""


def test_what_is_passed_on_holds_the_answer_and_the_error_without_secrets() -> None:
    told = explanation_of(explain(Response(FULL), load_rules()), WORDS)
    text = to_pass_on(told, f"A1 LOGIN me geheim-7\n{FULL}\n", WORDS)
    assert told.meaning in text
    assert told.todo in text
    assert FULL in text
    assert "geheim-7" not in text


def test_a_long_error_is_passed_on_without_its_middle() -> None:
    told = explanation_of(Diagnosis((RankedCause(Cause.UNKNOWN, 0.4),), "sample"), WORDS)
    text = to_pass_on(told, "first " + "x" * 50_000 + " last", WORDS)
    assert "first" in text
    assert text.endswith("last")
    assert len(text) < 6_000
