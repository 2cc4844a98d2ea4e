"""The causes that the founding texts name, each by an answer such as it comes with; and a place for every cause."""

import re

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose, explain
from mailbox_desk.model.cause import CAUSES, Cause
from mailbox_desk.model.check import Failure, FailureKind, Stage, Step
from mailbox_desk.model.diagnosis import Context
from mailbox_desk.model.response import Response
from mailbox_desk.model.status import leads_to
from mailbox_desk.model.verdict import Half, VeilReason
from mailbox_desk.paths import resources_dir

RULES = load_rules()
NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("named", "provider", "stage", "auth", "raw", "cause"),
    [
        (
            "expired token",
            *("microsoft", Stage.OAUTH_TOKEN, "oauth"),
            "AADSTS700082: The refresh token has expired due to inactivity.",
            Cause.TOKEN_EXPIRED,
        ),
        (
            "sign-in from an unusual place",
            *("generic", Stage.IMAP_AUTH, "password"),
            "NO Sign-in blocked: unusual location",
            Cause.SUSPICIOUS_ACTIVITY,
        ),
        (
            "many batches in a short time",
            *("generic", Stage.SMTP_SEND, "password"),
            "451 4.7.1 You are sending too many messages in a short time",
            Cause.SENDING_LIMIT,
        ),
        (
            "storage full",
            *("dovecot", Stage.IMAP_SESSION, "password"),
            "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)",
            Cause.OVER_QUOTA,
        ),
        (
            "terms violated",
            *("generic", Stage.IMAP_AUTH, "password"),
            "NO Account suspended for violation of our terms of service",
            Cause.ACCOUNT_SUSPENDED,
        ),
        (
            "subscription unpaid",
            *("generic", Stage.SMTP_AUTH, "password"),
            "535 5.7.0 Account has been suspended due to unpaid invoice",
            Cause.ACCOUNT_SUSPENDED,
        ),
        (
            "provider trouble",
            *("yahoo", Stage.IMAP_AUTH, "app_password"),
            "NO [UNAVAILABLE] LOGIN Server error - Please try again later",
            Cause.PROVIDER_OUTAGE,
        ),
        (
            "system upgrade",
            *("zimbra", Stage.IMAP_AUTH, "password"),
            "NO [ALERT] account undergoing maintenance; please try again later",
            Cause.MAINTENANCE,
        ),
        (
            "security enhancement",
            *("microsoft", Stage.SMTP_AUTH, "password"),
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            Cause.BASIC_AUTH_DISABLED,
        ),
        (
            "backend work",
            *("yandex", Stage.IMAP_SESSION, "password"),
            "NO [UNAVAILABLE] Backend error",
            Cause.PROVIDER_OUTAGE,
        ),
        (
            "backlog at high volume",
            *("google", Stage.SMTP_CONNECT, "none"),
            "421 4.4.5 Server busy, try again later.",
            Cause.SERVER_BUSY,
        ),
        (
            "server-side limits",
            *("dovecot", Stage.IMAP_AUTH, "password"),
            "NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
            Cause.TOO_MANY_LOGINS,
        ),
        (
            "temporary API trouble",
            *("google", Stage.OAUTH_TOKEN, "oauth"),
            '{"error": "internal_failure", "error_description": "Backend Error"}',
            Cause.PROVIDER_OUTAGE,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and len(value) < 32 else "",
)
def test_what_the_founding_texts_name(
    named: str, provider: str, stage: Stage, auth: str, raw: str, cause: Cause
) -> None:
    assert explain(Response(raw, provider, stage, auth), RULES).cause is cause, named


def test_a_changed_password() -> None:
    refused = Failure(Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, "NO [AUTHENTICATIONFAILED] no")
    context = Context(now=NOW, worked_at=NOW - 60, refusals=2, same_secret_refused=True)
    assert diagnose(refused, context, RULES).cause is Cause.CREDENTIALS_REJECTED


def test_stops_of_our_own_are_pauses_and_no_fault() -> None:
    """A warm-up's precaution, a stop on a sending anomaly, a deliberate pause: the desk sets these itself."""
    assert leads_to(Cause.PROTECTIVE_PAUSE, resting=False) is VeilReason.PROTECTIVE_RULE
    assert leads_to(Cause.VAULT_LOCKED, resting=False) is VeilReason.VAULT_LOCKED


SET_BY_THE_DESK = {Cause.PROTECTIVE_PAUSE, Cause.VAULT_LOCKED}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_row_rules_words_and_a_page(cause: Cause) -> None:
    assert cause in CAUSES
    named = any(cause in {each.cause for each in rule.causes} for rule in RULES.rules)
    assert named or cause in SET_BY_THE_DESK
    words = (resources_dir() / "locale/en/LC_MESSAGES/desk.po").read_text(encoding="utf-8")
    for what in ("phrase", "headline", "next_step"):
        assert re.search(rf'msgid "cause\.{cause.value}\.{what}', words)
    assert (resources_dir() / "help" / "en" / f"{cause.value}.md").is_file()
