"""What DNS says, from a real name server; and how its silence and nonsense are taken."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailbox_desk.adapters.discovery_names import Names, is_public
from mailbox_desk.model.discovery import Miss, NotFound
from mailbox_desk.model.mailbox import Security
from tests.servers.dns import Answer, NameServer, ScriptedNameServer, failing, garbled, silent
from tests.servers.ports import free_port


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with NameServer(
        addresses={
            "both.example.com": ["93.184.216.34", "2606:2800:220:1::1"],
            "home.example.com": ["192.168.1.5"],
            "mixed.example.com": ["93.184.216.34", "127.0.0.1"],
            "own.desk.test": ["127.0.0.1"],
        },
        exchangers={"example.com": [(20, "second.example.net"), (10, "first.example.net")]},
        services={
            "_imaps._tcp.example.com": [("low.example.com", 993, 20, 1), ("top.example.com", 1993, 10, 5)],
            "_imap._tcp.example.com": [("", 0, 0, 0)],
            "_submission._tcp.example.com": [("out.example.com", 465, 0, 1)],
            "_submission._tcp.other.example": [("out.other.example", 587, 0, 1)],
        },
    ) as server:
        yield Names(server.address)


def why(names: Names, host: str, *, local: bool = False) -> Miss:
    with pytest.raises(NotFound) as missed:
        names.addresses(host, 443, local=local)
    return missed.value.why


def test_exchangers_come_by_preference(names: Names) -> None:
    assert names.exchangers("example.com") == ("first.example.net", "second.example.net")


def test_services_come_by_priority(names: Names) -> None:
    offers = names.service("example.com", "_imaps._tcp")
    assert [(offer.host, offer.port, offer.security) for offer in offers] == [
        ("top.example.com", 1993, Security.TLS),
        ("low.example.com", 993, Security.TLS),
    ]


def test_a_service_not_offered_is_none(names: Names) -> None:
    with pytest.raises(NotFound) as missed:
        names.service("example.com", "_imap._tcp")
    assert missed.value.why is Miss.NOTHING


@pytest.mark.parametrize(("domain", "security"), [("example.com", Security.TLS), ("other.example", Security.STARTTLS)])
def test_port_465_under_submission_is_tls(names: Names, domain: str, security: Security) -> None:
    (offer,) = names.service(domain, "_submission._tcp")
    assert offer.security is security


def test_an_unknown_domain_has_nothing(names: Names) -> None:
    with pytest.raises(NotFound) as missed:
        names.exchangers("nobody.example")
    assert missed.value.why is Miss.NOTHING
    assert why(names, "nobody.example") is Miss.NOTHING


def test_both_families_take_turns(names: Names) -> None:
    found = names.addresses("both.example.com", 443, local=False)
    assert {address.sockaddr[:2] for address in found} == {("93.184.216.34", 443), ("2606:2800:220:1::1", 443)}


@pytest.mark.parametrize("host", ["home.example.com", "mixed.example.com", "localhost", "127.0.0.1", "10.0.0.1"])
def test_private_addresses_are_for_local_domains_alone(names: Names, host: str) -> None:
    assert why(names, host) is Miss.UNSAFE
    assert names.addresses(host, 443, local=True)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.20.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "ff02::1"),
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("answer", "miss", "most_seconds"),
    [(silent, Miss.NO_NAME_SERVER, 4.0), (failing, Miss.NO_ANSWER, 4.0), (garbled, Miss.NO_NAME_SERVER, 4.0)],
)
def test_a_name_server_that_does_not_answer(answer: Answer, miss: Miss, most_seconds: float) -> None:
    begun = time.monotonic()
    with ScriptedNameServer(answer) as server, pytest.raises(NotFound) as missed:
        Names(server.address).exchangers("example.com")
    assert missed.value.why is miss
    assert time.monotonic() - begun < most_seconds


def test_no_name_server_is_said_at_once() -> None:
    begun = time.monotonic()
    with pytest.raises(NotFound) as missed:
        Names(f"127.0.0.1:{free_port()}").addresses("example.com", 443, local=False)
    assert missed.value.why is Miss.NO_NAME_SERVER
    assert time.monotonic() - begun < 3.5


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", ".".join(["a" * 60] * 5)])
def test_names_that_dns_can_not_hold(names: Names, name: str) -> None:
    assert why(names, name) is Miss.UNUSABLE


@pytest.mark.parametrize("setting", ["nonsense", "127.0.0.1:many", "127.0.0.1:99999", "[::1"])
def test_a_name_server_set_wrong_is_no_crash(setting: str) -> None:
    assert why(Names(setting), "example.com") is Miss.UNUSABLE
