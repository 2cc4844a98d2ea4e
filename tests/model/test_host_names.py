from __future__ import annotations

import pytest

from mailbox_desk.model.host_names import is_host_name, is_ip_literal, is_local_domain, is_within, parents


@pytest.mark.parametrize(
    "name", ["example.org", "a", "localhost", "imap.xn--bcher-kva.example", "1a.example", "x-1.de"]
)
def test_names_of_hosts(name: str) -> None:
    assert is_host_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "a..b", "-a.example", "a-.example", "a_b.example", "example.org.", "ex ample.org", "a\0.example"),
        *("127.1", "0x7f.1", "1.2.3.4", "::1", "a/b", "a:25", "user@host", "bücher.example", "a" * 64, "a.b\n"),
        *("٣.example", "a." * 200 + "b"),
    ],
)
def test_what_is_no_name(name: str) -> None:
    assert not is_host_name(name)


@pytest.mark.parametrize("name", ["127.0.0.1", "[::1]", "fe80::1%eth0", "::ffff:1.2.3.4"])
def test_addresses(name: str) -> None:
    assert is_ip_literal(name)
    assert not is_ip_literal("example.org")


@pytest.mark.parametrize(
    ("domain", "local"),
    [
        *(("localhost", True), ("desk.test", True), ("mail", True), ("office.lan", True), ("x.home.arpa", True)),
        *(("example.org", False), ("test.example", False), ("contest.org", False), ("arpa.net", False)),
    ],
)
def test_local_domains(domain: str, local: bool) -> None:
    assert is_local_domain(domain) is local


@pytest.mark.parametrize(
    ("host", "within"), [("example.org", True), ("a.b.example.org", True), ("badexample.org", False), ("org", False)]
)
def test_within(host: str, within: bool) -> None:
    assert is_within(host, "example.org") is within


def test_parents_stop_before_the_top() -> None:
    assert parents("mx1.mail.hoster.example") == ("mail.hoster.example", "hoster.example")
    assert parents("hoster.example") == ()
    assert parents("localhost") == ()
