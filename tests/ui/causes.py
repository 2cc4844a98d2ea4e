"""A mailbox dropped by each cause, as the desk would show it, with what the servers really answer."""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.cause import CAUSES, Actor, Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.diagnosis import Diagnosis, Fact, RankedCause
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import Endpoint, Mailbox, Security
from mailbox_desk.model.snapshot import HalfStanding, Snapshot, Standing
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half, Shown, Veil, VeilReason, Verdict
from tests.ui.samples import NOW, mailbox, result, untrusted

_RECEIVING, _SENDING = Half.RECEIVING, Half.SENDING
_ANSWERS: dict[Cause, tuple[str, str, Half]] = {
    Cause.CREDENTIALS_REJECTED: ("google", "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", _RECEIVING),
    Cause.PASSWORD_EXPIRED: ("generic", "NO [EXPIRED] Password has expired.", _RECEIVING),
    Cause.APP_PASSWORD_REQUIRED: (
        "google",
        "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833",
        _RECEIVING,
    ),
    Cause.BASIC_AUTH_DISABLED: (
        "microsoft",
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        _SENDING,
    ),
    Cause.PROTOCOL_DISABLED: (
        "microsoft",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
        _SENDING,
    ),
    Cause.TOKEN_EXPIRED: ("microsoft", "AADSTS700082: The refresh token has expired due to inactivity.", _RECEIVING),
    Cause.TOKEN_REVOKED: ("google", '{"error": "invalid_grant", "error_description": "Token revoked"}', _RECEIVING),
    Cause.OAUTH_APP_BLOCKED: ("google", "Error 400: admin_policy_enforced", _RECEIVING),
    Cause.MFA_REQUIRED: ("microsoft", "AADSTS50076: you must use multi-factor authentication.", _RECEIVING),
    Cause.SUSPICIOUS_ACTIVITY: ("google", "534-5.7.14 Please log in via your web browser and try again.", _SENDING),
    Cause.TOO_MANY_LOGINS: ("google", "NO [ALERT] Too many simultaneous connections. (Failure)", _RECEIVING),
    Cause.SENDING_LIMIT: ("google", "550 5.4.5 Daily user sending limit exceeded.", _SENDING),
    Cause.OVER_QUOTA: ("yahoo", "* QUOTA (STORAGE 1048576 1048576)", _RECEIVING),
    Cause.ACCOUNT_SUSPENDED: ("zoho", "NO [ALERT] Your account is suspended. Contact support. (Failure)", _RECEIVING),
    Cause.ACCOUNT_MISSING: ("fastmail", "550 5.1.1 User unknown", _SENDING),
    Cause.PROVIDER_OUTAGE: ("fastmail", "NO [UNAVAILABLE] Temporary authentication failure.", _RECEIVING),
    Cause.MAINTENANCE: ("ionos", "* BYE Server is going down for maintenance", _RECEIVING),
    Cause.SERVER_BUSY: ("generic", "421 4.3.2 Too busy, please try again later", _SENDING),
    Cause.NETWORK_UNREACHABLE: ("generic", "timed out", _RECEIVING),
    Cause.TLS_FAILURE: ("generic", "certificate verify failed: self-signed certificate", _RECEIVING),
    Cause.WRONG_SERVER_SETTINGS: ("generic", "220 smtp.example.org ESMTP Postfix", _RECEIVING),
    Cause.UNKNOWN: ("generic", "NO Something went wrong (e4f2-77a1)", _RECEIVING),
}
_VEILED = {
    Cause.LOCAL_NETWORK: VeilReason.OFFLINE,
    Cause.CAPTIVE_PORTAL: VeilReason.CAPTIVE_PORTAL,
    Cause.PROTECTIVE_PAUSE: VeilReason.BY_PERSON,
    Cause.VAULT_LOCKED: VeilReason.VAULT_LOCKED,
}
_HOSTS = {
    "google": ("imap.gmail.com", "smtp.gmail.com"),
    "microsoft": ("outlook.office365.com", "smtp.office365.com"),
}


