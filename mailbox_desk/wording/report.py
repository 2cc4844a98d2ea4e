"""One mailbox as a line: the JSON object that scripts rely on (README, "The command line"), or a line for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.check import Outcome
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown, VeilReason
from mailbox_desk.wording.voice import Wording, failure_of, veil_of

ALL_CONNECTED, SOME_NOT, COULD_NOT_RUN = 0, 1, 2

_VEIL_CAUSES = {
    VeilReason.OFFLINE: Cause.LOCAL_NETWORK,
    VeilReason.ASLEEP: Cause.LOCAL_NETWORK,
    VeilReason.CAPTIVE_PORTAL: Cause.CAPTIVE_PORTAL,
    VeilReason.NEW_NETWORK: Cause.PROTECTIVE_PAUSE,
    VeilReason.VAULT_LOCKED: Cause.VAULT_LOCKED,
    VeilReason.BY_PERSON: Cause.PROTECTIVE_PAUSE,
    VeilReason.PROTECTIVE_RULE: Cause.PROTECTIVE_PAUSE,
    VeilReason.MAINTENANCE_WINDOW: Cause.PROTECTIVE_PAUSE,
}
_NOT_FAILING = (Shown.CONNECTED, Shown.CHECKING, Shown.BLIND, Shown.PAUSED)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Turns snapshots into lines. Halves not checked since `since` (seconds since 1970 UTC) are not_tried."""

    wording: Wording
    since: float = 0.0

    def as_json(self, snapshot: Snapshot, now: float, *, dated: bool = False) -> str:
        """The contract's object; `dated` adds "at" (ISO 8601 UTC)."""
        told: dict[str, object] = {"at": iso(now)} if dated else {}
        cause, who = cause_of(snapshot), who_of(snapshot)
        told |= {
            "address": snapshot.mailbox.address,
            "status": snapshot.shown.value,
            "cause": cause.value if cause else None,
            "receiving": self._outcome(snapshot, Half.RECEIVING).value,
            "sending": self._outcome(snapshot, Half.SENDING).value,
            "who": who.value,
            "evidence": self._evidence(snapshot),
            "next_step": self.wording.next_step(snapshot, now),
            "seconds": round(self._seconds(snapshot), 3),
        }
        return json.dumps(told, ensure_ascii=False)

    def as_text(self, snapshot: Snapshot, now: float) -> str:
        """Status, address, cause and the next step, in columns."""
        status = self.wording.status(snapshot.shown)
        line = f"{status:<14} {snapshot.mailbox.address:<36} {self.wording.cause_phrase(snapshot)}".rstrip()
        step = self.wording.next_step(snapshot, now)
        return line if snapshot.shown is Shown.CONNECTED or not step else f"{line}\n{'':<15}{step}"

    def _outcome(self, snapshot: Snapshot, half: Half) -> Outcome:
        view = snapshot.standing.half(half)
        if view.outcome in (Outcome.OK, Outcome.FAILED) and (view.checked_at or 0.0) < self.since:
            return Outcome.NOT_TRIED
        return view.outcome

    def _seconds(self, snapshot: Snapshot) -> float:
        views = [snapshot.standing.half(half) for half in Half]
        return sum(view.last.seconds for view in views if view.last and (view.checked_at or 0.0) >= self.since)

    def _evidence(self, snapshot: Snapshot) -> list[str]:
        failure = failure_of(snapshot) if snapshot.shown not in _NOT_FAILING else None
        if failure is None:
            return []
        return [*filter(None, (failure.text, *self.wording.because(snapshot), self.wording.ruled_out(snapshot)))]


def round_code(shown: Sequence[Snapshot]) -> int:
    """The exit code of a round: all connected, some not, or nothing could be seen."""
    if all(snapshot.shown is Shown.CONNECTED for snapshot in shown):
        return ALL_CONNECTED
    return COULD_NOT_RUN if all(snapshot.shown is Shown.BLIND for snapshot in shown) else SOME_NOT


def cause_of(snapshot: Snapshot) -> Cause | None:
    """The cause of what is shown: of the veil where there is one."""
    veil = veil_of(snapshot)
    if veil is not None:
        return _VEIL_CAUSES[veil.reason]
    if snapshot.shown in (Shown.CONNECTED, Shown.CHECKING):
        return None
    return snapshot.standing.diagnosis.cause if snapshot.standing.diagnosis else None


def who_of(snapshot: Snapshot) -> Actor:
    """Whose move it is."""
    diagnosis = snapshot.standing.diagnosis
    match snapshot.shown:
        case Shown.CONNECTED:
            return Actor.NOBODY
        case Shown.CHECKING | Shown.SUSPECT:
            return Actor.DESK
        case Shown.BLIND | Shown.PAUSED:
            return Actor.YOU
        case _:
            return diagnosis.who if diagnosis else Actor.YOU


def iso(seconds: float) -> str:
    """Seconds since 1970 UTC as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
