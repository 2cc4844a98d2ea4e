from __future__ import annotations

import pytest

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import IdentityUnproven, SignInFailed, WrongAccount
from mailbox_desk.model.verdict import Half
from mailbox_desk.wording import Wording
from mailbox_desk.wording.sign_in import Ending, ending

WORDS = Wording.load(["en"], strict=True)


def judged(_text: str) -> Diagnosis:
    return Diagnosis((RankedCause(Cause.MFA_REQUIRED, 0.9),), rule="sample")


def failure(kind: FailureKind, text: str = "", code: str = "", *marks: Mark) -> Failure:
    return Failure(Half.RECEIVING, Step.AUTHORIZE, kind, text, code, marks=frozenset(marks))


def ended(step: SignInFailed | WrongAccount | IdentityUnproven) -> Ending:
    return ending(WORDS, step, "a@x.com", "Google", judged)


def test_a_wrong_account_is_named() -> None:
    told = ended(WrongAccount("a@x.com", "b@x.com"))
    assert "b@x.com" in told.text
    assert "a@x.com" in told.text
    assert "Nothing was changed" in told.text


@pytest.mark.parametrize(
    ("failed", "key"),
    [
        (failure(FailureKind.REFUSED, '{"error":"access_denied"}', "access_denied"), "declined"),
        (failure(FailureKind.REFUSED, "AADSTS65004", "access_denied"), "declined"),
        (failure(FailureKind.REFUSED, "x", "authorization_declined"), "declined"),
        (failure(FailureKind.TIMED_OUT), "timed_out"),
        (failure(FailureKind.TIMED_OUT, "x", "expired_token"), "code_ran_out"),
        (failure(FailureKind.TEMPORARY, "HTTP 503"), "weather"),
        (failure(FailureKind.UNREACHABLE), "weather"),
        (failure(FailureKind.UNTRUSTED), "weather"),
        (failure(FailureKind.UNSUPPORTED), "no_code"),
        (failure(FailureKind.BROKEN, "", "", Mark.WRONG_ISSUER), "foreign"),
        (failure(FailureKind.BROKEN, "<html>"), "broken"),
        (failure(FailureKind.INTERNAL, "x"), "broken"),
        (failure(FailureKind.REFUSED, '{"error":"interaction_required"}', "interaction_required"), "refused"),
    ],
)
def test_each_end_is_said_and_has_a_next_step(failed: Failure, key: str) -> None:
    told = ended(SignInFailed(failed))
    assert told.text == WORDS.text(f"signin.{key}", provider="Google")
    assert told.advice
    assert not told.of_app


def test_a_blocked_app_is_told_with_its_setting() -> None:
    told = ended(SignInFailed(failure(FailureKind.REFUSED, "AADSTS90094: an admin must", "access_denied")))
    assert told.advice == WORDS.text("app_setting.consent")
    assert told.of_app
    assert "AADSTS90094" in told.server


def test_an_identity_that_was_not_proved() -> None:
    assert ended(IdentityUnproven(None)).advice == WORDS.text("signin.unproven.later")
    told = ended(IdentityUnproven(failure(FailureKind.REFUSED, "NO AUTHENTICATE failed")))
    assert "a@x.com" in told.text
    assert told.server == "NO AUTHENTICATE failed"
