"""Counts of others by their latest check: right whatever happens in which order, and cheap."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.engine.neighbours import Fate, Neighbours, Surroundings
from mailbox_desk.model.diagnosis import Around
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import JumpingClock

R, S = Half.RECEIVING, Half.SENDING
WINDOW = 600.0


def mailbox(
    name: str, host: str = "imap.example", *, provider: str = "generic", domain: str = "example.org"
) -> Mailbox:
    receiving = Endpoint(host, 993, Security.TLS, name)
    sending = Endpoint(host.replace("imap", "smtp"), 465, Security.TLS, name)
    return Mailbox(MailboxId(name), f"{name}@{domain}", receiving, sending, provider=provider)


def make() -> tuple[Neighbours, JumpingClock]:
    clock = JumpingClock()
    return Neighbours(clock, window=WINDOW, is_public=lambda domain: domain == "gmail.com"), clock


def test_others_count_by_their_latest_check() -> None:
    neighbours, _ = make()
    names = ("a", Fate.PASSING), ("b", Fate.FAILING), ("c", Fate.PASSING), ("a", Fate.FAILING), ("b", Fate.PASSING)
    for name, fate in names:
        neighbours.noted(mailbox(name, "IMAP.example"), (R,), fate)
    assert neighbours.around(mailbox("a"), R).host == Around(2, 0)
    assert neighbours.around(mailbox("c"), R).host == Around(1, 1)
    assert neighbours.around(mailbox("x"), R).host == Around(2, 1)
    neighbours.forget(MailboxId("c"))
    assert neighbours.around(mailbox("x"), R).host == Around(1, 1)
    assert neighbours.around(mailbox("x", "imap.elsewhere", domain="elsewhere"), R) == Surroundings()


def test_receiving_is_not_held_against_sending() -> None:
    """SMTP AUTH is off for all of them; that receiving is refused to one is its own story."""
    neighbours, _ = make()
    for number in range(30):
        neighbours.noted(mailbox(f"m{number}"), (R,), Fate.PASSING)
        neighbours.noted(mailbox(f"m{number}"), (S,), Fate.REFUSED)
    assert neighbours.around(mailbox("x"), R).host == Around(30, 0)
    assert neighbours.around(mailbox("x"), S).host == Around(0, 30, 30)


def test_provider_and_domain_go_over_hosts() -> None:
    neighbours, _ = make()
    for number in range(4):
        other = mailbox(f"m{number}", f"imap{number}.example", provider="zoho", domain=f"Firm{number % 2}.example")
        neighbours.noted(other, (R,), Fate.PASSING if number % 2 else Fate.REFUSED)
    here = mailbox("x", "imap9.example", provider="zoho", domain="firm0.example")
    assert neighbours.around(here, R) == Surroundings(Around(), Around(2, 2, 2), Around(0, 2, 2))


def test_servers_that_nobody_knows_are_no_one_provider() -> None:
    neighbours, _ = make()
    neighbours.noted(mailbox("a", "imap.one"), (R,), Fate.FAILING)
    assert neighbours.around(mailbox("b", "imap.two"), R).provider == Around()


def test_addresses_of_a_public_domain_are_no_one_firm() -> None:
    neighbours, _ = make()
    for domain in ("gmail.com", "firm.example"):
        neighbours.noted(mailbox(f"a@{domain}", provider="google", domain=domain.upper()), (R,), Fate.FAILING)
    public = neighbours.around(mailbox("x", provider="google", domain="gmail.com"), R)
    assert (public.provider, public.domain) == (Around(0, 2), Around())
    assert neighbours.around(mailbox("x", domain="firm.example"), R).domain == Around(0, 1)


def test_a_refusal_of_days_ago_speaks_of_its_own_mailbox_alone() -> None:
    neighbours, clock = make()
    neighbours.noted(mailbox("a"), (R,), Fate.REFUSED)
    clock._now += WINDOW - 1
    neighbours.noted(mailbox("b"), (R,), Fate.REFUSED)
    assert neighbours.around(mailbox("x"), R).host == Around(0, 2, 2)
    clock._now += 1
    assert neighbours.around(mailbox("x"), R).host == Around(0, 2, 1)
    neighbours.noted(mailbox("a"), (R,), Fate.REFUSED)
    clock._now += WINDOW - 1
    assert neighbours.around(mailbox("x"), R).host == Around(0, 2, 1)


def test_a_mailbox_that_moved_counts_where_it_was_checked_last() -> None:
    neighbours, _ = make()
    neighbours.noted(mailbox("a", "imap.old"), (R, S), Fate.FAILING)
    neighbours.noted(mailbox("a", "imap.new"), (R,), Fate.PASSING)
    assert neighbours.around(mailbox("x", "imap.old"), R).host == Around()
    assert neighbours.around(mailbox("x", "imap.old"), S).host == Around(0, 1)
    assert neighbours.around(mailbox("x", "imap.new"), R).host == Around(1, 0)
    assert neighbours.around(mailbox("a", "imap.new"), R) == Surroundings()


moves = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["imap.one", "imap.two"]),
        st.sampled_from([*Fate, None]),
        st.sampled_from([(R,), (S,), (R, S)]),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(moves)
def test_the_counts_are_those_of_a_look_through_all(
    moved: Sequence[tuple[str, str, Fate | None, tuple[Half, ...]]],
) -> None:
    neighbours, _ = make()
    latest: dict[tuple[str, Half], tuple[str, Fate]] = {}
    for name, host, fate, halves in moved:
        if fate is None:
            neighbours.forget(MailboxId(name))
            latest = {key: kept for key, kept in latest.items() if key[0] != name}
        else:
            neighbours.noted(mailbox(name, host), halves, fate)
            latest |= {(name, half): (host, fate) for half in halves}
        for half in Half:
            others = [kept for (who, at), kept in latest.items() if who != "a" and at is half]
            fates = [kept for there, kept in others if there == "imap.one"]
            refused = fates.count(Fate.REFUSED)
            expected = Around(fates.count(Fate.PASSING), fates.count(Fate.FAILING) + refused, refused)
            assert neighbours.around(mailbox("a", "imap.one"), half).host == expected


def test_a_note_costs_the_same_among_thousands() -> None:
    """2,000 mailboxes, each noted and asked about thrice: far below what one check takes, however many there are."""
    neighbours, _ = make()
    all_of_them = [mailbox(f"m{number}", provider="zoho") for number in range(2000)]
    began = time.process_time()
    for fate in Fate:
        for each in all_of_them:
            neighbours.noted(each, (R, S), fate)
            neighbours.around(each, R)
    assert (time.process_time() - began) / 6000 < 0.0005
