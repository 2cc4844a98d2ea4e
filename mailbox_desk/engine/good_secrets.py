"""Hosts that refuse good secrets (house plan, "Secrets refused", point 5): who was tried there lately, and which hosts
are on trial. Bookkeeping that touches no mailbox: it answers with orders, and the engine carries them.

That secrets differ is seen by digests under a salt that lives as long as this object; no digest is ever stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mailbox_desk.engine.ports import Clock
from mailbox_desk.engine.refusals import with_half
from mailbox_desk.engine.trial import PROBE_WAITS, trial_of
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.trial import Role, Trial
from mailbox_desk.model.verdict import Half

MANY: Final = 3
NAMES_NOTHING: Final = frozenset({Cause.CREDENTIALS_REJECTED, Cause.PROVIDER_OUTAGE, Cause.UNKNOWN})
"""Causes of a refusal whose text names no other: it may be the host as well as the secret."""

_SECONDS_EACH: Final = 5.0
_SPREAD_AT_MOST: Final = 600.0

_Place = tuple[Half, str]


@dataclass(frozen=True, slots=True)
class Joins:
    """This half of the mailbox is on trial from now on, with `others` more."""

    half: Half
    trial: Trial
    others: int


@dataclass(frozen=True, slots=True)
class Moves:
    """News of the trial."""

    trial: Trial


@dataclass(frozen=True, slots=True)
class GivesUp:
    """The probe was refused for the last time."""

    others: int


Order = Joins | Moves | GivesUp
Orders = Sequence[tuple[MailboxId, Order]]


@dataclass(frozen=True, slots=True)
class _Try:
    """The latest sign-in of a mailbox at a place. `at`: seconds of the clock that never goes back. `suspicious`: a good
    secret was refused, and nothing names another cause. `mark`: the digest of that secret, None after a restart."""

    at: float
    suspicious: bool = False
    mark: bytes | None = None
    shared: bool = False


@dataclass(slots=True)
class _Open:
    """A host on trial. `trial` as its probe has it; `members` in the order in which they came."""

    trial: Trial
    probe: MailboxId
    members: dict[MailboxId, bool] = field(default_factory=dict)  # whether both halves use the secret
    others_passed: set[MailboxId] = field(default_factory=set)  # since it began


class GoodSecrets:
    """`window`: seconds within which tries at a host are held against each other. `is_free`: a mailbox can be tried by
    the desk itself now, so it can be the probe."""

    def __init__(self, clock: Clock, *, window: float, is_free: Callable[[MailboxId], bool]) -> None:
        self._clock = clock
        self._window = window
        self._is_free = is_free
        self._salt = secrets.token_bytes(32)
        self._tries: defaultdict[_Place, dict[MailboxId, _Try]] = defaultdict(dict)
        self._passed_at: dict[_Place, float] = {}
        self._open: dict[_Place, _Open] = {}

    def mark(self, secret: Secret) -> bytes:
        """What tells this secret from others while the program runs, and nothing else of it."""
        return hashlib.blake2b(secret.reveal().encode("utf-8", "surrogatepass"), key=self._salt).digest()

    def remember(self, mailboxes: Iterable[Mailbox], standings: Iterable[Standing]) -> dict[MailboxId, Standing]:
        """Take up what an earlier run left. The answer: standings to change, where a trial has no probe."""
        known = {mailbox.id: mailbox for mailbox in mailboxes}
        left = [standing for standing in standings if standing.mailbox_id in known]
        for standing in left:
            for half in known[standing.mailbox_id].halves:
                self._remember_half(known[standing.mailbox_id], half, standing.half(half))
        orphans = self._with_probes(left)
        return {each.mailbox_id: each for each in orphans}

    def passed(self, mailbox: Mailbox, half: Half) -> Orders:
        """A secret was taken at this host. Once it has taken those of more others than are on trial the doubt was
        wrong: where sign-ins are rare, a few changed passwords look at first like a host that refuses all."""
        place = _place(mailbox, half)
        self._tries[place][mailbox.id] = _Try(self._clock.monotonic())
        self._passed_at[place] = self._clock.monotonic()
        found = self._open.get(place)
        if found is None or mailbox.id in found.members:
            return ()
        found.others_passed.add(mailbox.id)
        if len(found.others_passed) <= len(found.members):
            return ()
        del self._open[place]
        return self._one_try_each(found, list(found.members))

    def refused(
        self, mailbox: Mailbox, half: Half, cause: Cause, *, good: bool, mark: bytes | None, shared: bool
    ) -> Orders:
        """A secret was refused here. `good`: it worked formerly; `cause`: as it was judged. Raises nothing."""
        place = _place(mailbox, half)
        suspicious = good and cause in NAMES_NOTHING
        self._tries[place][mailbox.id] = _Try(self._clock.monotonic(), suspicious, mark, shared)
        if not suspicious:
            return ()
        if place in self._open:
            return self._join(place, [mailbox.id])
        return self._begin(place) if self._is_host_in_doubt(place) else ()

    def probe_refused(self, mailbox_id: MailboxId, trial: Trial | None) -> Orders:
        """The probe was refused again; `trial` as it has it now, None where that was the last time."""
        place = self._place_of(mailbox_id)
        if place is None or self._open[place].probe != mailbox_id:
            return ()
        found = self._open[place]
        others = [each for each in found.members if each != mailbox_id]
        if trial is None:
            del self._open[place]
            return [(each, GivesUp(len(others))) for each in others]
        found.trial = trial
        return [(each, Moves(replace(trial, role=Role.WAITS))) for each in others]

    def member_passed(self, mailbox_id: MailboxId) -> Orders:
        """A secret that was on trial was taken: the others get one try each, spread over a while."""
        place = self._place_of(mailbox_id)
        if place is None:
            return ()
        found = self._open.pop(place)
        return self._one_try_each(found, [each for each in found.members if each != mailbox_id])

    def _one_try_each(self, found: _Open, others: Sequence[MailboxId]) -> Orders:
        gap = min(_SECONDS_EACH, _SPREAD_AT_MOST / max(1, len(others)))
        now = self._clock.now()
        return [
            (each, Moves(replace(found.trial, role=Role.LAST_TRY, until=now + gap * number)))
            for number, each in enumerate(others, start=1)
        ]

    def left(self, mailbox_id: MailboxId, *, for_good: bool = True) -> Orders:
        """The mailbox was removed or got another secret; with `for_good` False it only can't be the probe now."""
        if for_good:
            for tries in self._tries.values():
                tries.pop(mailbox_id, None)
        place = self._place_of(mailbox_id)
        if place is None:
            return ()
        found = self._open[place]
        if for_good:
            del found.members[mailbox_id]
        if not found.members:
            del self._open[place]
            return ()
        heir = next((each for each in found.members if each != mailbox_id and self._is_free(each)), None)
        if heir is None and for_good:
            heir = next(iter(found.members))
        if found.probe != mailbox_id or heir is None:
            return ()
        found.probe = heir
        found.trial = replace(found.trial, until=max(found.trial.until, self._clock.now() + 1.0))
        waits = [] if for_good else [(mailbox_id, Moves(replace(found.trial, role=Role.WAITS)))]
        return [*waits, (heir, Moves(found.trial))]

    def held_until(self, mailbox: Mailbox, half: Half) -> float | None:
        """When the probe of this host tries next, for who is no part of the trial; None where nothing holds him back:
        no trial, or the host takes others' secrets."""
        place = _place(mailbox, half)
        found = self._open.get(place)
        if found is None or mailbox.id in found.members:
            return None
        passed = self._passed_at.get(place)
        takes_others = passed is not None and self._clock.monotonic() - passed < self._window
        return None if takes_others else found.trial.until

    def _is_host_in_doubt(self, place: _Place) -> bool:
        since = self._clock.monotonic() - self._window
        lately = [each for each in self._tries[place].values() if each.at > since]
        suspicious = [each for each in lately if each.suspicious]
        different = {each.mark for each in suspicious if each.mark is not None}
        return len(different) >= MANY and 2 * len(suspicious) >= len(lately)

    def _begin(self, place: _Place) -> Orders:
        """All whose good secret was refused within the window, or since the host last took one."""
        now = self._clock.monotonic()
        since = min(now - self._window, self._passed_at.get(place, now))
        suspicious = [key for key, each in self._tries[place].items() if each.suspicious and each.at > since]
        members = [each for each in suspicious if self._place_of(each) is None]
        if not members:
            return ()
        began = self._clock.now()
        trial = Trial(place[1], began, Role.PROBE, began + PROBE_WAITS[0])
        probe = next((each for each in members if self._is_free(each)), members[0])
        self._open[place] = _Open(trial, probe)
        return self._join(place, members)

    def _join(self, place: _Place, members: Sequence[MailboxId]) -> Orders:
        found = self._open[place]
        orders = []
        new = [each for each in members if self._place_of(each) is None]
        for each in new:
            known = self._tries[place].get(each)
            found.members[each] = known is not None and known.shared
        for each in new:
            role = Role.PROBE if each == found.probe else Role.WAITS
            trial = replace(found.trial, role=role, shared=found.members[each])
            orders.append((each, Joins(place[0], trial, len(found.members) - 1)))
        return orders

    def _place_of(self, mailbox_id: MailboxId) -> _Place | None:
        return next((place for place, found in self._open.items() if mailbox_id in found.members), None)

    def _remember_half(self, mailbox: Mailbox, half: Half, view: HalfStanding) -> None:
        if view.checked_at is None or view.last is None:
            return
        place = _place(mailbox, half)
        at = self._clock.monotonic() - max(0.0, self._clock.now() - view.checked_at)
        failure = view.last.failure
        if failure is None:
            self._tries[place][mailbox.id] = _Try(at)
            self._passed_at[place] = max(at, self._passed_at.get(place, at))
        elif failure.is_refused_secret:
            cause = view.diagnosis.cause if view.diagnosis is not None else Cause.UNKNOWN
            suspicious = view.worked_at is not None and cause in NAMES_NOTHING
            self._tries[place][mailbox.id] = _Try(at, suspicious)

    def _with_probes(self, standings: Iterable[Standing]) -> list[Standing]:
        """Open the trials again. One whose probe is not among them (it ended amid its word to the others) gets one."""
        groups: defaultdict[str, list[tuple[Standing, Half, Trial]]] = defaultdict(list)
        for standing in standings:
            found = trial_of(standing)
            if found is not None and found[1].role is not Role.LAST_TRY:
                groups[found[1].group].append((standing, *found))
        changed = []
        for members in groups.values():
            probe = next((each for each in members if each[2].role is Role.PROBE), None)
            if probe is None:
                standing, half, trial = members[0]
                trial = replace(trial, role=Role.PROBE, until=max(trial.until, self._clock.now()))
                view = replace(standing.half(half), trial=trial, due=trial.until)
                standing = with_half(standing, half, view)
                changed.append(standing)
                probe = (standing, half, trial)
            standing, half, trial = probe
            shared = {each.mailbox_id: own.shared for each, _, own in members}
            self._open[half, trial.host] = _Open(trial, standing.mailbox_id, shared)
        return changed


def _place(mailbox: Mailbox, half: Half) -> _Place:
    endpoint = mailbox.endpoint(half)
    return half, endpoint.host.lower() if endpoint is not None else ""
