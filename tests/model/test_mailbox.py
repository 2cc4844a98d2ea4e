"""Hosts, ports and what they say about protection."""

from __future__ import annotations

import pytest

from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security, is_loopback, security_for_port
from mailbox_desk.model.verdict import Half


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["mail.example", "localhost.example", "10.0.0.1", "128.0.0.1", "", "localhost1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_the_port_decides_the_protection() -> None:
    assert [security_for_port(port).value for port in (993, 465, 143, 587, 25, 2525)] == [
        "tls",
        "tls",
        "starttls",
        "starttls",
        "starttls",
        "auto",
    ]


def test_plain_needs_loopback_or_a_yes() -> None:
    plain = Endpoint("mail.example", 143, Security.NONE, "a")
    assert plain.sends_in_clear
    assert not Endpoint("mail.example", 143, Security.NONE, "a", plain_allowed=True).sends_in_clear
    assert not Endpoint("127.0.0.1", 143, Security.NONE, "a").sends_in_clear
    assert not Endpoint("mail.example", 143, Security.STARTTLS, "a").sends_in_clear


def test_halves_follow_the_servers() -> None:
    end = Endpoint("mail.example", 993, Security.TLS, "a")
    assert Mailbox(MailboxId("1"), "a", end, None).halves == (Half.RECEIVING,)
    assert Mailbox(MailboxId("1"), "a", None, end).halves == (Half.SENDING,)
    assert Mailbox(MailboxId("1"), "a", end, end).halves == (Half.RECEIVING, Half.SENDING)
