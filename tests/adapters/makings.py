"""Values that the adapters' tests write and read back."""

from __future__ import annotations

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Certificate, Failure, FailureKind, HalfResult, Outcome, Quota, Step, StepRecord
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.diagnosis import Diagnosis, Fact, RankedCause
from mailbox_desk.model.history import Heartbeat, Record, Refusal, StatusChange
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Half, Shown, Veil, VeilReason, Verdict

NOW = 1_800_000_000.0
OFFERED = frozenset({"IMAP4REV1", "AUTH=PLAIN"})


def mailbox(number: int = 1, name: str = "") -> Mailbox:
    address = f"box{number}@example.org"
    return Mailbox(
        id=MailboxId(f"id-{number}"),
        address=address,
        receiving=Endpoint("imap.example.org", 993, Security.TLS, address, pinned_sha256="ab" * 32),
        sending=Endpoint("smtp.example.org", 587, Security.STARTTLS, address),
        name=name,
        tags=("sales", "Zürich"),
        note="a note",
    )


def good_half(half: Half) -> HalfStanding:
    steps = tuple(StepRecord(step, 1.25) for step in (Step.RESOLVE, Step.CONNECT, Step.TLS, Step.SIGN_IN))
    result = HalfResult(half, Outcome.OK, steps, quota=Quota(10, 100), security=Security.TLS, seconds=0.1)
    return HalfStanding(Verdict.CONNECTED, since=NOW, worked_at=NOW, due=NOW + 300, last=result)


def refused_half(text: str = "NO [AUTHENTICATIONFAILED] Authentication failed.") -> HalfStanding:
    failure = Failure(
        Half.RECEIVING,
        Step.SIGN_IN,
        FailureKind.REFUSED,
        text,
        "AUTHENTICATIONFAILED",
        frozenset({"final"}),
        Certificate("cd" * 32, NOW + 1e6),
    )
    return HalfStanding(
        Verdict.NEEDS_YOU,
        since=NOW,
        failing_since=NOW - 120,
        diagnosis=Diagnosis(
            (RankedCause(Cause.CREDENTIALS_REJECTED, 0.95),),
            "rule",
            (Fact("worked", True), Fact("n", 2.5), Fact("s", "x")),
        ),
        refusals=2,
        resting=True,
        opinion=Opinion.HERE,
        tries=2,
        last=HalfResult(Half.RECEIVING, Outcome.FAILED, failure=failure, seconds=0.2, capabilities=OFFERED),
    )


def standing(number: int = 1, *, refused: bool = False, last_checked: float | None = NOW) -> Standing:
    return Standing(
        MailboxId(f"id-{number}"),
        refused_half() if refused else good_half(Half.RECEIVING),
        good_half(Half.SENDING),
        frozenset({Veil(VeilReason.OFFLINE), Veil(VeilReason.BY_PERSON, NOW + 60)}) if number % 7 == 0 else frozenset(),
        since=NOW,
        last_checked=last_checked,
        secret_since=NOW - 86_400,
    )


def heartbeat(number: int, at: float, shown: Shown = Shown.CONNECTED) -> Heartbeat:
    return Heartbeat(MailboxId(f"id-{number}"), at, shown, "ok", "failed", 0.5, None)


def change(number: int, at: float) -> StatusChange:
    return StatusChange(MailboxId(f"id-{number}"), at, Shown.NEEDS_YOU, Cause.CREDENTIALS_REJECTED.value)


def incident(
    identity: str,
    numbers: tuple[int, ...],
    at: float = NOW,
    closed_at: float | None = None,
    told_at: float | None = None,
) -> Incident:
    ids = tuple(MailboxId(f"id-{number}") for number in numbers)
    return Incident(identity, ids, Cause.PROVIDER_OUTAGE, Verdict.RECONNECTING, at - 60, at, at, closed_at, told_at)


def full_record(number: int, at: float) -> Record:
    return Record(
        standing=standing(number, last_checked=at),
        heartbeat=heartbeat(number, at),
        change=change(number, at),
        refusals=(Refusal(at, "imap.example.org", MailboxId(f"id-{number}")),),
        incidents=(incident(f"incident-{number}-{at}", (number,), at),),
    )


def password(text: str, sending: str | None = None) -> Password:
    return Password(Secret(text), None if sending is None else Secret(sending))
