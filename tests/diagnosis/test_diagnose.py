import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import NO_RULE, diagnose, explain
from mailbox_desk.diagnosis.rules import RuleSet
from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.check import Failure, FailureKind, Stage, Step
from mailbox_desk.model.diagnosis import Certainty, Context, Diagnosis
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.response import Response
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half

RULES = load_rules()
NOW = 1_800_000_000.0


def is_sound(diagnosis: Diagnosis) -> bool:
    sure = [each.confidence for each in diagnosis.causes]
    return 1 <= len(sure) <= 3 and sure == sorted(sure, reverse=True) and len(set(diagnosis.causes)) == len(sure)


@given(
    raw=st.text() | st.text(alphabet="NOBYE [](){}=\\x5.78-\r\neyJ", max_size=200),
    provider=st.sampled_from(["generic", "google", "microsoft", "qq", "gmx", "never heard of"]),
    stage=st.none() | st.sampled_from(Stage),
    auth=st.sampled_from([each.value for each in AuthKind]),
)
def test_no_text_is_too_odd(raw: str, provider: str, stage: Stage | None, auth: str) -> None:
    assert is_sound(explain(Response(raw, provider, stage, auth), RULES))


@given(
    half=st.sampled_from(Half),
    step=st.sampled_from(Step),
    kind=st.sampled_from(FailureKind),
    marks=st.frozensets(st.sampled_from(Mark), max_size=3),
    text=st.text(max_size=60),
    worked_at=st.none() | st.floats(0, NOW),
    seen=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    counts=st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
)
def test_no_failure_is_too_odd(
    half: Half,
    step: Step,
    kind: FailureKind,
    marks: frozenset[Mark],
    text: str,
    worked_at: float | None,
    seen: tuple[bool, bool, bool],
    counts: tuple[int, int, int],
) -> None:
    accepted, refused, down = seen
    context = Context(
        now=NOW,
        worked_at=worked_at,
        refusals=counts[0],
        host_passing=counts[1],
        host_failing=counts[2],
        same_secret_accepted=accepted,
        same_secret_refused=refused,
        local_network_down=down,
    )
    failure = Failure(half, step, kind, text, marks=frozenset(str(mark) for mark in marks))
    assert is_sound(diagnose(failure, context, RULES))


@pytest.mark.parametrize("half", Half)
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("kind", FailureKind)
def test_every_step_and_kind_is_decided_without_a_word(half: Half, step: Step, kind: FailureKind) -> None:
    judged = diagnose(Failure(half, step, kind, ""), Context(now=NOW), RULES)
    assert judged.rule != NO_RULE
    if step in (Step.RESOLVE, Step.CONNECT) and kind in (FailureKind.UNREACHABLE, FailureKind.TIMED_OUT):
        assert judged.cause is Cause.NETWORK_UNREACHABLE
    if kind is FailureKind.CLOSED:
        assert judged.cause is Cause.NETWORK_UNREACHABLE or step in (Step.TLS, Step.STARTTLS)


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_is_decided(mark: Mark) -> None:
    failure = Failure(Half.RECEIVING, Step.GREETING, FailureKind.BROKEN, "", marks=frozenset({mark}))
    assert diagnose(failure, Context(now=NOW), RULES).rule != NO_RULE


REFUSED = Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, "NO [AUTHENTICATIONFAILED] no")


def test_a_changed_password() -> None:
    context = Context(now=NOW, refusals=2, worked_at=NOW - 600, same_secret_refused=True)
    judged = diagnose(REFUSED, context, RULES)
    assert (judged.cause, judged.certainty, judged.who) == (
        Cause.CREDENTIALS_REJECTED,
        Certainty.CERTAIN,
        Actor.YOU,
    )


def test_one_refusing_half_is_a_switch() -> None:
    judged = diagnose(REFUSED, Context(now=NOW, same_secret_accepted=True), RULES)
    assert (judged.cause, judged.certainty) == (Cause.PROTOCOL_DISABLED, Certainty.LIKELY)


def test_plain_words_count_more_than_the_second_opinion() -> None:
    full = Failure(Half.SENDING, Step.SIGN_IN, FailureKind.REFUSED, "535 5.7.8 Application-specific password required")
    judged = diagnose(full, Context(now=NOW, same_secret_accepted=True, worked_at=NOW - 60), RULES)
    assert judged.cause is Cause.APP_PASSWORD_REQUIRED
    assert judged.facts[0].name == Told.SERVER_SAYS_SO


def test_a_rule_names_another_actor() -> None:
    disabled = Response("AADSTS50057: The user account is disabled.", "microsoft", Stage.OAUTH_TOKEN, "oauth")
    assert explain(disabled, RULES).who is Actor.ADMIN


def test_without_rules_nothing_is_claimed() -> None:
    judged = diagnose(REFUSED, Context(now=NOW), RuleSet())
    assert (judged.cause, judged.rule, judged.certainty) == (Cause.UNKNOWN, NO_RULE, Certainty.MAYBE)
