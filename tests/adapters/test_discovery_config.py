"""Autoconfig files, good and bad."""

from __future__ import annotations

import pytest

from mailbox_desk.adapters.discovery_config import offers_in
from mailbox_desk.model.discovery import Miss, NotFound
from mailbox_desk.model.mailbox import AuthKind, Security
from mailbox_desk.model.verdict import Half
from tests.servers.https import config_xml, server_xml, usual_config

IMAP = ("incomingServer", "imap")
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<clientConfig version="1.1"><emailProvider>&c;</emailProvider></clientConfig>"""
STRANGER = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><clientConfig>&a;</clientConfig>"""
)


def refused(data: bytes) -> Miss:
    with pytest.raises(NotFound) as missed:
        offers_in(data)
    return missed.value.why


def test_a_usual_file() -> None:
    receiving, sending = offers_in(usual_config("mail.example.org"))
    assert (receiving.half, receiving.host, receiving.port, receiving.security) == (
        *(Half.RECEIVING, "mail.example.org", 993),
        Security.TLS,
    )
    assert (sending.half, sending.username, sending.auth) == (
        *(Half.SENDING, "%EMAILADDRESS%"),
        frozenset({AuthKind.PASSWORD}),
    )


def test_the_order_of_the_file_counts_but_clear_text_comes_last() -> None:
    offers = offers_in(
        config_xml(
            server_xml(*IMAP, "plain.example.org", 143, "plain"),
            server_xml(*IMAP, "first.example.org", 143, "STARTTLS"),
            server_xml("incomingServer", "pop3", "pop.example.org", 995, "SSL"),
            server_xml("incomingServer", "exchange", "ews.example.org", 443, "SSL"),
            server_xml(*IMAP, "second.example.org", 993, "SSL"),
        )
    )
    assert [offer.host for offer in offers] == ["first.example.org", "second.example.org", "plain.example.org"]


def test_oauth_and_password_are_told_apart() -> None:
    server = server_xml(*IMAP, "imap.example.org", 993, "SSL").replace("password-cleartext", "OAuth2")
    (offer,) = offers_in(config_xml(server))
    assert offer.auth == frozenset({AuthKind.OAUTH})


def test_names_beyond_ascii_get_their_ascii_form() -> None:
    (offer,) = offers_in(config_xml(server_xml(*IMAP, "imap.bücher.example", 993, "SSL")))
    assert offer.host == "imap.xn--bcher-kva.example"


@pytest.mark.parametrize("port", ["0x3e1", "-1", "1e3", "٩٩٣", "999999999999", ""])
def test_a_port_that_is_no_number_is_none(port: str) -> None:
    (offer,) = offers_in(config_xml(server_xml(*IMAP, "imap.example.org", port, "SSL")))
    assert offer.port == 0


@pytest.mark.parametrize("data", [BOMB, STRANGER], ids=["bomb", "external"])
def test_no_document_type_is_read(data: bytes) -> None:
    assert refused(data) is Miss.UNSAFE


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<", b"<html></html>", b"\0" * 40, b"\xff\xfe", b"<clientConfig>\0</clientConfig>"),
        *(b'<?xml version="1.0" encoding="nonsense"?><clientConfig/>', b"<a>" * 80_000),
    ],
)
def test_what_is_no_such_file(data: bytes) -> None:
    assert refused(data) is Miss.UNUSABLE


def test_a_file_without_imap_and_smtp_has_nothing() -> None:
    assert refused(config_xml(server_xml("incomingServer", "pop3", "pop.example.org", 995, "SSL"))) is Miss.NOTHING


def test_a_file_of_a_thousand_servers_is_cut_short() -> None:
    servers = (server_xml(*IMAP, f"imap{n}.example.org", 993, "SSL") for n in range(1000))
    assert len(offers_in(config_xml(*servers))) < 100
