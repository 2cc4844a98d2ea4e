"""What is said of a mailbox: its state, why, whose move it is, what to do and what the desk does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.cause import CAUSES, Action, Actor, Cause
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half, Shown, Veil
from mailbox_desk.wording.app_settings import setting_key
from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.reasons import named, reason
from mailbox_desk.wording.resting import resting_sentence
from mailbox_desk.wording.times import ago, clock, duration

if TYPE_CHECKING:  # not loaded before the window's first paint
    from mailbox_desk.model.check import Failure, Step
    from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
    from mailbox_desk.model.snapshot import HalfStanding, Snapshot

_LONGEST_LINE: Final = 600
_OF_THIS_COMPUTER: Final = frozenset({"unreachable", "timed_out", "untrusted", "tls_broken", "internal"})
_CHECKED_AFTERWARDS: Final = frozenset(
    {
        Action.ENTER_PASSWORD,
        Action.ENTER_APP_PASSWORD,
        Action.SIGN_IN_AGAIN,
        Action.FIX_SERVERS,
        Action.REVIEW_CERTIFICATE,
        Action.READ_SERVER_LINE,
    }
)


class Wording:
    """The one voice. Build it by `Wording.load()`."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    @classmethod
    def load(
        cls, languages: Sequence[str] | None = None, *, folder: Path | None = None, strict: bool = False
    ) -> Wording:
        """The words of the first language there is; None asks the environment. `strict` raises for a missing key."""
        return cls(Catalogue.load(languages, folder=folder, strict=strict))

    def text(self, key: str, **values: object) -> str:
        return self._words.text(key, **values)

    def has(self, key: str) -> bool:
        """There are words for this key."""
        return self._words.has(key)

    def plural(self, key: str, count: int, **values: object) -> str:
        return self._words.plural(key, count, **values)

    def duration(self, seconds: float) -> str:
        """Seconds in short words: "11 min", "2 h 05", "19 days"."""
        return duration(self._words, seconds)

    def ago(self, seconds: float) -> str:
        return ago(self._words, seconds)

    def clock(self, time: float, now: float | None = None) -> str:
        """Local clock time of a moment (seconds since 1970 UTC); with `now`, the day too where it is another."""
        return clock(self._words, time, now)

    def status(self, shown: Shown) -> str:
        return self.text(f"status.{shown.value}")

    def step_name(self, step: Step) -> str:
        return self.text(f"step.{step.value}")

    def action(self, action: Action) -> str:
        return self.text(f"action.{action.value}")

    def warning(self, warning: str) -> str:
        return self.text(f"warning.{warning}")

    def cause_phrase(self, snapshot: Snapshot) -> str:
        """A few words for the list: why it is not connected; "" where nothing is wrong or nothing known."""
        veil, diagnosis = veil_of(snapshot), snapshot.standing.diagnosis
        if veil is not None:
            return self.text(f"veil.{veil.reason.value}.phrase")
        if snapshot.shown in (Shown.CONNECTED, Shown.CHECKING) or diagnosis is None:
            return ""
        return self._of_cause(diagnosis, "phrase", snapshot)

    def headline(self, snapshot: Snapshot) -> str:
        """One sentence: what is the matter with this mailbox."""
        veil, diagnosis = veil_of(snapshot), snapshot.standing.diagnosis
        if veil is not None:
            return self.text(f"veil.{veil.reason.value}.headline")
        if snapshot.shown is Shown.CONNECTED:
            return self.text(f"headline.connected.{_what_works(snapshot)}")
        if snapshot.shown is Shown.CHECKING or diagnosis is None:
            return self.text(f"headline.{snapshot.shown.value.lower()}")
        said = self._of_cause(diagnosis, "headline", snapshot)
        return self.text("headline.suspected", headline=said) if snapshot.shown is Shown.SUSPECT else said

    def whose_move(self, snapshot: Snapshot) -> str:
        """Who acts next, and how sure we are of the cause."""
        diagnosis = snapshot.standing.diagnosis
        match snapshot.shown:
            case Shown.CONNECTED:
                return self.text(f"actor.{Actor.NOBODY.value}")
            case Shown.BLIND | Shown.PAUSED:
                return self.text(f"actor.{Actor.YOU.value}")
            case Shown.CHECKING | Shown.SUSPECT:
                return self.text(f"actor.{Actor.DESK.value}")
            case Shown.RECONNECTING | Shown.NEEDS_YOU:
                if diagnosis is None:
                    return self.text(f"actor.{Actor.YOU.value}")
                return self.whose(diagnosis)

    def because(self, snapshot: Snapshot) -> list[str]:
        """The reasons that speak for the diagnosis, the weightiest first; [] where nothing is wrong."""
        diagnosis, checked = _judged(snapshot), snapshot.standing.last_checked
        said = (reason(self._words, fact, checked) for fact in diagnosis.speaking) if diagnosis else ()
        return [sentence for sentence in said if sentence]

    def ruled_out(self, snapshot: Snapshot) -> str:
        """What it is not, in one line; "" where nothing was ruled out or nothing is wrong."""
        diagnosis, checked = _judged(snapshot), snapshot.standing.last_checked
        names = [named(self._words, fact, checked) for fact in diagnosis.ruled_out] if diagnosis else []
        return self.text("ruled_out", names="; ".join(filter(None, names))) if any(names) else ""

    def reasons(self, diagnosis: Diagnosis, now: float | None = None) -> list[str]:
        """The facts of a diagnosis as sentences; times are said as seen from `now` (seconds since 1970 UTC)."""
        said = (reason(self._words, fact, now) for fact in diagnosis.facts)
        return [sentence for sentence in said if sentence]

    def server_line(self, snapshot: Snapshot) -> str:
        """The server's (or the system's) own words, odd bytes shown as such; "" where there were none."""
        failure = failure_of(snapshot)
        return "" if failure is None or veil_of(snapshot) is not None else shown_line(failure.text)

    def whose_words(self, snapshot: Snapshot) -> str:
        """A heading for that line: of what can't be reached or trusted this computer tells, of all else the server."""
        failure = failure_of(snapshot)
        is_ours = failure is not None and failure.kind.value in _OF_THIS_COMPUTER
        return self.text("pane.system" if is_ours else "ui.pane.server")

    def next_step(self, snapshot: Snapshot, now: float) -> str:
        """One sentence: what to do, or when the desk goes on by itself; "" where all is well."""
        veil, diagnosis = veil_of(snapshot), snapshot.standing.diagnosis
        if veil is not None:
            return self._veiled(veil, "next_step", now)
        match snapshot.shown:
            case Shown.CONNECTED:
                return ""
            case Shown.CHECKING | Shown.SUSPECT:
                return self._desk_goes_on(snapshot, now)
            case Shown.RECONNECTING if diagnosis is None:
                return self._desk_goes_on(snapshot, now)
            case _ if diagnosis is None:
                return self.text("next_step.look")
            case _:
                return self._to_do(snapshot, diagnosis, now)

    def next_try(self, snapshot: Snapshot, now: float) -> str:
        """What the desk does by itself from here, and when."""
        veil = veil_of(snapshot)
        if veil is not None:
            return self._veiled(veil, "meanwhile", now)
        if snapshot.checking_now:
            return self.text("meanwhile.checking_now")
        if snapshot.held_until is not None:
            return self._held(snapshot, "meanwhile", snapshot.held_until, now)
        resting = resting_sentence(self._words, snapshot, now)
        if resting:
            return resting
        due = due_of(snapshot)
        if due is None:
            return self.text("meanwhile.never")
        key = "next_check" if snapshot.shown is Shown.CONNECTED else "next_try"
        return self._timed(f"meanwhile.{key}", due, now)

    def explained(self, diagnosis: Diagnosis) -> str:
        """A diagnosis of a bare text: what it means, how sure that is, whose move it is."""
        actor = self.text(f"actor.{diagnosis.who.value}")
        certainty = self._certainty(diagnosis)
        return self.text("explain.sentence", headline=self.meaning(diagnosis), certainty=certainty, actor=actor)

    def meaning(self, diagnosis: Diagnosis) -> str:
        """One sentence: what a bare text means."""
        return self._of_cause(diagnosis, "headline", None)

    def whose(self, diagnosis: Diagnosis) -> str:
        """Whose move it is by a diagnosis alone, and how sure that is."""
        actor = self.text(f"actor.{diagnosis.who.value}")
        return self.text("whose_move", actor=actor, certainty=self._certainty(diagnosis))

    def advice(self, diagnosis: Diagnosis) -> str:
        """What to do about it, in one sentence."""
        return self._of_cause(diagnosis, "next_step", None)

    def others(self, diagnosis: Diagnosis) -> list[str]:
        """The less likely causes, each with how likely it is."""
        return [
            self.text("pane.other", phrase=self.text(f"cause.{each.cause.value}.phrase"), chance=self._chance(each))
            for each in diagnosis.causes[1:]
        ]

    def could_also_be(self, diagnosis: Diagnosis) -> str:
        """The less likely causes in a line, "" where there are none."""
        others = [self.text(f"cause.{each.cause.value}.phrase") for each in diagnosis.causes[1:]]
        return self.text("explain.others", phrases=" · ".join(others)) if others else ""

    def incident_title(self, cause: Cause, count: int) -> str:
        """One line for an incident of `count` mailboxes that share a cause."""
        return self.plural("incident.title", count, phrase=self.text(f"cause.{cause.value}.phrase"))

    def _certainty(self, diagnosis: Diagnosis) -> str:
        return self.text(f"certainty.{diagnosis.certainty.value}")

    def _chance(self, ranked: RankedCause) -> str:
        bounds = ((0.6, "likely"), (0.25, "maybe"))
        return self.text(
            f"pane.chance.{next((word for least, word in bounds if ranked.confidence >= least), 'unlikely')}"
        )

    def _of_cause(self, diagnosis: Diagnosis, what: str, snapshot: Snapshot | None) -> str:
        """The words of the rule that decided where it has its own, else of the cause, for whoever must act."""
        cause = diagnosis.cause.value
        keys = (f"rule.{diagnosis.rule}.{what}", f"cause.{cause}.{what}.{diagnosis.who.value}", f"cause.{cause}.{what}")
        key = next((each for each in keys if self._words.has(each)), keys[-1])
        return self.text(key, protocol=self._protocol(snapshot))

    def _protocol(self, snapshot: Snapshot | None) -> str:
        """Which half the words are about: "IMAP" or "SMTP"; both where only a bare text is known."""
        half = snapshot.standing.worst.value if snapshot is not None else "either"
        return self.text(f"protocol.{half}")

    def _veiled(self, veil: Veil, what: str, now: float) -> str:
        if veil.until is not None:
            return self.text(f"veil.until.{what}", clock=self.clock(veil.until, now))
        return self.text(f"veil.{veil.reason.value}.{what}")

    def _to_do(self, snapshot: Snapshot, diagnosis: Diagnosis, now: float) -> str:
        if snapshot.shown is Shown.RECONNECTING:
            return self._desk_goes_on(snapshot, now)
        to_do = self._setting(snapshot, diagnosis) or self._of_cause(diagnosis, "next_step", snapshot)
        resting = snapshot.standing.half(snapshot.standing.worst).resting
        action = CAUSES[diagnosis.cause].action
        if not resting or action in _CHECKED_AFTERWARDS or diagnosis.cause is Cause.PASSWORD_EXPIRED:
            return to_do
        return self.text("next_step.then_check", step=to_do)

    def _setting(self, snapshot: Snapshot, diagnosis: Diagnosis) -> str:
        """The very setting of the OAuth app that is to be changed, where the provider's words name it. That of an admin
        connection is named by its rule."""
        failure = failure_of(snapshot)
        if failure is not None and Mark.ADMIN_CONNECTION in failure.marks:
            return ""
        key = setting_key(failure.text) if failure and diagnosis.cause is Cause.OAUTH_APP_BLOCKED else ""
        return self.text(key) if key else ""

    def _desk_goes_on(self, snapshot: Snapshot, now: float) -> str:
        if snapshot.held_until is not None:
            return self._held(snapshot, "next_step", snapshot.held_until, now)
        due = due_of(snapshot)
        kind = snapshot.shown.value.lower()
        if snapshot.checking_now or due is None or due <= now:
            return self.text(f"next_step.{kind}.soon")
        return self.text(f"next_step.{kind}.at", clock=self.clock(due, now))

    def _held(self, snapshot: Snapshot, what: str, until: float, now: float) -> str:
        """What holds the next try back, and until when; what is said of the login limit where nothing else does."""
        reason = snapshot.held.value if snapshot.held is not None else "login_limit"
        own = f"{what}.held.{reason}"
        return self.text(own if self.has(own) else f"{what}.held_back", clock=self.clock(until, now))

    def _timed(self, key: str, due: float, now: float) -> str:
        if due <= now:
            return self.text(f"{key}.soon")
        return self.text(f"{key}.at", time=self.duration(due - now), clock=self.clock(due, now))


