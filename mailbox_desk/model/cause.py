"""Why a mailbox dropped, and what follows from it: the CAUSES table.

No other place decides who must act, whether we retry, how loud we are or what the next step is.
The ids are a contract: `explain`, the tests, the help pages and the catalogues use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from mailbox_desk.model.verdict import VeilReason, Verdict


class Cause(StrEnum):
    CREDENTIALS_REJECTED = "credentials_rejected"
    PASSWORD_EXPIRED = "password_expired"
    APP_PASSWORD_REQUIRED = "app_password_required"
    BASIC_AUTH_DISABLED = "basic_auth_disabled"
    PROTOCOL_DISABLED = "protocol_disabled"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    OAUTH_APP_BLOCKED = "oauth_app_blocked"
    MFA_REQUIRED = "mfa_required"
    SUSPICIOUS_ACTIVITY = "suspicious_activity"
    TOO_MANY_LOGINS = "too_many_logins"
    SENDING_LIMIT = "sending_limit"
    OVER_QUOTA = "over_quota"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_MISSING = "account_missing"
    PROVIDER_OUTAGE = "provider_outage"
    MAINTENANCE = "maintenance"
    SERVER_BUSY = "server_busy"
    NETWORK_UNREACHABLE = "network_unreachable"
    LOCAL_NETWORK = "local_network"
    CAPTIVE_PORTAL = "captive_portal"
    TLS_FAILURE = "tls_failure"
    WRONG_SERVER_SETTINGS = "wrong_server_settings"
    PROTECTIVE_PAUSE = "protective_pause"
    VAULT_LOCKED = "vault_locked"
    UNKNOWN = "unknown"


class Actor(StrEnum):
    """Whose move it is."""

    NOBODY = "nobody"
    DESK = "desk"
    YOU = "you"
    ADMIN = "admin"
    PROVIDER = "provider"
    ADMIN_OR_PROVIDER = "admin_or_provider"


class Severity(IntEnum):
    """How loud: a note is only seen in the list, a loss is told at once."""

    NOTE = 1
    TROUBLE = 2
    LOSS = 3


class Action(StrEnum):
    """The one next step offered to a person. The words are in the catalogues."""

    NOTHING = "nothing"
    WAIT = "wait"
    ENTER_PASSWORD = "enter_password"
    ENTER_APP_PASSWORD = "enter_app_password"
    SIGN_IN_AGAIN = "sign_in_again"
    OPEN_PROVIDER = "open_provider"
    ASK_ADMIN = "ask_admin"
    ASK_PROVIDER = "ask_provider"
    FREE_STORAGE = "free_storage"
    FIX_SERVERS = "fix_servers"
    REVIEW_CERTIFICATE = "review_certificate"
    CHECK_NETWORK = "check_network"
    RESUME = "resume"
    UNLOCK = "unlock"
    READ_SERVER_LINE = "read_server_line"


class RetryKind(StrEnum):
    """How the waits of a plan come about: by a list, by dice under a limit that doubles, or not at all."""

    STEPS = "steps"
    FULL_JITTER = "full_jitter"
    NEVER = "never"


_MINUTE = 60.0
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How long to wait before each further try, in seconds.

    STEPS: `waits`, of which the last repeats. FULL_JITTER: anything up to `base` doubled with each try and never above
    `cap`, but not less than `base` (AWS, "Exponential Backoff and Jitter", seen 2026-11-24: of all ways to jitter the
    one with the least calls). `heeds_server`: where the server names a time itself, that goes before the plan.
    """

    name: str
    waits: tuple[float, ...] = ()
    kind: RetryKind = RetryKind.STEPS
    base: float = 5.0
    cap: float = 30 * _MINUTE
    heeds_server: bool = False


# Weather passes by itself: quick at first, so that a short one is short for us too.
WEATHER_PLAN = RetryPlan("weather", kind=RetryKind.FULL_JITTER, heeds_server=True)
LIMIT_PLAN = RetryPlan("limit", (30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR), heeds_server=True)
HOURLY_PLAN = RetryPlan("hourly", (_HOUR,))
# Waits that clients with years of practice use: FairEmail FAQ 123, seen 2026-11.
GENTLE_PLAN = RetryPlan("gentle", (30 * _MINUTE, _HOUR, 3 * _HOUR, 6 * _HOUR))
NO_PLAN = RetryPlan("none", kind=RetryKind.NEVER)


