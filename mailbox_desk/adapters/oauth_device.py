"""Signing in by a code that is typed elsewhere (RFC 8628): the desk asks again and again, as often as it may."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Final

from mailbox_desk.adapters.failures import TIMED_OUT
from mailbox_desk.adapters.oauth_answers import HALF, failure_of, is_token, json_of, seconds_in
from mailbox_desk.adapters.oauth_client import OAuthClient
from mailbox_desk.adapters.oauth_granting import failed_sign_in, granted, redactor_of
from mailbox_desk.adapters.oauth_identity import WrongIdentity
from mailbox_desk.adapters.oauth_requests import asking_for_code, polling
from mailbox_desk.adapters.oauth_web import AddressUnusable, WebAnswer, place_of
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import CodeReady, Granted, OAuthApp, SignInFailed, SignInStep, TokenFailed

_USUAL_INTERVAL: Final = 5.0  # RFC 8628 section 3.2
_SLOWER: Final = 5.0  # section 3.5
_LONGEST_INTERVAL: Final = 60.0
_LONGEST_LIFE: Final = 1800.0
_LONGEST_CODE: Final = 64
_WEATHER: Final = frozenset({FailureKind.TEMPORARY, FailureKind.UNREACHABLE, FailureKind.TIMED_OUT, FailureKind.CLOSED})


@dataclass(frozen=True, slots=True)
class _Offer:
    """`device_code` is ours alone; the rest is for the person."""

    ready: CodeReady
    device_code: Secret = field(repr=False)
    interval: float


async def device_steps(client: OAuthClient, app: OAuthApp) -> AsyncGenerator[SignInStep, None]:
    """As long as the code lives. Weather makes it ask more rarely, and ends nothing."""
    try:
        offer = await _offer(client, app)
    except TokenFailed as error:
        yield failed_sign_in(error)
        return
    yield offer.ready
    yield await _outcome(client, app, offer)


async def _offer(client: OAuthClient, app: OAuthApp) -> _Offer:
    if not app.service.device_url:
        raise TokenFailed(Failure(HALF, Step.AUTHORIZE, FailureKind.UNSUPPORTED, ""))
    redactor = redactor_of(app)
    answer = await client.ask(asking_for_code(app), Step.AUTHORIZE, redactor)
    offer = _offer_in(answer, client.now()) if answer.status == 200 else None
    if offer is None:
        raise TokenFailed(failure_of(Step.AUTHORIZE, answer, redactor))
    return offer


def _offer_in(answer: WebAnswer, now: float) -> _Offer | None:
    """None where the answer is none. The addresses go to a browser, so they must be https."""
    told = json_of(answer)
    url = told.get("verification_uri") or told.get("verification_url")  # Google's and Microsoft's older name
    complete = told.get("verification_uri_complete", "")
    user_code, device_code = told.get("user_code"), told.get("device_code")
    if not isinstance(user_code, str) or not is_token(device_code):
        return None
    if not user_code.isprintable() or not 0 < len(user_code) <= _LONGEST_CODE:
        return None
    if not _is_safe(url) or (complete and not _is_safe(complete)):
        return None
    until = now + min(seconds_in(told, "expires_in", _LONGEST_LIFE), _LONGEST_LIFE)
    interval = min(seconds_in(told, "interval", _USUAL_INTERVAL), _LONGEST_INTERVAL)
    return _Offer(CodeReady(user_code, str(url), str(complete), until), Secret(device_code), interval)


def _is_safe(url: object) -> bool:
    try:
        place_of(url if isinstance(url, str) else "")
    except AddressUnusable:
        return False
    return True


async def _outcome(client: OAuthClient, app: OAuthApp, offer: _Offer) -> Granted | SignInFailed:
    interval = offer.interval
    question = polling(app, offer.device_code)
    while client.now() + interval < offer.ready.until:
        await client.sleep(interval)
        try:
            return await granted(client, app, question, (offer.device_code,))
        except WrongIdentity as error:
            return failed_sign_in(error)
        except TokenFailed as error:
            slower = _next_interval(error.failure, interval, error.retry_after)
            if slower is None:
                return _told(error)
            interval = slower
    marks = frozenset({Mark.STEP_TIMEOUT})
    return SignInFailed(Failure(HALF, Step.AUTHORIZE, FailureKind.TIMED_OUT, TIMED_OUT, marks=marks))


def _next_interval(failure: Failure, interval: float, retry_after: float | None) -> float | None:
    """Seconds until the next question; None where there is no use in one."""
    if failure.code == "authorization_pending":
        return interval
    if failure.code == "slow_down":
        return interval + _SLOWER
    if failure.kind in _WEATHER:
        return max(min(interval * 2, _LONGEST_INTERVAL), retry_after or 0.0)
    return None


def _told(error: TokenFailed) -> SignInFailed:
    """A code that ran out is no refusal."""
    if error.failure.code == "expired_token":
        return SignInFailed(replace(error.failure, kind=FailureKind.TIMED_OUT))
    return failed_sign_in(error)
