"""Knocking at real and scripted mail servers: nothing is sent, and only the right greeting counts."""

from __future__ import annotations

import ssl
import time

import pytest
import trustme

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import resolve
from mailbox_desk.adapters.discovery_knock import knock
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.discovery import Miss, NotFound, ServerOffer
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.verdict import Half
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port
from tests.servers.scripted import Script, ScriptedServer, imap, mute, smtp


def knocked(
    port: int, trust: Trust, half: Half = Half.RECEIVING, security: Security = Security.TLS, host: str = "localhost"
) -> None:
    offer = ServerOffer(half, host, port, security)
    knock(offer, resolve("127.0.0.1", port), trust, Cutoff(), 1.0)


def why(port: int, trust: Trust, **more: object) -> Miss:
    with pytest.raises(NotFound) as missed:
        knocked(port, trust, **more)  # type: ignore[arg-type]  # names are checked by knocked itself
    return missed.value.why


def test_a_real_server_answers(dovecot: Dovecot, trust: Trust) -> None:
    knocked(dovecot.imaps_port, trust)
    knocked(dovecot.imap_port, trust, security=Security.STARTTLS)
    knocked(dovecot.submissions_port, trust, Half.SENDING)
    knocked(dovecot.submission_port, trust, Half.SENDING, Security.STARTTLS)


def test_nothing_is_sent(trust: Trust, server_tls: ssl.SSLContext) -> None:
    with ScriptedServer(imap(), tls=server_tls) as server:
        knocked(server.port, trust)
        assert server.wait_until_gone(1)
        assert server.received == [b""]


@pytest.mark.parametrize("script", [smtp(), imap(greeting=b"* BYE go\r\n"), lambda peer: peer.send(b"SSH-2.0-x\r\n")])
def test_another_language_is_no_answer(trust: Trust, server_tls: ssl.SSLContext, script: Script) -> None:
    with ScriptedServer(script, tls=server_tls) as server:
        assert why(server.port, trust) is Miss.UNUSABLE


def test_imap_is_no_smtp(dovecot: Dovecot, trust: Trust) -> None:
    assert why(dovecot.imaps_port, trust, half=Half.SENDING) is Miss.UNUSABLE


def test_plain_where_tls_should_be_is_no_answer(dovecot: Dovecot, trust: Trust) -> None:
    assert why(dovecot.imap_port, trust) is Miss.NOTHING


def test_a_name_that_the_certificate_lacks_is_not_trusted(dovecot: Dovecot, trust: Trust) -> None:
    assert why(dovecot.imaps_port, trust, host="imap.example.org") is Miss.UNTRUSTED


def test_an_authority_of_nobody_is_not_trusted(trust: Trust) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with ScriptedServer(imap(), tls=context) as server:
        assert why(server.port, trust) is Miss.UNTRUSTED


def test_silence_ends_in_time(trust: Trust) -> None:
    with ScriptedServer(mute) as server:
        begun = time.monotonic()
        assert why(server.port, trust) is Miss.NO_ANSWER
        assert why(server.port, trust, security=Security.STARTTLS) is Miss.NO_ANSWER
        assert time.monotonic() - begun < 4


def test_nothing_listens(trust: Trust) -> None:
    assert why(free_port(), trust) is Miss.NOTHING


def test_an_endless_greeting_is_cut_short(trust: Trust) -> None:
    with ScriptedServer(lambda peer: peer.send(b"x" * 100_000)) as server:
        assert why(server.port, trust, security=Security.STARTTLS) in (Miss.UNUSABLE, Miss.NOTHING)
