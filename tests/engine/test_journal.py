"""Incidents by any story that mailboxes can tell: each trouble is in one of them, none is lost, none doubled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mailbox_desk.engine.journal import Entry, Journal
from mailbox_desk.engine.rejudging import rejudged
from mailbox_desk.model.cause import CAUSES, Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Incident, IncidentKind
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.verdict import Shown, Veil, VeilReason, Verdict

NAMES = tuple("abcdefgh")
TROUBLES = (Cause.SERVER_BUSY, Cause.PROVIDER_OUTAGE, Cause.MAINTENANCE, Cause.CREDENTIALS_REJECTED, Cause.OVER_QUOTA)
VEILS = (VeilReason.BY_PERSON, VeilReason.OFFLINE)


def mailbox(name: str) -> Mailbox:
    address = f"{name}@{name}.example"
    host = f"imap{NAMES.index(name) % 2}.big.example"
    return Mailbox(MailboxId(name), address, Endpoint(host, 993, Security.TLS, address), None, provider="big")


class Desk(RuleBasedStateMachine):
    """A journal and the store that is written by it, as watcher and engine do."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0
        self.journal = Journal()
        self.standings = {name: self.fresh(name) for name in NAMES}
        self.stored: dict[str, Incident] = {}
        self.closed: set[str] = set()
        for name, standing in self.standings.items():
            self.journal.know(mailbox(name), standing, self.now)

    def fresh(self, name: str) -> Standing:
        view = HalfStanding(Verdict.CONNECTED, since=self.now, worked_at=self.now)
        return Standing(MailboxId(name), view, HalfStanding(), since=self.now, last_checked=self.now)

    def keep(self, name: str, after: Standing) -> None:
        self.now += 0.01  # no two things happen at once
        before, self.standings[name] = self.standings[name], after
        entry: Entry = self.journal.take(mailbox(name), before, after, self.now)
        self.write(*entry.incidents)
        for each in entry.rejudge:
            if entry.shared is not None and each in self.standings:
                told = rejudged(self.standings[each], entry.shared, self.now)
                was, self.standings[each] = self.standings[each], told
                again = self.journal.take(mailbox(each), was, told, self.now)
                self.write(*again.incidents)

    def write(self, *incidents: Incident) -> None:
        for each in incidents:
            assert each.id not in self.closed, "what is over stays over"
            self.stored[each.id] = each
            if not each.is_open:
                self.closed.add(each.id)

    @rule(name=st.sampled_from(NAMES), cause=st.sampled_from(TROUBLES))
    def fails(self, name: str, cause: Cause) -> None:
        if name in self.standings and not self.standings[name].veils:
            was = self.standings[name].receiving
            verdict = CAUSES[cause].then
            assert isinstance(verdict, Verdict)
            diagnosis = Diagnosis((RankedCause(cause, 0.8),), "own")
            view = replace(was, verdict=verdict, failing_since=was.failing_since or self.now, diagnosis=diagnosis)
            self.keep(name, replace(self.standings[name], receiving=view, last_checked=self.now))

    @rule(name=st.sampled_from(NAMES))
    def passes(self, name: str) -> None:
        if name in self.standings and not self.standings[name].veils:
            self.keep(name, replace(self.fresh(name), since=self.now))

    @rule()
    def all_pass(self) -> None:
        for name in tuple(self.standings):
            self.passes(name)

    @rule(name=st.sampled_from(NAMES), reason=st.sampled_from(VEILS))
    def is_veiled(self, name: str, reason: VeilReason) -> None:
        if name not in self.standings:
            return
        known = self.journal.incident_of(MailboxId(name))
        self.keep(name, replace(self.standings[name], veils=frozenset({Veil(reason)})))
        if reason is VeilReason.OFFLINE:
            assert self.journal.incident_of(MailboxId(name)) == known, (
                "who is out of sight is not back, and did not fall"
            )

    @rule(name=st.sampled_from(NAMES))
    def is_unveiled(self, name: str) -> None:
        if name in self.standings:
            self.keep(name, replace(self.standings[name], veils=frozenset()))

    @rule(seconds=st.sampled_from([1.0, 120.0, 1000.0, 4000.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: len(self.standings) > 3)
    @rule(name=st.sampled_from(NAMES))
    def is_removed(self, name: str) -> None:
        if self.standings.pop(name, None) is None:
            return
        gone = {MailboxId(name)}
        left = {
            key: replace(each, mailboxes=tuple(one for one in each.mailboxes if one not in gone), left=each.left - gone)
            for key, each in self.stored.items()
        }
        self.stored = {key: each for key, each in left.items() if each.mailboxes}
        self.write(*(each for each in self.journal.forget(MailboxId(name), self.now) if each.mailboxes))

    @rule()
    def restarts(self) -> None:
        self.journal = Journal([each for each in self.stored.values() if each.is_open])
        for name, standing in self.standings.items():
            self.journal.know(mailbox(name), standing, self.now)

    @invariant()
    def the_store_has_what_the_journal_knows(self) -> None:
        known = {each.id: each for each in self.journal._open.values()}
        assert known == {key: each for key, each in self.stored.items() if each.is_open}

    @invariant()
    def each_trouble_is_in_one_incident(self) -> None:
        of: dict[MailboxId, list[Incident]] = {}
        for each in self.stored.values():
            if each.is_open:
                assert each.count > 0
                for member in each.members:
                    of.setdefault(member, []).append(each)
        for name, standing in self.standings.items():
            found = of.get(MailboxId(name), [])
            assert len(found) <= 1
            assert self.journal.incident_of(MailboxId(name)) == (found[0] if found else None)
            is_seen = standing.shown not in (Shown.BLIND, Shown.PAUSED)
            if standing.state.verdict.is_down and is_seen:
                assert found, "a trouble without an incident is lost"
            if found and standing.state.verdict is Verdict.CONNECTED:
                assert found[0].kind is IncidentKind.UNSTEADY

    @invariant()
    def the_shared_are_many_at_first_and_alike(self) -> None:
        for each in self.journal.shared:
            assert each.count <= each.of
            assert {self.standings[member].shown for member in each.members} <= {Shown.RECONNECTING, Shown.BLIND}
        parts = [each for each in self.stored.values() if each.part_of]
        assert all(not each.is_open for each in parts)


TestAnyStory = Desk.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


@pytest.mark.parametrize(("names", "kind"), [("a", IncidentKind.SINGLE), ("abcd", IncidentKind.SHARED)])
def test_a_veil_that_blinds_lets_own_and_shared_be(names: str, kind: IncidentKind) -> None:
    desk = Desk()
    for name in names:
        desk.fails(name=name, cause=Cause.SERVER_BUSY)
    (before,) = (each for each in desk.stored.values() if each.is_open)
    assert (before.kind, before.members) == (kind, tuple(names))
    for name in names:
        desk.is_veiled(name=name, reason=VeilReason.OFFLINE)
    desk.time_goes_by(seconds=4000.0)
    desk.restarts()
    for name in names:
        desk.is_unveiled(name=name)
    assert desk.stored[before.id] == before
    desk.all_pass()
    assert [each.id for each in desk.stored.values() if each.is_open] == []
