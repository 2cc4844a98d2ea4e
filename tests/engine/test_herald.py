"""Whom the herald tells, when, and how often: by a clock of our own, and for any story that mailboxes can tell."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.engine.docket import GATHER, QUIET, WHEN, Docket, When
from mailbox_desk.engine.journal import Journal
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.notice import Notice, NoticeKind
from mailbox_desk.model.snapshot import HalfStanding, Standing
from mailbox_desk.model.verdict import Shown, Veil, VeilReason, Verdict
from tests.engine.fakes import HOUR, Lab, accept, busy, full, refuse

PATIENCE = 900.0
SOON = GATHER + 1


def mailbox_of(name: str, provider: str = "generic") -> Mailbox:
    """Each has a server and a domain of its own."""
    address = f"{name}@{name}.example"
    receiving = Endpoint(f"imap.{name}.example", 993, Security.TLS, address)
    return Mailbox(MailboxId(name), address, receiving, None, provider=provider)


class Story:
    """Mailboxes that are told to stand so or so, seconds that go by, and what was told meanwhile."""

    def __init__(self, provider: str = "generic") -> None:
        self.docket, self.journal, self.provider = Docket(PATIENCE), Journal(), provider
        self.now = 0.0
        self.told: list[tuple[float, Notice]] = []
        self._standings: dict[str, Standing] = {}

    def stands(
        self,
        name: str,
        verdict: Verdict,
        *,
        cause: Cause = Cause.SERVER_BUSY,
        veil: VeilReason | None = None,
        known: bool = False,
    ) -> None:
        was = self._standings.get(name)
        diagnosis = Diagnosis((RankedCause(cause, 0.9),), "test") if verdict.is_down else None
        half = HalfStanding(verdict, since=self.now, diagnosis=diagnosis)
        veils = frozenset({Veil(veil)}) if veil else frozenset()
        standing = Standing(MailboxId(name), half, HalfStanding(), veils, self.now, acknowledged=known)
        if was is not None and was.shown is standing.shown:
            standing = replace(standing, since=was.since)
        self._standings[name] = standing
        entry = self.journal.take(mailbox_of(name, self.provider), was or standing, standing, self.now)
        self.docket.heard(standing, entry.incidents, entry.belongs_to, self.now, self.now)

    def passes(self, seconds: float) -> None:
        """The time goes by, from one alarm to the next."""
        end = self.now + seconds
        while (at := self.docket.next_at(self.now)) is not None and at <= end:
            self.now = max(self.now, at)
            for notice in self.docket.due(self.now):
                self.told.append((self.now, notice))
                self.journal.told((each.id for each in notice.incidents), self.now)
        self.now = end

    def said(self) -> list[tuple[str, int]]:
        return [(notice.kind.value, len(notice.mailboxes)) for _, notice in self.told]


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_rule_knows_every_status() -> None:
    assert set(WHEN) == set(Shown)
    assert {shown for shown, when in WHEN.items() if when is not When.NEVER} == {Shown.NEEDS_YOU, Shown.RECONNECTING}


def test_a_need_is_told_at_once_and_that_it_is_over_once(story: Story) -> None:
    story.stands("a", Verdict.SUSPECT)
    story.passes(HOUR)
    assert story.said() == []
    story.stands("a", Verdict.NEEDS_YOU, cause=Cause.OVER_QUOTA)
    story.passes(SOON)
    assert story.said() == [("trouble", 1)]
    told = story.told[0][1]
    assert (told.cause, told.verdict, told.mailboxes) == (Cause.OVER_QUOTA, Verdict.NEEDS_YOU, (MailboxId("a"),))
    story.stands("a", Verdict.NEEDS_YOU, cause=Cause.ACCOUNT_SUSPENDED)
    story.passes(HOUR)
    story.stands("a", Verdict.CONNECTED)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("back", 1)]


def test_a_clock_set_back_meanwhile_makes_nobody_wait_longer() -> None:
    docket, incidents = Docket(PATIENCE), Journal()
    busy = Diagnosis((RankedCause(Cause.SERVER_BUSY, 0.9),), "test")
    half = HalfStanding(Verdict.RECONNECTING, since=2 * HOUR, diagnosis=busy)
    standing = Standing(MailboxId("a"), half, HalfStanding(), since=2 * HOUR)
    entry = incidents.take(mailbox_of("a"), standing, standing, 10.0)
    docket.heard(standing, entry.incidents, entry.belongs_to, at=0.0, now=10.0)
    next_at = docket.next_at(0.0)
    assert next_at is not None
    assert next_at <= PATIENCE + GATHER


def test_what_the_desk_mends_by_itself_is_told_after_a_while(story: Story) -> None:
    story.stands("a", Verdict.RECONNECTING)
    story.stands("b", Verdict.RECONNECTING)
    story.passes(PATIENCE - 1)
    story.stands("b", Verdict.CONNECTED)
    assert story.said() == []
    story.passes(SOON + 1)
    assert story.said() == [("trouble", 1)]
    story.passes(HOUR)
    story.stands("a", Verdict.CONNECTED)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("back", 1)], "b was never told, so it is not told to be back"


def test_what_gets_worse_is_told_again_but_not_what_gets_better(story: Story) -> None:
    story.stands("a", Verdict.RECONNECTING)
    story.passes(PATIENCE + SOON)
    story.stands("a", Verdict.NEEDS_YOU)
    story.passes(SOON + QUIET)
    story.stands("a", Verdict.RECONNECTING)
    story.passes(HOUR)
    story.stands("a", Verdict.NEEDS_YOU)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("trouble", 1)]


def test_a_flood_is_one_notice(story: Story) -> None:
    for number in range(100):
        story.stands(f"m{number}", Verdict.NEEDS_YOU, cause=Cause.OVER_QUOTA if number % 3 else Cause.TLS_FAILURE)
        story.passes(GATHER / 200)
    story.passes(HOUR)
    assert story.said() == [("group", 100)]
    assert story.told[0][1].cause is Cause.OVER_QUOTA


def test_what_follows_within_a_minute_joins_the_notice_that_stands(story: Story) -> None:
    """Two tellings of one story: the second names all, and takes the place of the first."""
    for number in range(50):
        story.stands(f"m{number}", Verdict.NEEDS_YOU)
        story.passes(1)
    story.passes(HOUR)
    assert len(story.said()) == 2
    (first, one), (second, all_of_them) = story.told
    assert second - first >= QUIET
    assert set(one.mailboxes) < set(all_of_them.mailboxes)
    assert len(all_of_them.mailboxes) == 50


def test_those_that_come_back_together_are_one_notice(story: Story) -> None:
    for name in "abcde":
        story.stands(name, Verdict.NEEDS_YOU)
    story.passes(SOON)
    for name in "abcde":
        story.stands(name, Verdict.CONNECTED)
        story.passes(0.1)
    story.passes(HOUR)
    assert story.said() == [("group", 5), ("back", 5)]


def test_the_known_is_silent_and_leaves_the_screen(story: Story) -> None:
    story.stands("a", Verdict.NEEDS_YOU, known=True)
    story.stands("b", Verdict.NEEDS_YOU)
    story.passes(SOON)
    assert story.said() == [("trouble", 1)]
    story.stands("b", Verdict.NEEDS_YOU, known=True)
    story.passes(HOUR)
    story.stands("a", Verdict.CONNECTED)
    story.stands("b", Verdict.CONNECTED)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("withdrawn", 1)]


def test_nothing_is_told_under_a_veil_and_patience_begins_anew_after_it(story: Story) -> None:
    story.stands("a", Verdict.RECONNECTING)
    story.passes(PATIENCE - 60)
    story.stands("a", Verdict.RECONNECTING, veil=VeilReason.OFFLINE)
    story.passes(9 * HOUR)
    story.stands("a", Verdict.RECONNECTING)
    story.passes(PATIENCE - 60)
    assert story.said() == []
    story.passes(120)
    assert story.said() == [("trouble", 1)]
    story.stands("a", Verdict.RECONNECTING, veil=VeilReason.BY_PERSON)
    story.passes(HOUR)
    story.stands("a", Verdict.RECONNECTING)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("withdrawn", 1)]


def test_a_mailbox_that_drops_again_before_it_was_told_to_be_back(story: Story) -> None:
    story.stands("a", Verdict.NEEDS_YOU)
    story.passes(SOON)
    story.stands("a", Verdict.CONNECTED)
    story.passes(GATHER / 2)
    story.stands("a", Verdict.NEEDS_YOU)
    story.passes(HOUR)
    assert story.said() == [("trouble", 1), ("trouble", 1)]


def test_a_removed_mailbox_is_forgotten(story: Story) -> None:
    for name in "abc":
        story.stands(name, Verdict.NEEDS_YOU)
    story.docket.forget(MailboxId("c"))
    story.passes(SOON)
    story.docket.forget(MailboxId("a"))
    story.passes(SOON)
    assert story.said() == [("group", 2), ("withdrawn", 1)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(Verdict),
        st.sampled_from([None, None, VeilReason.OFFLINE, VeilReason.BY_PERSON]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([0.0, 1.0, 20.0, 70.0, 1000.0]),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_story_is_told_sparingly_and_truly(
    steps: Sequence[tuple[str, Verdict, VeilReason | None, bool, float]],
) -> None:
    story = Story()
    for name, verdict, veil, known, seconds in steps:
        story.stands(name, verdict, veil=veil, known=known and verdict.is_down)
        story.passes(seconds)
    connected = [name for name in "abcd" if name in {step[0] for step in steps}]
    story.passes(HOUR)
    for name in connected:
        story.stands(name, Verdict.CONNECTED)
    story.passes(HOUR)

    times = defaultdict(list)
    last: dict[MailboxId, NoticeKind] = {}
    on_screen: set[MailboxId] = set()
    for at, notice in story.told:
        sort = NoticeKind.TROUBLE if notice.kind is NoticeKind.GROUP else notice.kind
        times[sort].append(at)
        for mailbox in notice.mailboxes:
            if notice.kind is NoticeKind.BACK:
                assert last.get(mailbox) is NoticeKind.TROUBLE, "a back follows its trouble, and comes once"
            if notice.kind is not NoticeKind.WITHDRAWN:
                last[mailbox] = sort
        on_screen = (
            on_screen | set(notice.mailboxes) if sort is NoticeKind.TROUBLE else on_screen - set(notice.mailboxes)
        )
    for sort in (NoticeKind.TROUBLE, NoticeKind.BACK):
        assert all(later - earlier >= QUIET for earlier, later in zip(times[sort], times[sort][1:], strict=False))
    assert on_screen == set(), "all are connected: no bad news is left on the screen"


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_story_of_neighbours_leaves_no_bad_news_behind(
    steps: Sequence[tuple[str, Verdict, VeilReason | None, bool, float]],
) -> None:
    story = Story("big")
    for name, verdict, veil, known, seconds in steps:
        story.stands(name, verdict, veil=veil, known=known and verdict.is_down)
        story.passes(seconds)
    story.passes(HOUR)
    for name in {step[0] for step in steps}:
        story.stands(name, Verdict.CONNECTED)
        story.passes(0.1)
    story.passes(HOUR)

    times = defaultdict(list)
    on_screen: set[str] = set()
    for at, notice in story.told:
        sort = NoticeKind.TROUBLE if notice.kind is NoticeKind.GROUP else notice.kind
        times[sort].append(at)
        ids = {each.id for each in notice.incidents}
        on_screen -= ids | notice.replaces
        if sort in (NoticeKind.TROUBLE, NoticeKind.SHARED):
            on_screen |= ids
    for sort in (NoticeKind.TROUBLE, NoticeKind.SHARED, NoticeKind.BACK):
        assert all(later - earlier >= QUIET for earlier, later in zip(times[sort], times[sort][1:], strict=False))
    assert on_screen == set()
    assert story.journal.shared == ()


# -- with an engine


async def test_an_incident_told_before_a_restart_is_not_told_again(lab: Lab) -> None:
    lab.mailbox("a", sending=False)
    await lab.start()
    await lab.clock.pass_by(60)
    lab.servers.set("a", full)
    await lab.clock.pass_by(1200)
    assert lab.told() == [("trouble", 1)]
    await lab.restart()
    await lab.clock.pass_by(2 * HOUR)
    assert lab.told() == [("trouble", 1)]
    lab.servers.set("a", accept)
    await lab.clock.pass_by(12 * HOUR)
    assert lab.told() == [("trouble", 1), ("back", 1)]


async def test_an_incident_that_was_never_told_is_told_after_the_restart(lab: Lab) -> None:
    lab.mailbox("a", sending=False)
    lab.servers.set("a", busy)
    await lab.start()
    await lab.clock.pass_by(900)
    assert lab.shown("a") == "RECONNECTING"
    await lab.restart()
    await lab.clock.pass_by(600)
    assert lab.told() == []
    await lab.clock.pass_by(600)
    assert lab.told() == [("trouble", 1)]


async def test_a_full_disk_is_no_reason_to_be_silent(lab: Lab) -> None:
    lab.mailbox("a", sending=False)
    await lab.start()
    await lab.clock.pass_by(60)
    lab.shelf.full = True
    lab.servers.set("a", full)
    await lab.clock.pass_by(1200)
    assert lab.told() == [("trouble", 1)]


async def test_a_new_password_brings_one_back_and_a_removed_mailbox_none(lab: Lab) -> None:
    lab.dice = random.Random(3).random
    for name in ("a", "b"):
        lab.mailbox(name, sending=False)
    await lab.start()
    await lab.clock.pass_by(60)
    for name in ("a", "b"):
        lab.servers.set(name, refuse)
    await lab.clock.pass_by(HOUR)
    assert sum(count for _, count in lab.told()) >= 2
    for name in ("a", "b"):
        lab.servers.set(name, accept)
    lab.notices.clear()
    await lab.engine.remove(MailboxId("b"))
    await lab.engine.replace_credential(MailboxId("a"), Password(Secret("new")))
    await lab.clock.pass_by(HOUR)
    assert lab.told() == [("withdrawn", 1), ("back", 1)]
