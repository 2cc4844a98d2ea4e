"""What counts as many that fail alike, circle by circle, and what does not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.engine.neighbourhood import Neighbourhood
from mailbox_desk.engine.outbreak import (
    LATELY,
    LINGERS,
    MANY,
    STORIES,
    Fare,
    Story,
    crowd_at,
    is_evidence,
    retold,
    story_of,
    subsides,
    tells,
)
from mailbox_desk.model.cause import CAUSES, Actor, Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Verdict

NOW = 10_000.0
WELL = Fare(NOW, is_well=True)
BUSY = Fare(NOW, cause=Cause.SERVER_BUSY)
DOWN = Fare(NOW, cause=Cause.PROVIDER_OUTAGE)
REFUSED = Fare(NOW, cause=Cause.CREDENTIALS_REJECTED, was_good=True)


def fares(*each: Fare) -> dict[MailboxId, Fare]:
    return {MailboxId(str(number)): fare for number, fare in enumerate(each)}


def lives(name: str, *, host: str = "a.example", domain: str = "", provider: str = "big") -> Mailbox:
    address = f"{name}@{domain or name + '.example'}"
    return Mailbox(MailboxId(name), address, Endpoint(host, 993, Security.TLS, address), None, provider=provider)


def street(entries: Iterable[tuple[Mailbox, Fare]]) -> Neighbourhood:
    made = Neighbourhood()
    for mailbox, fare in entries:
        made.note(mailbox, fare)
    return made


def diagnosed(cause: Cause) -> Diagnosis:
    return Diagnosis((RankedCause(cause, 0.8),), "own")


def shared(cause: Cause, circle: Circle = Circle.PROVIDER, **facts: object) -> Incident:
    ids = tuple(MailboxId(str(number)) for number in range(5))
    made = Incident("x", ids, cause, Verdict.RECONNECTING, 0, 0, NOW, kind=IncidentKind.SHARED)
    object.__setattr__(made, "place", Place(circle, "big"))
    for name, value in facts.items():
        object.__setattr__(made, name, value)
    return made


def test_no_cause_belongs_to_two_stories_and_secrets_are_each_ones_own() -> None:
    assert sum(len(facts.causes) for facts in STORIES.values()) == len({c for f in STORIES.values() for c in f.causes})
    own = (Cause.OVER_QUOTA, Cause.PASSWORD_EXPIRED, Cause.APP_PASSWORD_REQUIRED, Cause.TOKEN_REVOKED, Cause.UNKNOWN)
    assert {story_of(cause) for cause in own} == {None}
    veils = [cause for cause, facts in CAUSES.items() if not isinstance(facts.then, Verdict)]
    assert {story_of(cause) for cause in veils} == {None}, "our own network is no place's fault"


@pytest.mark.parametrize(
    ("those", "size"),
    [
        ((BUSY, BUSY), None),
        ((BUSY, BUSY, DOWN), 3),
        ((BUSY, BUSY, DOWN, WELL, WELL, WELL), 3),
        ((BUSY, BUSY, DOWN, WELL, WELL, WELL, WELL), None),
        ((BUSY, BUSY, DOWN, *[Fare(NOW - LATELY - 1, is_well=True)] * 9), 3),
        ((BUSY, BUSY, Fare(NOW - LATELY - 1, cause=Cause.SERVER_BUSY)), None),
        ((BUSY, BUSY, REFUSED), None),
    ],
)
def test_three_and_half_of_those_looked_at_lately(those: tuple[Fare, ...], size: int | None) -> None:
    crowd = crowd_at(fares(*those), Story.NOT_SERVING, NOW, others_pass=True)
    assert (len(crowd.members) if crowd else None) == size


def test_it_is_called_maintenance_only_where_most_heard_that_word() -> None:
    kept = Fare(NOW, cause=Cause.MAINTENANCE)
    for those, cause in (((kept, kept, BUSY), Cause.MAINTENANCE), ((kept, BUSY, BUSY), Cause.PROVIDER_OUTAGE)):
        crowd = crowd_at(fares(*those), Story.NOT_SERVING, NOW, others_pass=True)
        assert crowd is not None
        assert crowd.cause is cause


def test_where_nobody_else_is_reached_the_place_is_not_blamed() -> None:
    away = Fare(NOW, cause=Cause.NETWORK_UNREACHABLE)
    for others_pass, cause in ((True, Cause.PROVIDER_OUTAGE), (False, Cause.NETWORK_UNREACHABLE)):
        crowd = crowd_at(fares(away, away, away), Story.NOT_SERVING, NOW, others_pass=others_pass)
        assert crowd is not None
        assert crowd.cause is cause
    alone = street((lives(f"a{n}"), away) for n in range(3))
    found = alone.crowd(MailboxId("a0"), Story.NOT_SERVING, NOW)
    assert found is not None
    assert found[1].cause is Cause.NETWORK_UNREACHABLE
    alone.note(lives("b", host="b", provider="other"), WELL)
    found = alone.crowd(MailboxId("a0"), Story.NOT_SERVING, NOW)
    assert found is not None
    assert found[1].cause is Cause.PROVIDER_OUTAGE


def test_a_domain_is_shut_out_only_where_good_secrets_are_refused_and_others_let_in() -> None:
    crowd = crowd_at(fares(REFUSED, REFUSED, REFUSED), Story.SHUT_OUT, NOW, others_pass=True)
    assert crowd is not None
    assert crowd.cause is Cause.ACCOUNT_SUSPENDED
    assert crowd_at(fares(REFUSED, REFUSED, REFUSED), Story.SHUT_OUT, NOW, others_pass=False) is None
    never = Fare(NOW, cause=Cause.CREDENTIALS_REJECTED)
    assert crowd_at(fares(never, never, never), Story.SHUT_OUT, NOW, others_pass=True) is None


def test_what_servers_say_exactly_is_not_talked_over() -> None:
    blocked, basic = Fare(NOW, cause=Cause.OAUTH_APP_BLOCKED), Fare(NOW, cause=Cause.BASIC_AUTH_DISABLED)
    crowd = crowd_at(fares(basic, basic, REFUSED, blocked), Story.SHUT_OUT, NOW, others_pass=True)
    assert crowd is not None
    assert (crowd.cause, len(crowd.members)) == (Cause.BASIC_AUTH_DISABLED, 3)
    incident = shared(Cause.BASIC_AUTH_DISABLED, Circle.DOMAIN)
    assert not tells(diagnosed(Cause.OAUTH_APP_BLOCKED), incident)
    assert retold(diagnosed(Cause.BASIC_AUTH_DISABLED), incident) == diagnosed(Cause.BASIC_AUTH_DISABLED)
    guessed = retold(diagnosed(Cause.CREDENTIALS_REJECTED), incident)
    assert (guessed.cause, guessed.who, guessed.certainty.value) == (Cause.BASIC_AUTH_DISABLED, Actor.ADMIN, "likely")


def test_the_circle_is_the_provider_where_several_of_its_hosts_fail_else_the_host() -> None:
    first = [(lives(f"a{n}"), BUSY) for n in range(4)]
    at_one = street([*first, *((lives(f"b{n}", host="b"), WELL) for n in range(3))])
    found = at_one.crowd(MailboxId("a0"), Story.NOT_SERVING, NOW)
    assert found is not None
    assert found[0] == Place(Circle.HOST, "a.example")
    at_both = street([*first, *((lives(f"b{n}", host="b"), BUSY) for n in range(3))])
    found = at_both.crowd(MailboxId("a0"), Story.NOT_SERVING, NOW)
    assert found is not None
    assert (found[0], len(found[1].members)) == (Place(Circle.PROVIDER, "big"), 7)


def test_a_domain_at_a_provider_that_lets_others_in() -> None:
    ours = [(lives(f"a{n}", domain="ours.example"), REFUSED) for n in range(4)]
    others = [(lives(f"b{n}"), WELL) for n in range(9)]
    found = street([*ours, *others]).crowd(MailboxId("a1"), Story.SHUT_OUT, NOW)
    assert found is not None
    assert found[0] == Place(Circle.DOMAIN, "ours.example")
    assert street(ours).crowd(MailboxId("a1"), Story.SHUT_OUT, NOW) is None, "then it may be the host that refuses all"


def test_addresses_that_anybody_can_have_share_no_domain() -> None:
    public = Neighbourhood(lambda domain: domain == "gmail.com")
    for number in range(5):
        public.note(lives(f"a{number}", domain="gmail.com"), REFUSED)
    assert not any(place.circle is Circle.DOMAIN for place in public.places(MailboxId("a0")))


def test_who_moves_or_takes_part_no_longer_is_counted_no_longer() -> None:
    made = street([(lives("a"), BUSY), (lives("b"), WELL)])
    host = Place(Circle.HOST, "a.example")
    assert made.count(host) == 2
    made.note(lives("b", host="c.example"), WELL)
    assert (made.count(host), made.count(Place(Circle.HOST, "c.example"))) == (1, 1)
    made.note(lives("a"), None)
    made.forget(MailboxId("b"))
    assert (made.count(host), made.count(Place(Circle.PROVIDER, "big"))) == (0, 0)


def test_all_are_told_the_same_and_an_own_trouble_stays() -> None:
    outage = shared(Cause.PROVIDER_OUTAGE)
    told = [retold(diagnosed(cause), outage) for cause in STORIES[Story.NOT_SERVING].causes]
    assert {(each.cause, each.certainty.value, each.who) for each in told} == {
        (Cause.PROVIDER_OUTAGE, "certain", Actor.PROVIDER)
    }
    assert not tells(diagnosed(Cause.CREDENTIALS_REJECTED), outage)


def test_few_that_stay_behind_for_long_are_no_outbreak() -> None:
    left = frozenset(MailboxId(str(number)) for number in range(3))
    behind = shared(Cause.PROVIDER_OUTAGE, left=left)
    assert subsides(behind, NOW + LINGERS)
    assert not subsides(behind, NOW + LINGERS - 1)
    assert not subsides(shared(Cause.PROVIDER_OUTAGE), NOW + 9 * LINGERS)


@given(st.lists(st.sampled_from([WELL, BUSY, DOWN, REFUSED, Fare(NOW), Fare(NOW - 5000, cause=Cause.SERVER_BUSY)])))
def test_a_crowd_is_many_and_most_and_all_alike(those: list[Fare]) -> None:
    found = fares(*those)
    crowd = crowd_at(found, Story.NOT_SERVING, NOW, others_pass=True)
    alike = [fare for fare in those if fare.story is Story.NOT_SERVING]
    fresh = [fare for fare in alike if fare.at == NOW]
    seen = [fare for fare in those if fare.at == NOW and (fare.is_well or fare.cause)]
    assert (crowd is not None) == (len(fresh) >= MANY and 2 * len(fresh) >= len(seen))
    if crowd is not None:
        assert [found[each] for each in crowd.members] == alike


def test_a_secret_that_never_worked_is_no_evidence() -> None:
    assert not is_evidence(Fare(NOW, cause=Cause.CREDENTIALS_REJECTED))
    assert not is_evidence(None)
    assert is_evidence(REFUSED)
    assert is_evidence(Fare(NOW, cause=Cause.SERVER_BUSY))
