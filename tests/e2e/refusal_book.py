"""What the rule for refused secrets allows at one host, reckoned by the plan's words and none of the engine's code.

It is told of each sign-in in turn and says of each refusal whether it was allowed; at the end, what is still owed. Only
for mailboxes that receive alone, with secrets that are all different and were all good.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TEN_MINUTES = 600.0
OPINION = (119.0, 301.0)
PROBES = (300.0, 900.0, 3600.0)
AT_ONCE = 8


@dataclass
class RefusalBook:
    """`allowed`: refusals by user, `faults`: what the rule forbids, in words. Times are seconds."""

    allowed: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)
    _latest: dict[str, tuple[float, bool]] = field(default_factory=dict)
    _row: dict[str, list[float]] = field(default_factory=dict)
    _all: list[float] = field(default_factory=list)
    _passed_at: float = 0.0
    _on_trial: set[str] = field(default_factory=set)
    _probe: str = ""
    _probed: list[float] = field(default_factory=list)
    _passed: set[str] = field(default_factory=set)
    _last_try: set[str] = field(default_factory=set)
    _rests: set[str] = field(default_factory=set)

    def passed(self, at: float, user: str) -> None:
        """A sign-in was taken."""
        self._latest[user] = (at, False)
        self._passed_at = at
        if self._on_trial:
            self._passed.add(user)
            if len(self._passed) > len(self._on_trial):  # the host takes more than it refuses: one try each
                self._last_try |= self._on_trial
                self._end_trial()

    def refused(self, at: float, user: str) -> None:
        """A sign-in was refused."""
        self.allowed[user] = self.allowed.get(user, 0) + 1
        self.found.setdefault(user, at)
        self._latest[user] = (at, True)
        self._all = [each for each in self._all if each > at - TEN_MINUTES] + [at]
        self._expect(len(self._all) <= AT_ONCE, at, user, "the host saw too many in ten minutes")
        self._expect(user not in self._rests, at, user, "its secret rests")
        if user in self._on_trial:
            self._try_probe(at, user)
        elif user in self._last_try:
            self._last_try.remove(user)
            self._rests.add(user)
        else:
            self._count(at, user)

    def owed(self) -> list[str]:
        """What the rule asks for and was not seen."""
        once = [user for user in self._row if user not in self._rests]
        return [*(f"{user} was tried once only" for user in once), *sorted(self._on_trial), *sorted(self._last_try)]

    def _count(self, at: float, user: str) -> None:
        row = self._row.setdefault(user, [])
        if row:
            self._expect(OPINION[0] <= at - row[0] <= OPINION[1], at, user, "the second opinion was not in its time")
        row.append(at)
        if len(row) == 2:
            self._rests.add(user)
        if self._on_trial:
            self._join([user])
        else:
            self._doubt(at)

    def _doubt(self, at: float) -> None:
        lately = {user: refused for user, (when, refused) in self._latest.items() if when > at - TEN_MINUTES}
        if sum(lately.values()) < 3 or 2 * sum(lately.values()) < len(lately):
            return
        since = min(at - TEN_MINUTES, self._passed_at)
        self._passed, self._probed, self._probe = set(), [at], ""
        self._join([user for user, (when, refused) in self._latest.items() if refused and when > since])

    def _join(self, users: list[str]) -> None:
        self._on_trial |= set(users)
        for user in users:
            self._rests.discard(user)
            self._row.pop(user, None)

    def _try_probe(self, at: float, user: str) -> None:
        self._probe = self._probe or user
        self._expect(user == self._probe, at, user, "another is the probe")
        waited, wanted = at - self._probed[-1], PROBES[len(self._probed) - 1]
        self._expect(wanted - 1 <= waited <= wanted + 5, at, user, f"the probe came after {waited:.0f} s")
        self._probed.append(at)
        if len(self._probed) > len(PROBES):
            self._rests |= self._on_trial
            self._end_trial()

    def _end_trial(self) -> None:
        self._on_trial = set()

    def _expect(self, fits: bool, at: float, user: str, what: str) -> None:
        if not fits:
            self.faults.append(f"{user} at {at:.0f} s: {what}")
