"""Mailboxes in every state that the window has to show."""

from __future__ import annotations

from collections.abc import Iterable

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Certificate, Failure, FailureKind, HalfResult, Outcome, Step, StepRecord
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Snapshot, Standing
from mailbox_desk.model.verdict import Half, Veil, VeilReason, Verdict
from mailbox_desk.ui.row_maker import row_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.wording import Wording

NOW = 1_800_000_000.0
REFUSAL = "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
_GOOD_STEPS = tuple(
    StepRecord(step, took)
    for step, took in ((Step.RESOLVE, 4.0), (Step.CONNECT, 12.0), (Step.TLS, 31.0), (Step.GREETING, 9.0))
)


def mailbox(name: str, address: str = "", *, provider: str = "generic", sends: bool = True) -> Mailbox:
    address = address or f"{name}@example.org"
    receiving = Endpoint("imap.example.org", 993, Security.TLS, address)
    sending = Endpoint("smtp.example.org", 465, Security.TLS, address) if sends else None
    return Mailbox(MailboxId(name), address, receiving, sending, provider=provider)


def result(half: Half, failure: Failure | None = None) -> HalfResult:
    last = failure.step if failure else Step.SIGN_OUT
    steps = (*_GOOD_STEPS, StepRecord(last, 240.0, passed=failure is None, note=failure.text if failure else ""))
    outcome = Outcome.FAILED if failure else Outcome.OK
    return HalfResult(half, outcome, steps, failure, seconds=0.3)


def refusal(half: Half = Half.RECEIVING, text: str = REFUSAL) -> Failure:
    return Failure(half, Step.SIGN_IN, FailureKind.REFUSED, text, "AUTHENTICATIONFAILED")


def untrusted(half: Half = Half.RECEIVING) -> Failure:
    shown = Certificate("ab" * 32, NOW + 86_400 * 300, "CN=mail.example.org", "CN=Example Own CA")
    return Failure(half, Step.TLS, FailureKind.UNTRUSTED, "certificate verify failed", certificate=shown)


def diagnosed(cause: Cause) -> Diagnosis:
    return Diagnosis((RankedCause(cause, 0.95),), rule="sample")


def standing_half(
    half: Half, verdict: Verdict, failure: Failure | None, cause: Cause | None, since: float
) -> HalfStanding:
    return HalfStanding(
        verdict=verdict,
        since=since,
        failing_since=since if failure else None,
        diagnosis=diagnosed(cause) if cause else None,
        due=NOW + 300,
        last=None if verdict is Verdict.CHECKING else result(half, failure),
    )


def snapshot(
    name: str,
    verdict: Verdict = Verdict.CONNECTED,
    cause: Cause | None = None,
    *,
    failure: Failure | None = None,
    veil: VeilReason | None = None,
    age: float = 660.0,
    version: int = 1,
    address: str = "",
    provider: str = "generic",
    checking_now: bool = False,
) -> Snapshot:
    failure = failure or (refusal() if cause else None)
    fine = Verdict.CHECKING if verdict is Verdict.CHECKING else Verdict.CONNECTED
    standing = Standing(
        MailboxId(name),
        standing_half(Half.RECEIVING, verdict, failure, cause, NOW - age),
        standing_half(Half.SENDING, fine, None, None, NOW - age),
        veils=frozenset({Veil(veil)}) if veil else frozenset(),
        since=NOW - age,
        last_checked=NOW - 60,
    )
    return Snapshot(mailbox(name, address, provider=provider), standing, version, checking_now=checking_now)


def dozen() -> list[Snapshot]:
    """A desk of twelve, like a real one."""
    needs, mends, suspect, fine = Verdict.NEEDS_YOU, Verdict.RECONNECTING, Verdict.SUSPECT, Verdict.CONNECTED
    busy = Failure(Half.RECEIVING, Step.GREETING, FailureKind.TEMPORARY, "* BYE [UNAVAILABLE] Try again later")
    slow = Failure(Half.RECEIVING, Step.CONNECT, FailureKind.TIMED_OUT, "timed out")
    return [
        snapshot("a", needs, Cause.CREDENTIALS_REJECTED, address="outreach@northwind.example", provider="google"),
        snapshot("b", needs, Cause.PROTOCOL_DISABLED, address="ops@northwind.example", provider="microsoft", age=7500),
        snapshot("c", needs, Cause.APP_PASSWORD_REQUIRED, address="sales2@fable.example", provider="google", age=6000),
        snapshot("k", needs, Cause.TLS_FAILURE, failure=untrusted(), address="warm@own.example", age=9000),
        snapshot("d", mends, Cause.SERVER_BUSY, failure=busy, address="hello1@harbor.example", age=1260),
        snapshot("e", mends, Cause.SERVER_BUSY, failure=busy, address="hello2@harbor.example", checking_now=True),
        snapshot("f", suspect, Cause.NETWORK_UNREACHABLE, failure=slow, address="sales3@fable.example", age=60),
        snapshot("g", fine, veil=VeilReason.BY_PERSON, address="warm03@fable.example", age=32_400),
        snapshot("l", fine, veil=VeilReason.OFFLINE, address="away@fable.example", age=300),
        snapshot("h", fine, address="sales@northwind.example", provider="google", age=86_400 * 19),
        snapshot("i", fine, address="team@fable.example", provider="microsoft", age=86_400 * 6),
        snapshot("j", Verdict.CHECKING, address="new@fable.example", age=0),
    ]


def rows(snapshots: Iterable[Snapshot], words: Wording, now: float = NOW) -> list[Row]:
    """Their lines in the list, providers named by their ids."""
    return [row_of(each, words, str, now) for each in snapshots]
