"""What is so, before anybody judges it: codes, words and named facts of one failure. Pure; nothing is decided here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from mailbox_desk.diagnosis.codes import codes_in, spelt
from mailbox_desk.diagnosis.guess import guessed_kind, guessed_stage
from mailbox_desk.diagnosis.patience import asked_wait
from mailbox_desk.diagnosis.text import normalised, thinned
from mailbox_desk.model.check import Failure, FailureKind, Stage
from mailbox_desk.model.diagnosis import Around, Context, TokenAnswer
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.response import Response
from mailbox_desk.model.verdict import Half

DAY = 86_400.0
MANY = 3  # as many that fail alike are no accident
JUST = 120.0  # seconds after a wake in which names, routes and access tokens are still stale
WEEK = 7 * DAY  # refresh tokens of a Google app in testing: developers.google.com/identity/protocols/oauth2#expiration
LONG_IDLE = 90 * DAY  # Entra refresh tokens: learn.microsoft.com/entra/identity-platform/refresh-tokens
YEAR = 365 * DAY

_OAUTH_STAGES: Final = frozenset({Stage.OAUTH_TOKEN, Stage.OAUTH_AUTHORIZE})


class FactName(StrEnum):
    """The named facts that a rule may ask for."""

    RECEIVING = "receiving"
    SENDING = "sending"
    REFUSED_SIGN_IN = "refused_sign_in"
    REFUSED_TWICE = "refused_twice"
    TEMPORARY = "temporary"
    WORKED_BEFORE = "worked_before"
    WORKED_WITHIN_A_DAY = "worked_within_a_day"
    NEVER_WORKED = "never_worked"
    SAME_SECRET_ACCEPTED = "same_secret_accepted"
    SAME_SECRET_REFUSED = "same_secret_refused"
    NEIGHBOURS_PASS = "neighbours_pass"
    NEIGHBOURS_FAIL = "neighbours_fail"
    ALL_NEIGHBOURS_FAIL = "all_neighbours_fail"
    NEIGHBOURS_REFUSED_TOO = "neighbours_refused_too"
    PROVIDER_FAILS = "provider_fails"
    DOMAIN_FAILS = "domain_fails"
    LOCAL_NETWORK_DOWN = "local_network_down"
    JUST_WOKE = "just_woke"
    CERTIFICATE_ENDED = "certificate_ended"
    LOGIN_DISABLED = "login_disabled"
    OAUTH_ALONE_OFFERED = "oauth_alone_offered"
    STORAGE_FULL = "storage_full"
    TOKEN_GRANTED = "token_granted"
    TOKEN_GRANT_REFUSED = "token_grant_refused"
    TOKEN_APP_REFUSED = "token_app_refused"
    TOKEN_PERSON_WANTED = "token_person_wanted"
    TOKEN_ENDPOINT_BUSY = "token_endpoint_busy"
    TOKEN_A_WEEK_OLD = "token_a_week_old"
    TOKEN_OVER_90_DAYS = "token_over_90_days"
    SECRET_OVER_A_YEAR = "secret_over_a_year"
    SERVER_NAMES_A_WAIT = "server_names_a_wait"
    SPEAKS_OF_OAUTH = "speaks_of_oauth"
    NO_WORDS = "no_words"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that rules are matched against. `text` is normalised, `codes` upper case: the response code, the SMTP code,
    the enhanced code and both together, Microsoft's numbers. `wait_seconds`: how long the server asks us to wait."""

    stage: Stage
    kind: FailureKind
    provider: str
    auth: str
    text: str
    codes: frozenset[str]
    names: frozenset[FactName]
    marks: frozenset[str] = frozenset()
    wait_seconds: float | None = None
    lower: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", thinned(self.text.lower()))

    @property
    def by_token(self) -> bool:
        """A mail server was shown a token, so no password of ours can be wrong."""
        return self.auth == AuthKind.OAUTH and self.stage not in _OAUTH_STAGES


def facts_of_failure(failure: Failure, context: Context) -> Facts:
    """The facts of a failed check and of what is known around it."""
    text = normalised(failure.text)
    wait = asked_wait(text)
    told = _names_of_words(text, wait, failure.stage, context.auth)
    return Facts(
        stage=failure.stage,
        kind=failure.kind,
        provider=context.provider,
        auth=context.auth,
        text=text,
        codes=codes_in(text) | spelt(failure.code),
        names=_names_of_failure(failure) | _names_of_context(failure, context) | told,
        marks=frozenset(str(mark) for mark in failure.marks),
        wait_seconds=wait,
    )


def facts_of_response(response: Response) -> Facts:
    """The facts of a bare text. Who wrote it, and what worked before, nobody knows."""
    text = normalised(response.raw)
    codes = codes_in(text)
    stage = response.stage or guessed_stage(text, codes)
    kind = guessed_kind(text, codes, stage)
    wait = asked_wait(text)
    auth = response.auth or AuthKind.UNKNOWN.value
    names = set(_names_of_words(text, wait, stage, auth))
    names.add(FactName.SENDING if stage.value.startswith("smtp") else FactName.RECEIVING)
    if kind is FailureKind.TEMPORARY:
        names.add(FactName.TEMPORARY)
    if kind is FailureKind.REFUSED and stage in (Stage.IMAP_AUTH, Stage.SMTP_AUTH):
        names.add(FactName.REFUSED_SIGN_IN)
    return Facts(
        stage=stage,
        kind=kind,
        provider=response.provider or "generic",
        auth=auth,
        text=text,
        codes=codes,
        names=frozenset(names),
        wait_seconds=wait,
    )


