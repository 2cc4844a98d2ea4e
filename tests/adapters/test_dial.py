"""From a name to addresses."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, bare_name, connect, resolve
from tests.servers.ports import free_port
from tests.servers.scripted import BlackHole


def test_the_families_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: Any, **__: Any) -> list[Any]:
        six = [(socket.AF_INET6, 1, 6, "", (f"::{n}", 1, 0, 0)) for n in (1, 2)]
        four = [(socket.AF_INET, 1, 6, "", (f"127.0.0.{n}", 1)) for n in (1, 2, 3)]
        return [*six, *four, *four]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    addresses = [address.sockaddr[0] for address in resolve("mail.example.org", 1)]
    assert addresses == ["::1", "127.0.0.1", "::2", "127.0.0.2", "127.0.0.3"]


@pytest.mark.parametrize(("host", "name"), [("[::1]", "::1"), ("a.example.", "a.example"), (" a ", "a")])
def test_bare_names(host: str, name: str) -> None:
    assert bare_name(host) == name


def test_a_refusal_tells_more_than_a_missing_family() -> None:
    port = free_port()
    addresses = [Address(socket.AF_INET6, ("2001:db8::1", port, 0, 0)), Address(socket.AF_INET, ("127.0.0.1", port))]
    with pytest.raises(OSError) as caught:
        connect(addresses, Cutoff(), 0.5)
    assert caught.value.errno == errno.ECONNREFUSED


def test_a_family_that_is_missing_does_not_hide_a_black_hole() -> None:
    with BlackHole() as hole:
        addresses = [Address(socket.AF_INET, ("255.255.255.255", 1)), Address(socket.AF_INET, (hole.host, hole.port))]
        with pytest.raises(ConnectTimedOut):
            connect(addresses, Cutoff(), 0.4)


def test_no_address_left() -> None:
    with pytest.raises(OSError):
        connect([], Cutoff(), 1.0)
