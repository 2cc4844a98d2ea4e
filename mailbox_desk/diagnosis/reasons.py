"""The reasons that a person is told for a diagnosis, the weightiest first. Facts only; the sentences are wording's."""

from __future__ import annotations

from typing import Final

from mailbox_desk.diagnosis.facts import FactName, Facts
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.diagnosis import Context, Fact
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.told import Told

_PAST_CONNECT: Final = frozenset(Step) - {Step.RESOLVE, Step.CONNECT}
_PAST_TLS: Final = frozenset({Step.SIGN_IN, Step.SELECT, Step.QUOTA, Step.ENVELOPE, Step.SIGN_OUT})
_ANSWERED: Final = frozenset(FailureKind) - {FailureKind.TIMED_OUT, FailureKind.UNREACHABLE, FailureKind.CLOSED}
_TOKEN_REFUSALS: Final = frozenset(
    {FactName.TOKEN_GRANT_REFUSED, FactName.TOKEN_APP_REFUSED, FactName.TOKEN_PERSON_WANTED}
)


def told_facts(failure: Failure, context: Context, facts: Facts) -> tuple[Fact, ...]:
    """The reasons for the pane. Times are seconds since 1970 UTC, ages seconds."""
    sure = _of_surroundings(context, facts) | _of_secret(failure, context, facts) | _of_server(failure, context, facts)
    return tuple(fact for fact, is_so in sure.items() if is_so)


def _of_surroundings(context: Context, facts: Facts) -> dict[Fact, bool]:
    has = facts.names.__contains__
    return {
        Fact(Told.LOCAL_NETWORK_DOWN): has(FactName.LOCAL_NETWORK_DOWN),
        Fact(Told.JUST_WOKE): has(FactName.JUST_WOKE),
        Fact(Told.NEIGHBOURS_REFUSED, float(max(context.host_refused, context.at_provider.refused))): has(
            FactName.NEIGHBOURS_REFUSED_TOO
        ),
        Fact(Told.PROVIDER_FAILS, float(context.at_provider.failing)): has(FactName.PROVIDER_FAILS),
        Fact(Told.DOMAIN_FAILS, float(context.in_domain.failing)): has(FactName.DOMAIN_FAILS),
    }


def _of_secret(failure: Failure, context: Context, facts: Facts) -> dict[Fact, bool]:
    has, refused, other = facts.names.__contains__, failure.is_refused_secret, failure.half.other.value
    by_token = context.auth == AuthKind.OAUTH
    worked = has(FactName.WORKED_BEFORE) and refused
    return {
        Fact(Told.CERTIFICATE_ENDED, _not_after(failure)): has(FactName.CERTIFICATE_ENDED),
        Fact(Told.TOKEN_ENDPOINT_SAYS_SO): not facts.names.isdisjoint(_TOKEN_REFUSALS),
        Fact(Told.TOKEN_ENDPOINT_GRANTS): has(FactName.TOKEN_GRANTED),
        Fact(Told.WORKED_UNTIL, context.worked_at or 0.0): worked and not by_token,
        Fact(Told.GRANT_WORKED_UNTIL, context.worked_at or 0.0): worked and by_token,
        Fact(Told.NEVER_WORKED): has(FactName.NEVER_WORKED) and refused and not by_token,
        Fact(Told.OTHER_HALF_ACCEPTS, other): has(FactName.SAME_SECRET_ACCEPTED) and not by_token,
        Fact(Told.OTHER_HALF_TAKES_GRANT, other): has(FactName.SAME_SECRET_ACCEPTED) and by_token,
        Fact(Told.OTHER_HALF_REFUSES, other): has(FactName.SAME_SECRET_REFUSED),
        Fact(Told.REFUSED_TIMES, float(context.refusals)): has(FactName.REFUSED_TWICE),
        Fact(Told.TOKEN_AGE, context.token_age or 0.0): by_token and refused and context.token_age is not None,
        Fact(Told.SECRET_AGE, context.secret_age or 0.0): has(FactName.SECRET_OVER_A_YEAR) and refused and not by_token,
    }


def _of_server(failure: Failure, context: Context, facts: Facts) -> dict[Fact, bool]:
    has, quota = facts.names.__contains__, context.quota
    return {
        Fact(Told.SIGN_IN_NOT_OFFERED): has(FactName.LOGIN_DISABLED) or has(FactName.OAUTH_ALONE_OFFERED),
        Fact(Told.TEMPORARY): has(FactName.TEMPORARY),
        Fact(Told.SERVER_WAIT, facts.wait_seconds or 0.0): facts.wait_seconds is not None,
        Fact(Told.NEIGHBOURS_PASS, float(context.host_passing)): context.host_passing > 0,
        Fact(Told.NEIGHBOURS_FAIL, float(context.host_failing)): context.host_failing > 0
        and not has(FactName.NEIGHBOURS_REFUSED_TOO),
        Fact(Told.STORAGE_IS_FINE): quota is not None and quota.limit_kib > 0 and not quota.is_full,
        Fact(Told.ENCRYPTION_IS_FINE): failure.step in _PAST_TLS,
        Fact(Told.NETWORK_IS_FINE): failure.step in _PAST_CONNECT - _PAST_TLS and failure.kind in _ANSWERED,
    }


def _not_after(failure: Failure) -> float:
    return (failure.certificate.not_after or 0.0) if failure.certificate else 0.0
