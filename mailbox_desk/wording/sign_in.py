"""How a sign-in by OAuth ended, in words: what happened, that nothing was changed, what to do next. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import IdentityUnproven, SignInFailed, WrongAccount
from mailbox_desk.wording.app_settings import setting_key
from mailbox_desk.wording.voice import Wording, shown_line

_DECLINED: Final = frozenset({"access_denied", "authorization_declined", "consent_required", "user_cancelled_login"})
_WEATHER: Final = frozenset(
    {
        FailureKind.TEMPORARY,
        FailureKind.UNREACHABLE,
        FailureKind.TIMED_OUT,
        FailureKind.CLOSED,
        FailureKind.UNTRUSTED,
        FailureKind.TLS_BROKEN,
    }
)

Explain = Callable[[str], Diagnosis]


@dataclass(frozen=True, slots=True)
class Ending:
    """`text` says what happened, `advice` what next, `server` is what the provider said, word for word. `of_app`: the
    OAuth app is to be mended."""

    text: str
    advice: str = ""
    server: str = ""
    of_app: bool = False


def ending(
    words: Wording, step: SignInFailed | WrongAccount | IdentityUnproven, address: str, provider: str, explain: Explain
) -> Ending:
    """`address`: the mailbox; `provider`: its name; `explain` judges what a server said."""
    match step:
        case WrongAccount():
            told = words.text("signin.wrong_account", signed_in=step.signed_in, wanted=step.wanted)
            return Ending(told, words.text("signin.wrong_account.next"))
        case SignInFailed():
            return _failed(words, step.failure, provider, explain)
        case IdentityUnproven() if step.failure is None:
            return Ending(words.text("signin.unproven.held", provider=provider), words.text("signin.unproven.later"))
        case IdentityUnproven():
            told = words.text("signin.unproven", provider=provider, address=address)
            return Ending(told, words.advice(explain(step.failure.text)), shown_line(step.failure.text))


def _failed(words: Wording, failure: Failure, provider: str, explain: Explain) -> Ending:
    server = shown_line(failure.text)
    setting = setting_key(failure.text) if failure.kind is FailureKind.REFUSED else ""
    if setting:
        return Ending(words.text("signin.blocked", provider=provider), words.text(setting), server, of_app=True)
    if failure.kind is FailureKind.REFUSED and failure.code in _DECLINED:
        return Ending(words.text("signin.declined", provider=provider), words.text("signin.declined.next"), server)
    if failure.kind is FailureKind.TIMED_OUT and failure.step is Step.AUTHORIZE and not failure.code:
        return Ending(words.text("signin.timed_out"), words.text("signin.again"))
    if failure.kind is FailureKind.TIMED_OUT and failure.code:
        return Ending(words.text("signin.code_ran_out"), words.text("signin.again"))
    if failure.kind in _WEATHER:
        return Ending(words.text("signin.weather", provider=provider), words.text("signin.weather.next"), server)
    if failure.kind is FailureKind.UNSUPPORTED:
        return Ending(words.text("signin.no_code", provider=provider), words.text("signin.again"))
    if Mark.WRONG_ISSUER in failure.marks:
        return Ending(words.text("signin.foreign", provider=provider), words.text("signin.foreign.next"))
    if failure.kind is FailureKind.REFUSED:
        meaning = explain(failure.text)
        return Ending(words.text("signin.refused", provider=provider), words.advice(meaning), server)
    return Ending(words.text("signin.broken", provider=provider), words.text("signin.again"), server)
