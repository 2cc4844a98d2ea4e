"""The same words judged right in many histories: evidence counts more than text."""

from dataclasses import replace

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.diagnosis.facts import DAY, FactName, facts_of_failure
from mailbox_desk.diagnosis.kin import PASSWORD_CAUSES
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Quota, Step
from mailbox_desk.model.diagnosis import Around, Certainty, Context, Diagnosis, Fact, TokenAnswer
from mailbox_desk.model.told import RULES_OUT, Told
from mailbox_desk.model.verdict import Half
from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.reasons import reason

RULES = load_rules()
SAID = Catalogue.load([], strict=True)
NOW = 1_800_000_000.0
HOUR = 3600.0
WORDS = "NO [AUTHENTICATIONFAILED] Invalid credentials"
REFUSED = Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, WORDS, "AUTHENTICATIONFAILED")
WORKED = Context(now=NOW, worked_at=NOW - HOUR)
BY_TOKEN = replace(WORKED, auth="oauth", provider="google")


def judged(context: Context, failure: Failure = REFUSED) -> Diagnosis:
    return diagnose(failure, context, RULES)


def told(diagnosis: Diagnosis) -> set[str]:
    return {fact.name for fact in diagnosis.facts}


def test_never_worked() -> None:
    judgement = judged(Context(now=NOW))
    assert [each.cause for each in judgement.causes[:2]] == [Cause.CREDENTIALS_REJECTED, Cause.WRONG_SERVER_SETTINGS]
    assert Told.NEVER_WORKED in told(judgement)


def test_worked_an_hour_ago() -> None:
    judgement = judged(WORKED)
    assert (judgement.cause, judgement.certainty) == (Cause.CREDENTIALS_REJECTED, Certainty.LIKELY)
    assert Fact(Told.WORKED_UNTIL, NOW - HOUR) in judgement.facts
    assert Cause.WRONG_SERVER_SETTINGS not in {each.cause for each in judgement.causes}


def test_oauth_is_never_told_of_a_password() -> None:
    judgement = judged(BY_TOKEN)
    assert judgement.cause in (Cause.TOKEN_REVOKED, Cause.TOKEN_EXPIRED)
    assert not {each.cause for each in judgement.causes} & PASSWORD_CAUSES
    assert Told.GRANT_WORKED_UNTIL in told(judgement)
    assert Told.WORKED_UNTIL not in told(judgement)


def test_no_reason_tells_oauth_of_a_password() -> None:
    known = replace(
        BY_TOKEN, same_secret_accepted=True, refusals=3, secret_age=400 * DAY, host_failing=30, host_refused=30
    )
    for context in (known, replace(known, worked_at=None), replace(known, same_secret_accepted=False)):
        judgement = judged(context)
        facts = (*judgement.facts, *judgement.ruled_out)
        assert facts
        assert not [said for fact in facts if "password" in (said := reason(SAID, fact, NOW)).lower()]
    assert Fact(Told.OTHER_HALF_TAKES_GRANT, "sending") in judged(known).ruled_out


def test_sending_is_fine_with_the_same_secret() -> None:
    judgement = judged(replace(WORKED, same_secret_accepted=True))
    assert judgement.cause is Cause.PROTOCOL_DISABLED
    assert Fact(Told.OTHER_HALF_ACCEPTS, "sending") in judgement.ruled_out


def test_thirty_neighbours_are_refused_too() -> None:
    judgement = judged(replace(WORKED, host_failing=30, host_refused=30))
    assert judgement.cause is Cause.PROVIDER_OUTAGE
    assert Fact(Told.NEIGHBOURS_REFUSED, 30.0) in judgement.facts


def test_just_after_a_wake() -> None:
    judgement = judged(replace(WORKED, woke_ago=20.0))
    assert judgement.cause is Cause.CREDENTIALS_REJECTED
    assert judgement.causes[0].confidence < judged(WORKED).causes[0].confidence
    assert judgement.causes[1].cause is Cause.SUSPICIOUS_ACTIVITY
    assert Told.JUST_WOKE in told(judgement)
    assert judged(replace(BY_TOKEN, woke_ago=20.0)).cause is Cause.TOKEN_EXPIRED
    assert judged(replace(WORKED, woke_ago=HOUR)).rule == judged(WORKED).rule


def test_a_token_eight_days_old() -> None:
    judgement = judged(replace(BY_TOKEN, token_age=8 * DAY))
    assert judgement.cause is Cause.TOKEN_EXPIRED
    assert judgement.rule == "google-week-of-testing-over"
    assert Fact(Told.TOKEN_AGE, 8 * DAY) in judgement.facts
    assert judged(replace(BY_TOKEN, token_age=200 * DAY)).rule != judgement.rule