@dataclass(frozen=True, slots=True)
class CauseFacts:
    """One row: where a confirmed failure leads (a verdict, or a veil at once), who acts, how we retry."""

    then: Verdict | VeilReason
    who: Actor
    retry: RetryPlan
    severity: Severity
    action: Action


_NEEDS, _MENDS = Verdict.NEEDS_YOU, Verdict.RECONNECTING
_LOSS, _TROUBLE, _NOTE = Severity.LOSS, Severity.TROUBLE, Severity.NOTE

CAUSES: Mapping[Cause, CauseFacts] = MappingProxyType(
    {
        Cause.CREDENTIALS_REJECTED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.ENTER_PASSWORD),
        Cause.PASSWORD_EXPIRED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.OPEN_PROVIDER),
        Cause.APP_PASSWORD_REQUIRED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.ENTER_APP_PASSWORD),
        Cause.BASIC_AUTH_DISABLED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.SIGN_IN_AGAIN),
        Cause.PROTOCOL_DISABLED: CauseFacts(_NEEDS, Actor.ADMIN, HOURLY_PLAN, _LOSS, Action.ASK_ADMIN),
        Cause.TOKEN_EXPIRED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.SIGN_IN_AGAIN),
        Cause.TOKEN_REVOKED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.SIGN_IN_AGAIN),
        Cause.OAUTH_APP_BLOCKED: CauseFacts(_NEEDS, Actor.ADMIN, GENTLE_PLAN, _LOSS, Action.ASK_ADMIN),
        Cause.MFA_REQUIRED: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.SIGN_IN_AGAIN),
        Cause.SUSPICIOUS_ACTIVITY: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.OPEN_PROVIDER),
        Cause.TOO_MANY_LOGINS: CauseFacts(_MENDS, Actor.DESK, LIMIT_PLAN, _TROUBLE, Action.WAIT),
        Cause.SENDING_LIMIT: CauseFacts(_MENDS, Actor.DESK, LIMIT_PLAN, _LOSS, Action.WAIT),
        Cause.OVER_QUOTA: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.FREE_STORAGE),
        Cause.ACCOUNT_SUSPENDED: CauseFacts(_NEEDS, Actor.PROVIDER, GENTLE_PLAN, _LOSS, Action.ASK_PROVIDER),
        Cause.ACCOUNT_MISSING: CauseFacts(_NEEDS, Actor.ADMIN, GENTLE_PLAN, _LOSS, Action.ASK_ADMIN),
        Cause.PROVIDER_OUTAGE: CauseFacts(_MENDS, Actor.PROVIDER, WEATHER_PLAN, _TROUBLE, Action.WAIT),
        Cause.MAINTENANCE: CauseFacts(_MENDS, Actor.PROVIDER, WEATHER_PLAN, _NOTE, Action.WAIT),
        Cause.SERVER_BUSY: CauseFacts(_MENDS, Actor.DESK, WEATHER_PLAN, _NOTE, Action.WAIT),
        Cause.NETWORK_UNREACHABLE: CauseFacts(_MENDS, Actor.DESK, WEATHER_PLAN, _TROUBLE, Action.CHECK_NETWORK),
        Cause.LOCAL_NETWORK: CauseFacts(VeilReason.OFFLINE, Actor.YOU, WEATHER_PLAN, _TROUBLE, Action.CHECK_NETWORK),
        Cause.CAPTIVE_PORTAL: CauseFacts(
            VeilReason.CAPTIVE_PORTAL, Actor.YOU, WEATHER_PLAN, _TROUBLE, Action.CHECK_NETWORK
        ),
        Cause.TLS_FAILURE: CauseFacts(_NEEDS, Actor.ADMIN, GENTLE_PLAN, _LOSS, Action.REVIEW_CERTIFICATE),
        Cause.WRONG_SERVER_SETTINGS: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _LOSS, Action.FIX_SERVERS),
        Cause.PROTECTIVE_PAUSE: CauseFacts(VeilReason.PROTECTIVE_RULE, Actor.NOBODY, NO_PLAN, _NOTE, Action.RESUME),
        Cause.VAULT_LOCKED: CauseFacts(VeilReason.VAULT_LOCKED, Actor.YOU, NO_PLAN, _LOSS, Action.UNLOCK),
        Cause.UNKNOWN: CauseFacts(_NEEDS, Actor.YOU, GENTLE_PLAN, _TROUBLE, Action.READ_SERVER_LINE),
    }
)
