import pytest

from mailbox_desk.diagnosis.codes import codes_in
from mailbox_desk.diagnosis.guess import guessed_kind, guessed_stage
from mailbox_desk.model.check import FailureKind, Stage


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("535 5.7.8 Username and Password not accepted", Stage.SMTP_AUTH),
        ("550 5.4.5 Daily user sending limit exceeded", Stage.SMTP_SEND),
        ("550 5.1.1 recipient unknown", Stage.SMTP_SEND),
        ("421 too busy", Stage.SMTP_CONNECT),
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", Stage.IMAP_AUTH),
        ("a1 NO SELECT failed", Stage.IMAP_SELECT),
        ("NO [OVERQUOTA] Quota exceeded", Stage.IMAP_SESSION),
        ("AADSTS50076: you must use multi-factor authentication", Stage.OAUTH_TOKEN),
        ('{"error": "invalid_grant"}', Stage.OAUTH_TOKEN),
        ("Error 400: redirect_uri_mismatch", Stage.OAUTH_AUTHORIZE),
        ("[Errno -3] Temporary failure in name resolution", Stage.DNS),
        ("[Errno 111] Connection refused", Stage.TCP),
        ("certificate has expired", Stage.TLS),
        ("NO sorry", Stage.IMAP_AUTH),
        ("Passwort falsch", Stage.IMAP_AUTH),
        ("something else", Stage.IMAP_SESSION),
    ],
)
def test_the_stage_is_guessed(text: str, stage: Stage) -> None:
    assert guessed_stage(text, codes_in(text)) is stage


@pytest.mark.parametrize(
    ("text", "stage", "kind"),
    [
        ("454 4.7.0 Temporary authentication failure", Stage.SMTP_AUTH, FailureKind.TEMPORARY),
        ("NO [UNAVAILABLE] not now", Stage.IMAP_AUTH, FailureKind.TEMPORARY),
        ("NO [AUTHENTICATIONFAILED] no", Stage.IMAP_AUTH, FailureKind.REFUSED),
        ("535 5.7.8 no", Stage.SMTP_AUTH, FailureKind.REFUSED),
        ("NO LOGIN failed\n* BYE see you", Stage.IMAP_AUTH, FailureKind.REFUSED),
        ("* BYE see you", Stage.IMAP_SESSION, FailureKind.CLOSED),
        ("connect ETIMEDOUT", Stage.TCP, FailureKind.TIMED_OUT),
        ("whatever", Stage.DNS, FailureKind.UNREACHABLE),
        ("certificate verify failed", Stage.TLS, FailureKind.UNTRUSTED),
        ("handshake", Stage.TLS, FailureKind.TLS_BROKEN),
        ("", Stage.IMAP_AUTH, FailureKind.REFUSED),
    ],
)
def test_the_kind_is_guessed(text: str, stage: Stage, kind: FailureKind) -> None:
    assert guessed_kind(text, codes_in(text), stage) is kind