def veil_of(snapshot: Snapshot) -> Veil | None:
    """The veil that is shown: the one whose end is furthest, an open end before all."""
    if snapshot.shown not in (Shown.BLIND, Shown.PAUSED):
        return None
    veils = [veil for veil in snapshot.standing.veils if veil.kind.value == snapshot.shown.value]
    return max(veils, key=lambda veil: (veil.until is None, veil.until or 0.0, veil.reason.value))


def failure_of(snapshot: Snapshot) -> Failure | None:
    """What failed last in the half that is shown; None where that half passed or was not tried."""
    last = snapshot.standing.half(snapshot.standing.worst).last
    return last.failure if last is not None else None


def due_of(snapshot: Snapshot) -> float | None:
    """When the desk looks again by itself (seconds since 1970 UTC)."""
    return min((view.due for view in _halves_on(snapshot) if view.due is not None and not view.resting), default=None)


def shown_line(text: str) -> str:
    """A server's words for showing: one paragraph, control characters as \\x.., not longer than a few lines."""
    lines = " ".join(text.split())
    safe = "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in lines)
    return safe if len(safe) <= _LONGEST_LINE else f"{safe[:_LONGEST_LINE]}…"


def _judged(snapshot: Snapshot) -> Diagnosis | None:
    return snapshot.standing.diagnosis if veil_of(snapshot) is None else None


def _halves_on(snapshot: Snapshot) -> list[HalfStanding]:
    return [view for view in (snapshot.standing.receiving, snapshot.standing.sending) if view.verdict is not None]


def _what_works(snapshot: Snapshot) -> str:
    on = [half for half in Half if snapshot.standing.half(half).verdict is not None]
    return "both" if len(on) != 1 else on[0].value
