"""When our own network is doubted, who is asked, and when it is called down."""

from __future__ import annotations

from mailbox_desk.engine.situation import Outlook, Situation
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.network import Sight


def end(host: str) -> Endpoint:
    return Endpoint(host, 993, Security.TLS, "u")


def of(*hosts: str) -> Situation:
    situation = Situation()
    for host in hosts:
        situation.know(end(host))
    return situation


def test_witnesses_are_asked_then_public_points_before_the_network_is_called_down() -> None:
    situation = of("a.test", "b.test", "c.test")
    situation.unreached(end("a.test"))
    assert situation.outlook() is Outlook.CLEAR
    situation.unreached(end("A.test"))
    assert situation.outlook() is Outlook.CLEAR
    situation.unreached(end("b.test"))
    assert situation.outlook() is Outlook.UNSURE
    assert [each.host for each in situation.witnesses()] == ["c.test"]
    situation.asked(end("c.test"))
    situation.unreached(end("c.test"))
    assert situation.outlook() is Outlook.UNSURE
    situation.looked(Sight.NOTHING)
    assert situation.outlook() is Outlook.OFFLINE
    situation.reached(end("b.test"))
    assert situation.outlook() is Outlook.CLEAR


def test_a_provider_that_falls_alone_is_no_network_of_ours() -> None:
    situation = of("imap.one.test", "smtp.one.test")
    situation.unreached(end("imap.one.test"))
    situation.unreached(end("smtp.one.test"))
    assert situation.outlook() is Outlook.UNSURE
    assert situation.witnesses() == ()
    situation.looked(Sight.OPEN)
    assert situation.outlook() is Outlook.CLEAR
    situation.looked(Sight.NOTHING)
    assert situation.outlook() is Outlook.OFFLINE


def test_hosts_of_one_provider_are_one_point_whatever_their_names() -> None:
    situation = of("other.test")
    for host in ("imap.a.test", "smtp.b.test"):
        situation.know(end(host), "google")
        situation.unreached(end(host))
    assert situation.outlook() is Outlook.CLEAR


def test_one_site_alone_falls_under_doubt_and_its_other_host_may_clear_it() -> None:
    situation = of("imap.one.test", "smtp.one.test")
    situation.unreached(end("smtp.one.test"))
    assert [each.host for each in situation.witnesses()] == ["imap.one.test"]
    situation.reached(end("imap.one.test"))
    assert situation.outlook() is Outlook.CLEAR


def test_two_dead_providers_are_told_but_three_are_a_network_that_lets_no_mail_through() -> None:
    situation = of("a.test", "b.test")
    situation.unreached(end("a.test"))
    situation.unreached(end("b.test"))
    situation.looked(Sight.OPEN)
    assert situation.outlook() is Outlook.CLEAR
    situation.unreached(end("c.test"))
    assert situation.outlook() is Outlook.OFFLINE


def test_servers_on_this_computer_say_nothing_of_the_network() -> None:
    situation = of("127.0.0.1", "localhost", "a.test")
    for host in ("127.0.0.1", "localhost", "[::1]"):
        situation.unreached(end(host))
    assert situation.outlook() is Outlook.CLEAR
    situation.unreached(end("a.test"))
    situation.looked(Sight.NOTHING)
    situation.reached(end("127.0.0.1"))
    assert situation.outlook() is Outlook.OFFLINE, "one that answers here does not prove the network"
    rehearsed = Situation(loopback_counts=True)
    rehearsed.unreached(end("127.0.0.2"))
    rehearsed.looked(Sight.NOTHING)
    assert rehearsed.outlook() is Outlook.OFFLINE


def test_behind_a_sign_in_page_nobody_who_answers_is_believed() -> None:
    situation = of("a.test", "b.test", "c.test")
    for host in ("a.test", "b.test", "c.test"):
        situation.unreached(end(host))
    situation.looked(Sight.PORTAL)
    situation.reached(end("a.test"))
    assert situation.outlook() is Outlook.PORTAL
    situation.looked(Sight.OPEN)
    assert situation.outlook() is Outlook.CLEAR


def test_the_systems_word_alone_only_raises_the_doubt() -> None:
    situation = of("a.test", "b.test")
    situation.suspect()
    assert situation.outlook() is Outlook.UNSURE
    situation.reached(end("a.test"))
    assert situation.outlook() is Outlook.CLEAR
    nobody = of("127.0.0.1")
    nobody.suspect()
    assert nobody.outlook() is Outlook.CLEAR


def test_each_turn_asks_others_for_the_return() -> None:
    hosts = [f"{name}.test" for name in "abcde"]
    situation = of(*hosts)
    for host in hosts:
        situation.unreached(end(host))
    asked = {each.host for turn in range(2) for each in situation.to_ask_again(turn)}
    assert asked == set(hosts)
    assert Situation().to_ask_again(3) == ()