def test_a_password_stored_400_days_ago() -> None:
    judgement = judged(replace(WORKED, secret_age=400 * DAY))
    assert [each.cause for each in judgement.causes[:2]] == [Cause.CREDENTIALS_REJECTED, Cause.PASSWORD_EXPIRED]
    assert Fact(Told.SECRET_AGE, 400 * DAY) in judgement.facts


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (TokenAnswer.GRANT_REFUSED, Cause.TOKEN_REVOKED),
        (TokenAnswer.APP_REFUSED, Cause.OAUTH_APP_BLOCKED),
        (TokenAnswer.PERSON_WANTED, Cause.MFA_REQUIRED),
        (TokenAnswer.BUSY, Cause.PROVIDER_OUTAGE),
        (TokenAnswer.GRANTED, Cause.OAUTH_APP_BLOCKED),
    ],
)
def test_the_token_endpoint_is_the_best_witness(answer: TokenAnswer, cause: Cause) -> None:
    judgement = judged(replace(BY_TOKEN, token_answer=answer))
    assert judgement.cause is cause
    assert (Told.TOKEN_ENDPOINT_GRANTS in {fact.name for fact in judgement.ruled_out}) is (
        answer is TokenAnswer.GRANTED
    )


def test_words_that_name_another_cause_count_more_than_neighbours() -> None:
    full = replace(REFUSED, text="NO [ALERT] Application-specific password required")
    judgement = judged(replace(WORKED, host_failing=30, host_refused=30), full)
    assert judgement.cause is Cause.APP_PASSWORD_REQUIRED


@pytest.mark.parametrize(
    ("around", "cause"),
    [
        (Around(passing=0, failing=9, refused=9), Cause.PROVIDER_OUTAGE),
        (Around(passing=9, failing=9, refused=9), Cause.PROVIDER_OUTAGE),
        (Around(passing=10, failing=9, refused=9), Cause.CREDENTIALS_REJECTED),
        (Around(passing=0, failing=2, refused=2), Cause.CREDENTIALS_REJECTED),
        (Around(passing=0, failing=9, refused=0), Cause.CREDENTIALS_REJECTED),
    ],
)
def test_many_good_secrets_must_be_refused(around: Around, cause: Cause) -> None:
    assert judged(replace(WORKED, at_provider=around)).cause is cause


def test_a_domain_that_alone_is_refused() -> None:
    context = replace(WORKED, in_domain=Around(failing=4), at_provider=Around(passing=20, failing=4, refused=4))
    assert judged(context).cause is Cause.ACCOUNT_SUSPENDED
    assert Told.DOMAIN_FAILS in told(judged(context))


def test_what_the_server_offers() -> None:
    offered = frozenset({"IMAP4REV1", "AUTH=XOAUTH2", "LOGINDISABLED"})
    judgement = judged(replace(WORKED, capabilities=offered))
    assert judgement.cause is Cause.BASIC_AUTH_DISABLED
    assert Told.SIGN_IN_NOT_OFFERED in told(judgement)
    assert judged(replace(WORKED, capabilities=frozenset({"AUTH=XOAUTH2", "AUTH=PLAIN"}))).rule == judged(WORKED).rule
    smtp = replace(REFUSED, half=Half.SENDING, text="535 5.7.8 no", code="535 5.7.8")
    assert judged(replace(WORKED, capabilities=frozenset({"AUTH XOAUTH2"})), smtp).cause is Cause.BASIC_AUTH_DISABLED


def test_storage_counts_both_ways() -> None:
    refused = replace(REFUSED, step=Step.SELECT, text="NO no", code="")
    assert judged(replace(WORKED, quota=Quota(100, 100)), refused).cause is Cause.OVER_QUOTA
    fine = judged(replace(WORKED, quota=Quota(10, 100)))
    assert Fact(Told.STORAGE_IS_FINE) in fine.ruled_out


def test_ruled_out_and_speaking_part_the_facts() -> None:
    judgement = judged(replace(WORKED, quota=Quota(10, 100), host_passing=3))
    assert {fact.name for fact in judgement.ruled_out} == {
        Told.STORAGE_IS_FINE,
        Told.NEIGHBOURS_PASS,
        Told.ENCRYPTION_IS_FINE,
    }
    assert set(judgement.speaking) | set(judgement.ruled_out) == set(judgement.facts)
    assert not {fact.name for fact in judgement.speaking} & RULES_OUT


def test_every_fact_can_be_so() -> None:
    """Each named fact holds in some history above or in the case files, so no rule waits for what can't come."""
    full = Context(
        now=NOW,
        auth="oauth",
        refusals=2,
        worked_at=NOW - HOUR,
        same_secret_accepted=True,
        same_secret_refused=True,
        host_passing=1,
        host_failing=3,
        host_refused=3,
        at_provider=Around(1, 3, 3),
        in_domain=Around(0, 3),
        local_network_down=True,
        token_age=8 * DAY,
        secret_age=400 * DAY,
        woke_ago=1.0,
        quota=Quota(1, 1),
        capabilities=frozenset({"LOGINDISABLED", "AUTH=XOAUTH2"}),
    )
    held = set(facts_of_failure(REFUSED, full).names)
    for context in (
        *(replace(full, token_answer=answer) for answer in TokenAnswer),
        replace(full, host_passing=0, at_provider=Around(0, 3, 0), token_age=91 * DAY, worked_at=None),
    ):
        held |= facts_of_failure(REFUSED, context).names
    elsewhere = {
        FactName.SENDING,
        FactName.TEMPORARY,
        FactName.CERTIFICATE_ENDED,
        FactName.NO_WORDS,
        FactName.SERVER_NAMES_A_WAIT,
    }
    assert set(FactName) - held == elsewhere
