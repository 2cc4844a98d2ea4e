"""What follows the causes that a rule names: never a second name for the same, never a cause that cannot be."""

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.diagnosis.facts import Facts
from mailbox_desk.diagnosis.kin import MOST, PASSWORD_CAUSES, SURE, TOKEN_CAUSES, nearest, with_kin
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Stage, Step
from mailbox_desk.model.diagnosis import Context, RankedCause
from mailbox_desk.model.response import Response
from mailbox_desk.model.verdict import Half

RULES = load_rules()


def facts_at(stage: Stage, auth: str) -> Facts:
    return Facts(stage, FailureKind.REFUSED, "generic", auth, "no", frozenset(), frozenset())


def told(cause: Cause, stage: Stage = Stage.IMAP_AUTH, auth: str = "password", sure: float = 0.8) -> list[Cause]:
    return [each.cause for each in with_kin((RankedCause(cause, sure),), facts_at(stage, auth))]


@pytest.mark.parametrize("auth", ["password", "app_password", "oauth", "none", "unknown"])
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("cause", list(Cause))
def test_up_to_three_different_ones_the_named_one_first(cause: Cause, stage: Stage, auth: str) -> None:
    causes = told(cause, stage, auth)
    assert causes[0] is cause
    assert len({nearest(each) for each in causes}) == len(causes) <= MOST


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("cause", sorted(set(Cause) - PASSWORD_CAUSES))
def test_who_signs_in_by_token_is_never_told_of_a_password(cause: Cause, stage: Stage) -> None:
    assert PASSWORD_CAUSES.isdisjoint(told(cause, stage, "oauth"))


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("cause", sorted(set(Cause) - TOKEN_CAUSES))
def test_who_signs_in_by_password_is_never_told_of_a_token(cause: Cause, stage: Stage) -> None:
    assert TOKEN_CAUSES.isdisjoint(told(cause, stage, "app_password"))


def test_the_same_from_nearer_by_takes_no_place_of_its_own() -> None:
    causes = (RankedCause(Cause.PROVIDER_OUTAGE, 0.8), RankedCause(Cause.SERVER_BUSY, 0.5))
    kept = with_kin(causes, facts_at(Stage.IMAP_SESSION, "oauth"))
    assert [each.cause for each in kept] == [
        Cause.PROVIDER_OUTAGE,
        Cause.NETWORK_UNREACHABLE,
        Cause.TOO_MANY_LOGINS,
    ]


def test_kin_are_unlikely_and_less_likely_than_what_was_named() -> None:
    causes = (RankedCause(Cause.SENDING_LIMIT, 0.9), RankedCause(Cause.OVER_QUOTA, 0.1))
    kin = with_kin(causes, facts_at(Stage.SMTP_SEND, "password"))[2:]
    assert [each.confidence for each in kin] == [0.1]


def test_what_is_sure_has_no_kin() -> None:
    assert told(Cause.TLS_FAILURE, Stage.TLS, sure=SURE) == [Cause.TLS_FAILURE]


def test_the_place_counts_too_many_at_sending_is_rather_the_limit_of_sending() -> None:
    assert told(Cause.TOO_MANY_LOGINS, Stage.SMTP_CONNECT)[1] is Cause.SENDING_LIMIT
    assert told(Cause.TOO_MANY_LOGINS, Stage.IMAP_AUTH)[1] is Cause.PROVIDER_OUTAGE


def test_at_sign_in_wrong_settings_may_be_a_way_that_is_shut() -> None:
    assert told(Cause.WRONG_SERVER_SETTINGS, Stage.IMAP_AUTH)[1:] == [
        Cause.PROTOCOL_DISABLED,
        Cause.CREDENTIALS_REJECTED,
    ]
    assert Cause.TLS_FAILURE in told(Cause.WRONG_SERVER_SETTINGS, Stage.TLS)


def test_a_refused_password_may_be_a_wrong_host_or_form_of_the_name() -> None:
    assert Cause.WRONG_SERVER_SETTINGS in told(Cause.CREDENTIALS_REJECTED, Stage.SMTP_AUTH)


def test_what_the_desk_itself_knows_has_no_kin() -> None:
    failure = Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, "", "", frozenset({"secret_missing"}))
    causes = diagnose(failure, Context(now=0.0, auth="password"), RULES).causes
    assert [each.cause for each in causes] == [Cause.CREDENTIALS_REJECTED]


def test_a_plain_refusal_names_what_else_it_often_is() -> None:
    causes = explain(Response("550 User unknown", "generic", Stage.SMTP_SEND, "password"), RULES).causes
    assert [each.cause for each in causes][:1] == [Cause.ACCOUNT_MISSING]
    assert len(causes) == MOST
