"""What is so, before anybody judges it: codes, words and named facts of one failure. Pure; nothing is decided here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailbox_desk.diagnosis.guess import guessed_kind, guessed_stage
from mailbox_desk.diagnosis.text import last_line, normalised
from mailbox_desk.model.check import Failure, FailureKind, Stage, Step
from mailbox_desk.model.diagnosis import Context, Fact
from mailbox_desk.model.response import Response
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half

DAY = 86_400.0
MANY = 3  # as many of one host that fail alike are no accident


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
    LOCAL_NETWORK_DOWN = "local_network_down"
    CERTIFICATE_ENDED = "certificate_ended"
    SERVER_NAMES_A_WAIT = "server_names_a_wait"
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
    last_line: str
    codes: frozenset[str]
    names: frozenset[FactName]
    marks: frozenset[str] = frozenset()
    wait_seconds: float | None = None


def facts_of_failure(failure: Failure, context: Context) -> Facts:
    """The facts of a failed check and of what is known around it."""
    text = normalised(failure.text)
    wait = asked_wait(text)
    names = _names_of_failure(failure) | _names_of_context(failure, context) | _names_of_words(text, wait)
    return Facts(
        stage=failure.stage,
        kind=failure.kind,
        provider=context.provider,
        auth=context.auth,
        text=text,
        last_line=last_line(failure.text),
        codes=codes_in(text) | _spelt(failure.code),
        names=names,
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
    names = set(_names_of_words(text, wait))
    names.add(FactName.SENDING if stage.value.startswith("smtp") else FactName.RECEIVING)
    if kind is FailureKind.TEMPORARY:
        names.add(FactName.TEMPORARY)
    if kind is FailureKind.REFUSED and stage in (Stage.IMAP_AUTH, Stage.SMTP_AUTH):
        names.add(FactName.REFUSED_SIGN_IN)
    return Facts(
        stage=stage,
        kind=kind,
        provider=response.provider or "generic",
        auth=response.auth or "unknown",
        text=text,
        last_line=last_line(response.raw),
        codes=codes,
        names=frozenset(names),
        wait_seconds=wait,
    )


_RESPONSE_CODE: Final = re.compile(r"\[([A-Z][A-Z/-]{3,30})(?:[ \]])", re.IGNORECASE)
_DEBUGGED_CODE: Final = re.compile(r"(?:textcode|responsecode|code): '?(?:some\()?([A-Za-z]{4,30})\b", re.IGNORECASE)
_SMTP_CODE: Final = re.compile(r"(?:^|[^\w.:/=-]|code[:=\" ]{1,3})([2-5][0-5]\d)(?=[ \-,:'\"\]})]|$)")
_ENHANCED_CODE: Final = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w.]|\.\d)")
_ENTRA_CODE: Final = re.compile(r"\bAADSTS(\d{4,8})\b", re.IGNORECASE)
_LISTED_CODES: Final = re.compile(r"error_codes\W{1,6}(\d{4,8})", re.IGNORECASE)


def codes_in(text: str) -> frozenset[str]:
    """Every code the text carries, in upper case: "LIMIT", "535", "5.7.8", "535 5.7.8", "AADSTS50076"."""
    words = [found.upper() for pattern in (_RESPONSE_CODE, _DEBUGGED_CODE) for found in pattern.findall(text)]
    numbers = _SMTP_CODE.findall(text[:400])[:2]
    enhanced = _ENHANCED_CODE.findall(text)[:6]
    pairs = [f"{number} {status}" for number in numbers[:1] for status in enhanced[:1]]
    entra = [f"AADSTS{number}" for pattern in (_ENTRA_CODE, _LISTED_CODES) for number in pattern.findall(text)]
    return frozenset([*words, *numbers, *enhanced, *pairs, *entra])


def _spelt(code: str) -> frozenset[str]:
    """A code as the adapter read it, whole and in its parts."""
    return frozenset({code.upper(), *code.upper().split()} - {""})


_WAIT: Final = re.compile(
    r"(?:back-?off time|try again|retry|retry-after|wait|warten|bitte)\D{0,24}?"
    r"(\d{1,9})\s{0,2}(milliseconds?|ms\b|seconds?|secs?\b|sekunden|minutes?|mins?\b|minuten|hours?|stunden)"
)
_UNIT_SECONDS: Final = {"mil": 0.001, "ms": 0.001, "sec": 1.0, "sek": 1.0, "min": 60.0, "hou": 3600.0, "stu": 3600.0}


def asked_wait(text: str) -> float | None:
    """Seconds that the server asks us to wait, where it says so in a number; None where it does not."""
    found = _WAIT.search(text.lower())
    if found is None:
        return None
    unit = found.group(2)
    return int(found.group(1)) * _UNIT_SECONDS.get(unit[:3], _UNIT_SECONDS.get(unit[:2], 1.0))


def _names_of_words(text: str, wait: float | None) -> frozenset[FactName]:
    names = {FactName.NO_WORDS} if not text else set()
    return frozenset(names | ({FactName.SERVER_NAMES_A_WAIT} if wait is not None else set()))


def _names_of_failure(failure: Failure) -> frozenset[FactName]:
    names = {FactName.RECEIVING if failure.half is Half.RECEIVING else FactName.SENDING}
    if failure.is_refused_secret:
        names.add(FactName.REFUSED_SIGN_IN)
    if failure.kind is FailureKind.TEMPORARY:
        names.add(FactName.TEMPORARY)
    return frozenset(names)


def _names_of_context(failure: Failure, context: Context) -> frozenset[FactName]:
    ended = failure.certificate is not None and (failure.certificate.not_after or context.now) < context.now
    worked_ago = None if context.worked_at is None else context.now - context.worked_at
    held = {
        FactName.REFUSED_TWICE: context.refusals >= 2,
        FactName.WORKED_BEFORE: worked_ago is not None,
        FactName.WORKED_WITHIN_A_DAY: worked_ago is not None and worked_ago <= DAY,
        FactName.NEVER_WORKED: worked_ago is None,
        FactName.SAME_SECRET_ACCEPTED: context.same_secret_accepted,
        FactName.SAME_SECRET_REFUSED: context.same_secret_refused,
        FactName.NEIGHBOURS_PASS: context.host_passing > 0,
        FactName.NEIGHBOURS_FAIL: context.host_failing > 0,
        FactName.ALL_NEIGHBOURS_FAIL: context.host_failing >= MANY and context.host_passing == 0,
        FactName.LOCAL_NETWORK_DOWN: context.local_network_down,
        FactName.CERTIFICATE_ENDED: ended,
    }
    return frozenset(name for name, is_so in held.items() if is_so)


_PAST_CONNECT: Final = frozenset(Step) - {Step.RESOLVE, Step.CONNECT}
_PAST_TLS: Final = frozenset({Step.SIGN_IN, Step.SELECT, Step.QUOTA, Step.ENVELOPE, Step.SIGN_OUT})


def told_facts(failure: Failure, context: Context, facts: Facts) -> tuple[Fact, ...]:
    """The reasons for the pane, the weightiest first. Times are seconds since 1970 UTC."""
    has = facts.names.__contains__
    other = failure.half.other.value
    sure = {
        Fact(Told.LOCAL_NETWORK_DOWN): has(FactName.LOCAL_NETWORK_DOWN),
        Fact(Told.CERTIFICATE_ENDED, _not_after(failure)): has(FactName.CERTIFICATE_ENDED),
        Fact(Told.WORKED_UNTIL, context.worked_at or 0.0): has(FactName.WORKED_BEFORE) and failure.is_refused_secret,
        Fact(Told.NEVER_WORKED): has(FactName.NEVER_WORKED) and failure.is_refused_secret,
        Fact(Told.OTHER_HALF_ACCEPTS, other): has(FactName.SAME_SECRET_ACCEPTED),
        Fact(Told.OTHER_HALF_REFUSES, other): has(FactName.SAME_SECRET_REFUSED),
        Fact(Told.REFUSED_TIMES, float(context.refusals)): has(FactName.REFUSED_TWICE),
        Fact(Told.TEMPORARY): has(FactName.TEMPORARY),
        Fact(Told.SERVER_WAIT, facts.wait_seconds or 0.0): facts.wait_seconds is not None,
        Fact(Told.NEIGHBOURS_PASS, float(context.host_passing)): context.host_passing > 0,
        Fact(Told.NEIGHBOURS_FAIL, float(context.host_failing)): context.host_failing > 0,
        Fact(Told.ENCRYPTION_IS_FINE): failure.step in _PAST_TLS,
        Fact(Told.NETWORK_IS_FINE): failure.step in _PAST_CONNECT - _PAST_TLS and failure.kind in _ANSWERED,
    }
    return tuple(fact for fact, is_so in sure.items() if is_so)


_ANSWERED: Final = frozenset(FailureKind) - {FailureKind.TIMED_OUT, FailureKind.UNREACHABLE, FailureKind.CLOSED}


def _not_after(failure: Failure) -> float:
    return (failure.certificate.not_after or 0.0) if failure.certificate else 0.0
