"""What one check saw: its steps, and the first thing that failed. Facts only; why is for diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mailbox_desk.model.mailbox import MailboxId, Security
from mailbox_desk.model.verdict import Half


class Stage(StrEnum):
    """Where a server's answer was met; the words of the shared cases and of `explain` input."""

    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    IMAP_GREETING = "imap_greeting"
    IMAP_AUTH = "imap_auth"
    IMAP_SELECT = "imap_select"
    IMAP_SESSION = "imap_session"
    SMTP_CONNECT = "smtp_connect"
    SMTP_AUTH = "smtp_auth"
    SMTP_SEND = "smtp_send"
    OAUTH_TOKEN = "oauth_token"
    OAUTH_AUTHORIZE = "oauth_authorize"


class Step(StrEnum):
    """The finer steps of a check, in the order they are taken; the last two belong to OAuth."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    EHLO = "ehlo"
    CAPABILITY = "capability"
    STARTTLS = "starttls"
    SIGN_IN = "sign_in"
    SELECT = "select"
    QUOTA = "quota"
    ENVELOPE = "envelope"
    SIGN_OUT = "sign_out"
    AUTHORIZE = "authorize"
    TOKEN = "token"


def stage_of(step: Step, half: Half) -> Stage:
    """The stage that a step of one half belongs to."""
    receiving = half is Half.RECEIVING
    match step:
        case Step.RESOLVE:
            return Stage.DNS
        case Step.CONNECT:
            return Stage.TCP
        case Step.TLS | Step.STARTTLS:
            return Stage.TLS
        case Step.GREETING | Step.EHLO | Step.CAPABILITY:
            return Stage.IMAP_GREETING if receiving else Stage.SMTP_CONNECT
        case Step.SIGN_IN:
            return Stage.IMAP_AUTH if receiving else Stage.SMTP_AUTH
        case Step.SELECT:
            return Stage.IMAP_SELECT
        case Step.QUOTA:
            return Stage.IMAP_SESSION
        case Step.ENVELOPE:
            return Stage.SMTP_SEND
        case Step.SIGN_OUT:
            return Stage.IMAP_SESSION if receiving else Stage.SMTP_SEND
        case Step.AUTHORIZE:
            return Stage.OAUTH_AUTHORIZE
        case Step.TOKEN:
            return Stage.OAUTH_TOKEN


class FailureKind(StrEnum):
    """What sort of thing failed. At sign-in, REFUSED alone counts as a refused secret; unsure counts as REFUSED."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    UNTRUSTED = "untrusted"
    TLS_BROKEN = "tls_broken"
    BROKEN = "broken"
    CLOSED = "closed"
    TEMPORARY = "temporary"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the server showed. `not_after` is seconds since 1970 UTC, `sha256` the hex digest of the DER form."""

    sha256: str
    not_after: float | None = None
    subject: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The first thing that went wrong. `text` is the server's (or system's) words, verbatim but for secrets;
    `code` a response code: "AUTHENTICATIONFAILED" (RFC 5530) or "535 5.7.8" (RFC 3463), "" where there is none;
    `marks` short machine words that the adapter knows for sure (see adapters/failures.py)."""

    half: Half
    step: Step
    kind: FailureKind
    text: str
    code: str = ""
    marks: frozenset[str] = frozenset()
    certificate: Certificate | None = None

    @property
    def stage(self) -> Stage:
        return stage_of(self.step, self.half)

    @property
    def is_refused_secret(self) -> bool:
        """A final no: from the mail server, or to a grant from the token endpoint that gave it."""
        return self.step in (Step.SIGN_IN, Step.TOKEN) and self.kind is FailureKind.REFUSED

    @property
    def is_refused_sign_in(self) -> bool:
        """The mail server itself said no."""
        return self.step is Step.SIGN_IN and self.kind is FailureKind.REFUSED

    @property
    def is_unreached(self) -> bool:
        """The host was not reached at all: name look-up or connect."""
        return self.step in (Step.RESOLVE, Step.CONNECT)


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step taken: milliseconds, and a note in the server's or system's own words ("" for none)."""

    step: Step
    milliseconds: float
    passed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """Storage as the server counts it (RFC 9208), in KiB."""

    used_kib: int
    limit_kib: int

    @property
    def is_full(self) -> bool:
        return self.used_kib >= self.limit_kib > 0


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    OFF = "off"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class HalfResult:
    """What the check of one half saw. `security` is what was really used, where that became known; `capabilities` what
    the server offered before sign-in, in upper case: words of CAPABILITY, lines of EHLO ("AUTH PLAIN LOGIN")."""

    half: Half
    outcome: Outcome
    steps: tuple[StepRecord, ...] = ()
    failure: Failure | None = None
    certificate: Certificate | None = None
    quota: Quota | None = None
    security: Security | None = None
    seconds: float = 0.0
    capabilities: frozenset[str] = frozenset()

    @property
    def is_ok(self) -> bool:
        return self.outcome is Outcome.OK

    @property
    def was_reached(self) -> bool:
        return self.outcome in (Outcome.OK, Outcome.FAILED) and not (self.failure and self.failure.is_unreached)


def full_is_failed(result: HalfResult) -> HalfResult:
    """The result; a mailbox whose storage is full signs in without trouble, but takes no mail: that half failed."""
    quota = result.quota
    if not result.is_ok or quota is None or not quota.is_full:
        return result
    text = f"* QUOTA (STORAGE {quota.used_kib} {quota.limit_kib})"
    failure = Failure(result.half, Step.QUOTA, FailureKind.REFUSED, text, code="OVERQUOTA")
    return replace(result, outcome=Outcome.FAILED, failure=failure)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a mailbox. `started_at` is seconds since 1970 UTC; `attempt` numbers the checks of one run."""

    mailbox_id: MailboxId
    attempt: int
    started_at: float
    receiving: HalfResult
    sending: HalfResult

    def half(self, half: Half) -> HalfResult:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def seconds(self) -> float:
        return self.receiving.seconds + self.sending.seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits in seconds: each step in all, and the whole half in all."""

    resolve: float = 5.0
    connect: float = 10.0
    tls: float = 10.0
    greeting: float = 15.0
    sign_in: float = 30.0
    total: float = 60.0