def dropped(cause: Cause, who: Actor | None = None) -> Snapshot:
    """A mailbox as it stands once this cause is confirmed."""
    if cause in _VEILED:
        return _veiled(cause)
    provider, text, half = _ANSWERS[cause]
    failure = replace(_failure(cause, half), text=text)
    others = (RankedCause(Cause.APP_PASSWORD_REQUIRED, 0.3), RankedCause(Cause.SUSPICIOUS_ACTIVITY, 0.1))
    ranked = (RankedCause(cause, 0.95), *(each for each in others if each.cause is not cause))
    speaking = _facts(failure)
    diagnosis = Diagnosis(ranked, "sample", speaking, who)
    then = CAUSES[cause].then
    rests = failure.is_refused_secret and then is Verdict.NEEDS_YOU
    bad = HalfStanding(
        verdict=then if isinstance(then, Verdict) else Verdict.NEEDS_YOU,
        since=NOW - 480,
        failing_since=NOW - 660,
        diagnosis=diagnosis,
        refusals=2 if rests else 0,
        resting=rests,
        tries=2,
        due=None if rests else NOW + 240,
        worked_at=NOW - 960,
        last=result(half, failure),
        checked_at=NOW - 480,
    )
    good = HalfStanding(
        Verdict.CONNECTED, since=NOW - 90_000, due=NOW + 300, last=result(half.other), checked_at=NOW - 470
    )
    halves = (bad, good) if half is Half.RECEIVING else (good, bad)
    box = _mailbox(cause, provider)
    return Snapshot(box, Standing(box.id, *halves, since=NOW - 480, last_checked=NOW - 470), version=1)


def _facts(failure: Failure) -> tuple[Fact, ...]:
    """What would be told of such a failure, what it rules out among it."""
    said, others = Fact(Told.SERVER_SAYS_SO), Fact(Told.NEIGHBOURS_PASS, 22.0)
    if failure.kind in (FailureKind.TIMED_OUT, FailureKind.UNTRUSTED):
        return (others,)
    if not failure.is_refused_secret:
        return said, others
    refused_too = Fact(Told.OTHER_HALF_REFUSES, failure.half.other.value)
    return said, Fact(Told.WORKED_UNTIL, NOW - 700), refused_too, others, Fact(Told.ENCRYPTION_IS_FINE)


def changes_of(shown: Snapshot) -> tuple[StatusChange, ...]:
    """A history that ends as it stands now, with a drop the week before."""
    diagnosis = shown.standing.diagnosis
    cause = diagnosis.cause.value if diagnosis else None
    told: tuple[tuple[float, Shown, str | None], ...] = (
        (NOW - 480, shown.shown, cause),
        (NOW - 660, Shown.SUSPECT, cause),
        (NOW - 560_000, Shown.CONNECTED, None),
        (NOW - 567_500, Shown.RECONNECTING, Cause.SERVER_BUSY.value),
        (NOW - 567_650, Shown.SUSPECT, Cause.SERVER_BUSY.value),
        (NOW - 1_700_000, Shown.CONNECTED, None),
    )
    return tuple(StatusChange(shown.id, at, state, why) for at, state, why in told)


def _failure(cause: Cause, half: Half) -> Failure:
    match cause:
        case Cause.TLS_FAILURE:
            return untrusted(half)
        case Cause.NETWORK_UNREACHABLE:
            return Failure(half, Step.CONNECT, FailureKind.TIMED_OUT, "")
        case Cause.WRONG_SERVER_SETTINGS | Cause.MAINTENANCE:
            return Failure(half, Step.GREETING, FailureKind.BROKEN, "")
        case Cause.OVER_QUOTA:
            return Failure(half, Step.QUOTA, FailureKind.REFUSED, "")
        case Cause.SENDING_LIMIT | Cause.ACCOUNT_MISSING:
            return Failure(half, Step.ENVELOPE, FailureKind.REFUSED, "")
        case Cause.PROVIDER_OUTAGE | Cause.SERVER_BUSY | Cause.TOO_MANY_LOGINS:
            return Failure(half, Step.SIGN_IN, FailureKind.TEMPORARY, "")
        case _:
            return Failure(half, Step.SIGN_IN, FailureKind.REFUSED, "")


def _mailbox(cause: Cause, provider: str) -> Mailbox:
    made = mailbox(cause.value, "outreach@northwind.example", provider=provider)
    receiving, sending = _HOSTS.get(provider, ("imap.example.org", "smtp.example.org"))
    return replace(
        made,
        receiving=Endpoint(receiving, 993, Security.TLS, made.address),
        sending=Endpoint(sending, 587, Security.STARTTLS, made.address),
    )


def _veiled(cause: Cause) -> Snapshot:
    fine = HalfStanding(
        Verdict.CONNECTED, since=NOW - 90_000, due=NOW + 300, last=result(Half.RECEIVING), checked_at=NOW - 900
    )
    note = "warming up again on Monday" if cause is Cause.PROTECTIVE_PAUSE else ""
    veil = Veil(_VEILED[cause], None, note)
    box = _mailbox(cause, "google")
    sends = replace(fine, last=result(Half.SENDING))
    standing = Standing(box.id, fine, sends, frozenset({veil}), since=NOW - 800, last_checked=NOW - 900)
    return Snapshot(box, standing, version=1)