_OAUTH_WORDS: Final = re.compile(
    r"oauth|aadsts|invalid_(grant|client|scope)|(access|refresh).?token|bearer", re.IGNORECASE
)


def _names_of_words(text: str, wait: float | None, stage: Stage, auth: str) -> frozenset[FactName]:
    held = {
        FactName.NO_WORDS: not text,
        FactName.SERVER_NAMES_A_WAIT: wait is not None,
        FactName.SPEAKS_OF_OAUTH: stage in _OAUTH_STAGES
        or auth == AuthKind.OAUTH
        or _OAUTH_WORDS.search(text) is not None,
    }
    return _held(held)


def _names_of_failure(failure: Failure) -> frozenset[FactName]:
    return _held(
        {
            FactName.RECEIVING: failure.half is Half.RECEIVING,
            FactName.SENDING: failure.half is not Half.RECEIVING,
            FactName.REFUSED_SIGN_IN: failure.is_refused_sign_in,
            FactName.TEMPORARY: failure.kind is FailureKind.TEMPORARY,
        }
    )


def _names_of_context(failure: Failure, context: Context) -> frozenset[FactName]:
    ended = failure.certificate is not None and (failure.certificate.not_after or context.now) < context.now
    worked_ago = None if context.worked_at is None else context.now - context.worked_at
    around_host = Around(context.host_passing, context.host_failing, context.host_refused)
    held = {
        FactName.REFUSED_TWICE: context.refusals >= 2,
        FactName.WORKED_BEFORE: worked_ago is not None,
        FactName.WORKED_WITHIN_A_DAY: worked_ago is not None and worked_ago <= DAY,
        FactName.NEVER_WORKED: worked_ago is None,
        FactName.SAME_SECRET_ACCEPTED: context.same_secret_accepted,
        FactName.SAME_SECRET_REFUSED: context.same_secret_refused,
        FactName.NEIGHBOURS_PASS: context.host_passing > 0,
        FactName.NEIGHBOURS_FAIL: context.host_failing > 0,
        FactName.ALL_NEIGHBOURS_FAIL: _all_fail(around_host),
        FactName.NEIGHBOURS_REFUSED_TOO: _refuses_good_secrets(around_host)
        or _refuses_good_secrets(context.at_provider),
        FactName.PROVIDER_FAILS: _all_fail(context.at_provider),
        FactName.DOMAIN_FAILS: _all_fail(context.in_domain) and context.at_provider.passing > 0,
        FactName.LOCAL_NETWORK_DOWN: context.local_network_down,
        FactName.JUST_WOKE: context.woke_ago is not None and context.woke_ago <= JUST,
        FactName.CERTIFICATE_ENDED: ended,
        FactName.STORAGE_FULL: context.quota is not None and context.quota.is_full,
        FactName.SECRET_OVER_A_YEAR: context.secret_age is not None and context.secret_age >= YEAR,
    }
    return _held(held) | _names_of_token(context) | _names_of_offer(failure, context)


def _all_fail(around: Around) -> bool:
    return around.failing >= MANY and around.passing == 0


def _refuses_good_secrets(around: Around) -> bool:
    """Many others were refused with secrets that worked, and at least half of all: it is not our secret."""
    return around.refused >= MANY and around.refused >= around.passing


_TOKEN_NAMES: Final = {
    TokenAnswer.GRANTED: FactName.TOKEN_GRANTED,
    TokenAnswer.GRANT_REFUSED: FactName.TOKEN_GRANT_REFUSED,
    TokenAnswer.APP_REFUSED: FactName.TOKEN_APP_REFUSED,
    TokenAnswer.PERSON_WANTED: FactName.TOKEN_PERSON_WANTED,
    TokenAnswer.BUSY: FactName.TOKEN_ENDPOINT_BUSY,
}


def _names_of_token(context: Context) -> frozenset[FactName]:
    answered = frozenset() if context.token_answer is None else frozenset({_TOKEN_NAMES[context.token_answer]})
    age = context.token_age or 0.0
    unused = age if context.token_unused is None else context.token_unused  # use keeps a grant alive, whatever its age
    return answered | _held(
        {FactName.TOKEN_A_WEEK_OLD: WEEK <= age <= WEEK + 2 * DAY, FactName.TOKEN_OVER_90_DAYS: unused >= LONG_IDLE}
    )


def _names_of_offer(failure: Failure, context: Context) -> frozenset[FactName]:
    """What the server offers for a sign-in: IMAP says AUTH=PLAIN, SMTP says AUTH PLAIN LOGIN in one line."""
    offered = {word.upper().removeprefix("AUTH=").removeprefix("AUTH ") for word in context.capabilities}
    ways = {way for word in offered for way in word.split()}
    closed = "LOGINDISABLED" in ways or Mark.LOGIN_DISABLED in failure.marks
    by_token = not ways.isdisjoint({"XOAUTH2", "OAUTHBEARER"})
    by_password = not ways.isdisjoint({"PLAIN", "LOGIN"})
    return _held({FactName.LOGIN_DISABLED: closed, FactName.OAUTH_ALONE_OFFERED: by_token and not by_password})


def _held(names: dict[FactName, bool]) -> frozenset[FactName]:
    return frozenset(name for name, is_so in names.items() if is_so)
