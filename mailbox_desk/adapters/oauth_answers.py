"""What OAuth servers answer, as values; and the one table from their refusals to a Failure. Pure.

REFUSED     an error of RFC 6749 section 5.2 or 4.1.2.1, RFC 8628 section 3.5 or of the provider's own, as JSON
TEMPORARY   429, 408, 5xx; the errors that pass by themselves (_PASSING), some of Entra's numbers, Zoho's rate limit
BROKEN      anything else that no OAuth server says: a page, a redirect, garbage, half a token (unexpected_answer)
            An answer of the browser from another issuer, or from none where one is due: wrong_issuer (RFC 9207)
The way to the server fails as in adapters/failures.py; http that ends early is CLOSED. `text` is the server's own body,
`code` the error's name. Only REFUSED is a verdict on a grant.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeGuard

from mailbox_desk.adapters.failures import Scene, failure_from
from mailbox_desk.adapters.oauth_web import AddressUnusable, WebAnswer
from mailbox_desk.adapters.redaction import HIDDEN, Redactor, decoded
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.verdict import Half

_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down", "internal_failure"})
# Entra's numbers for its own troubles (entra-docs, docs/identity-platform/reference-error-codes.md, at commit 3164b3b5,
# read 2026-11-24): a passing error, one of strong authentication, a fault of the consumers' side, no directory.
_PASSING_NUMBERS: Final = frozenset({50033, 50087, 70012, 90033})
# Zoho answers "Access Denied" for ten tokens in ten minutes; https://github.com/googleworkspace/apps-script-oauth2/issues/197
_TOO_MANY: Final = re.compile(r"too many requests", re.IGNORECASE)
_ERROR_NAME: Final = re.compile(r"[\x21-\x7e]{1,60}")
_USUAL_SECONDS: Final = 3600.0
_LONGEST_WAIT: Final = 86400.0
_LONGEST_TOKEN: Final = 32_768
# What servers show in their own troubles, whatever they write it in: JSON cut off amid a word, a form, a dump.
_NAMED: Final = re.compile(
    r"((?:access|refresh|id)_?token|device_?code|code_?verifier|client_?secret|assertion)"
    r"(\W{1,12})([^\s\"'&<>,;(){}\[\]\\]{12,})",
    re.IGNORECASE,
)
_OPAQUE: Final = re.compile(r"(?=[\w.~+/=-]*\d)[\w.~+/=-]{20,}")
HALF: Final = Half.RECEIVING
"""A grant belongs to both halves; a Failure names one."""


@dataclass(frozen=True, slots=True)
class Granting:
    """What a token endpoint gave. `id_token`: "" where none came."""

    token: OAuthToken
    id_token: Secret


def json_of(answer: WebAnswer) -> dict[str, Any]:
    """The JSON object of an answer; {} where it is none."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def granting_of(answer: WebAnswer, asked: OAuthToken, now: float, redactor: Redactor) -> Granting:
    """The tokens of an answer (RFC 6749 section 5.1). `asked`: what is known already; its refresh token stays where the
    server gives no new one. Raises TokenFailed."""
    told = json_of(answer)
    access = told.get("access_token")
    if answer.status != http.client.OK or "error" in told or not is_token(access):
        raise TokenFailed(failure_of(Step.TOKEN, answer, redactor), retry_after(answer, now))
    renewed, id_token, scope = (told.get(name) for name in ("refresh_token", "id_token", "scope"))
    token = replace(
        asked,
        refresh_token=Secret(renewed) if is_token(renewed) else asked.refresh_token,
        access_token=Secret(access),
        expires_at=now + seconds_in(told, "expires_in", _USUAL_SECONDS),
        refreshed_at=now,
        scope=scope if isinstance(scope, str) and scope else asked.scope,
    )
    return Granting(token, Secret(id_token if isinstance(id_token, str) else ""))


def is_token(told: object) -> TypeGuard[str]:
    """Whether it is what forms, headers and mail servers can carry: VSCHAR of RFC 6749 appendix A, not endless."""
    return isinstance(told, str) and 0 < len(told) <= _LONGEST_TOKEN and told.isascii() and told.isprintable()


