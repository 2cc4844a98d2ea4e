"""The fingerprint of a network: the same here and now, another with another salt, route or network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailbox_desk.adapters import route
from mailbox_desk.adapters.route import default_route, fingerprint, local_network

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


def line(interface: str, destination: str, gateway: str, metric: int, mask: str = "00000000") -> str:
    return f"{interface}\t{destination}\t{gateway}\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n"


def routes(folder: Path, *lines: str) -> Path:
    file = folder / "route"
    file.write_text(HEAD + "".join(lines), encoding="ascii")
    return file


def test_the_default_route_of_least_cost_counts(tmp_path: Path) -> None:
    file = routes(
        tmp_path,
        line("eth0", "0001A8C0", "00000000", 0, "00FFFFFF"),
        line("wlan0", "00000000", "0101A8C0", 600),
        line("tun0", "00000000", "0100080A", 50),
    )
    assert default_route(file) == "tun0 0100080A"
    assert default_route(routes(tmp_path)) == ""
    assert default_route(tmp_path / "none") == ""


def test_networks_are_told_apart_and_tell_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(route, "local_network", lambda: "10.1.2.0/24")
    home = routes(tmp_path, line("wlan0", "00000000", "0101A8C0", 600))
    first = fingerprint("salt", home)
    assert first == fingerprint("salt", home)
    assert first != fingerprint("other", home)
    assert "10.1" not in first
    vpn = routes(tmp_path, line("tun0", "00000000", "0100080A", 50))
    assert fingerprint("salt", vpn) != first
    monkeypatch.setattr(route, "local_network", lambda: "")
    assert fingerprint("salt", home) == ""


class _Unrouted(socket.socket):
    def connect(self, address: object) -> None:
        raise OSError(101, "Network is unreachable")


def test_where_no_route_leads_out_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", _Unrouted)
    assert local_network() == ""
