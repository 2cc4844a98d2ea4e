"""All that the outside may know about one mailbox now, and the part of it that outlives the program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.check import HalfResult, Outcome
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.oauth import GrantLife
from mailbox_desk.model.trial import Trial
from mailbox_desk.model.verdict import Half, Shown, State, Veil, Verdict


class Opinion(StrEnum):
    """The second opinion on a failed half: none awaited, one at the other protocol, or one at this half itself."""

    NONE = "none"
    AT_OTHER = "at_other"
    HERE = "here"


class Held(StrEnum):
    """Why a check that is due is held back. A person's Check now on the one mailbox is held back by the first alone."""

    LOGIN_LIMIT = "login_limit"
    BREAKER = "breaker"
    THROTTLE = "throttle"
    GOOD_SECRETS = "good_secrets"


@dataclass(frozen=True, slots=True)
class HalfStanding:
    """How one half stands. Times are seconds since 1970 UTC.

    `since`: when the verdict began; `failing_since`: the first failed check of the present failure.
    `refusals`: sign-ins with the present secret refused in a row at this half; `alone`: the other half took the
    same secret meanwhile, so this half is counted by itself. `resting`: the secret stays unused until a person acts.
    `tries`: checks failed in a row; a second opinion belongs to the check that it is about and counts no further, and
    a pass ends the row only when it held (`well_since`: the first pass of those in a row now).
    `due`: when the desk looks again by itself, None for never. `worked_at`: last success with the present secret.
    `last` is the result of the last check that was really made, `checked_at` when.
    `trial`: the host refuses good secrets, this one among them.
    """

    verdict: Verdict | None = None
    since: float = 0.0
    failing_since: float | None = None
    diagnosis: Diagnosis | None = None
    refusals: int = 0
    alone: bool = False
    resting: bool = False
    opinion: Opinion = Opinion.NONE
    tries: int = 0
    due: float | None = None
    worked_at: float | None = None
    last: HalfResult | None = None
    checked_at: float | None = None
    well_since: float | None = None
    trial: Trial | None = None

    @property
    def outcome(self) -> Outcome:
        """What the last check of this half came to: off, not tried yet, ok or failed."""
        if self.verdict is None:
            return Outcome.OFF
        return self.last.outcome if self.last else Outcome.NOT_TRIED


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store keeps of one mailbox's state. `secret_since`: when its secret was stored or replaced; None: not
    known, as in stores of older versions."""

    mailbox_id: MailboxId
    receiving: HalfStanding
    sending: HalfStanding
    veils: frozenset[Veil] = frozenset()
    since: float = 0.0
    last_checked: float | None = None
    acknowledged: bool = False
    secret_since: float | None = None

    def half(self, half: Half) -> HalfStanding:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def state(self) -> State:
        return State(self.receiving.verdict, self.sending.verdict, self.veils)

    @property
    def shown(self) -> Shown:
        return self.state.shown

    @property
    def worst(self) -> Half:
        """The half whose verdict is shown."""
        graver = self.sending.verdict is not None and (
            self.receiving.verdict is None or self.sending.verdict.gravity > self.receiving.verdict.gravity
        )
        return Half.SENDING if graver else Half.RECEIVING

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Why the worse half is down; None while all is well."""
        return self.half(self.worst).diagnosis


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One mailbox at one moment. `version` grows with every change of this mailbox; `held_until` (seconds since
    1970 UTC) is set while a check is held back, and `held` says by what; `checking_now` while one is under way.
    `part_of`: the id of the incident that it shares with others, "" for none; `unsteady_since` (seconds since 1970
    UTC): it comes and goes since then; `grant`: how long the sign-in lasts, where it is one by OAuth and that is
    known."""

    mailbox: Mailbox
    standing: Standing
    version: int
    checking_now: bool = False
    held_until: float | None = None
    warnings: tuple[str, ...] = ()
    held: Held | None = None
    part_of: str = ""
    unsteady_since: float | None = None
    grant: GrantLife | None = None

    @property
    def id(self) -> MailboxId:
        return self.mailbox.id

    @property
    def shown(self) -> Shown:
        return self.standing.shown