def seconds_in(told: Mapping[str, Any], name: str, usual: float) -> float:
    """A number of seconds, which some servers write as text; `usual` where there is none."""
    try:
        seconds = float(told.get(name, usual))
    except (TypeError, ValueError):
        return usual
    return seconds if 0 < seconds < float("inf") else usual


def failure_of(step: Step, answer: WebAnswer, redactor: Redactor) -> Failure:
    """The Failure that an answer without a grant means. Tokens that stand in it all the same are hidden."""
    told = json_of(answer)
    kind = _kind_by_status(answer.status) or kind_of_error(told)
    text = _NAMED.sub(rf"\1\2{HIDDEN}", decoded(answer.body))
    if answer.status < http.client.MULTIPLE_CHOICES:  # half a grant, under names that nobody knows
        text = _OPAQUE.sub(HIDDEN, text)
    if kind is None or "access_token" in told:  # half a token is not for keeping
        marks = frozenset({Mark.UNEXPECTED_ANSWER})
        shown = "" if "access_token" in told else text
        return Failure(HALF, step, FailureKind.BROKEN, redactor.clean(_with_status(answer, shown)), marks=marks)
    shown = text if told else _with_status(answer, text)
    return Failure(HALF, step, kind, redactor.clean(shown), code=redactor.clean(error_name(told)))


def refusal_by_browser(told: Mapping[str, str], redactor: Redactor) -> Failure:
    """The Failure of an answer by redirect (RFC 6749 section 4.1.2.1): its parameters, as JSON."""
    kept = {name: text for name, text in told.items() if name.startswith("error")}
    kind = kind_of_error(dict(kept)) or FailureKind.REFUSED
    return Failure(HALF, Step.AUTHORIZE, kind, redactor.clean(json.dumps(kept, ensure_ascii=False)), error_name(kept))


def failure_by_exception(step: Step, error: Exception, redactor: Redactor) -> Failure:
    """The Failure of a way that did not lead to an answer."""
    match error:
        case AddressUnusable():
            return Failure(HALF, step, FailureKind.INTERNAL, str(error))
        case ConnectionError():
            return failure_from(error, Scene(HALF, step, redactor))
        case http.client.IncompleteRead():
            return Failure(HALF, step, FailureKind.CLOSED, "", marks=frozenset({Mark.EOF}))
        case http.client.HTTPException():
            text = redactor.clean(str(error))
            return Failure(HALF, step, FailureKind.BROKEN, text, marks=frozenset({Mark.UNEXPECTED_ANSWER}))
    return failure_from(error, Scene(HALF, step, redactor))


def retry_after(answer: WebAnswer, now: float) -> float | None:
    """Seconds that the server asks to wait (RFC 9110 section 10.2.3); a day at most."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return min(float(said), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def error_name(told: Mapping[str, Any]) -> str:
    name = told.get("error")
    return name if isinstance(name, str) and _ERROR_NAME.fullmatch(name) else ""


def kind_of_error(told: Mapping[str, Any]) -> FailureKind | None:
    """None where no error is named."""
    if not isinstance(told.get("error"), str):
        return None
    numbers = told.get("error_codes")
    said = told.get("error_description")
    passes = (
        told["error"] in _PASSING
        or (isinstance(numbers, list) and not _PASSING_NUMBERS.isdisjoint(n for n in numbers if isinstance(n, int)))
        or (isinstance(said, str) and _TOO_MANY.search(said) is not None)
    )
    return FailureKind.TEMPORARY if passes else FailureKind.REFUSED


def _kind_by_status(status: int) -> FailureKind | None:
    passes = status >= 500 or status in (http.client.TOO_MANY_REQUESTS, http.client.REQUEST_TIMEOUT)
    return FailureKind.TEMPORARY if passes else None


def _with_status(answer: WebAnswer, text: str) -> str:
    phrase = http.client.responses.get(answer.status, "")
    return f"HTTP {answer.status} {phrase}".rstrip() + (f"\n{text}" if text else "")
