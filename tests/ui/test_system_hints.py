"""What Qt tells of the network: from a stand-in of its shape, from Qt itself, and on to the engine's facts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing
from typing import TypeAlias

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation
from pytestqt.qtbot import QtBot

from mailbox_desk.adapters import network as adapter
from mailbox_desk.adapters.network import SystemNetwork
from mailbox_desk.model.network import FactKind, NetworkFact, PublicSight, Sight
from mailbox_desk.ui.system_hints import SystemHints, link_of, qt_information

Link: TypeAlias = QNetworkInformation.Reachability
Medium: TypeAlias = QNetworkInformation.TransportMedium


class Information(QObject):
    """QNetworkInformation as far as it is listened to; its own can't be told what to say."""

    reachabilityChanged = Signal(Link)  # noqa: N815  Qt's names
    isBehindCaptivePortalChanged = Signal(bool)  # noqa: N815
    transportMediumChanged = Signal(Medium)  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.reach, self.portal = Link.Online, False

    def reachability(self) -> Link:
        return self.reach

    def isBehindCaptivePortal(self) -> bool:  # noqa: N802
        return self.portal

    def becomes(self, reach: Link) -> None:
        self.reach = reach
        self.reachabilityChanged.emit(reach)


def test_the_link_is_told_at_once_at_each_change_and_no_more_once_nobody_listens(qtbot: QtBot) -> None:
    information, heard = Information(), list[FactKind]()
    deafen = SystemHints(lambda: information).listen(heard.append)
    assert heard == [FactKind.ONLINE]
    information.becomes(Link.Disconnected)
    information.becomes(Link.Site)
    information.portal = True
    information.isBehindCaptivePortalChanged.emit(True)
    information.portal = False
    information.becomes(Link.Online)
    information.transportMediumChanged.emit(Medium.WiFi)
    told = [FactKind.OFFLINE, FactKind.UNKNOWN, FactKind.PORTAL, FactKind.ONLINE, FactKind.ONLINE]
    assert heard[1:] == told
    deafen()
    information.becomes(Link.Disconnected)
    assert heard[1:] == told


def test_where_qt_has_no_backend_nothing_is_told(qtbot: QtBot) -> None:
    heard: list[FactKind] = []
    SystemHints(lambda: None).listen(heard.append)()
    assert heard == []


def test_qts_own_is_loaded_and_listened_to(qtbot: QtBot) -> None:
    heard: list[FactKind] = []
    information = qt_information()
    deafen = SystemHints().listen(heard.append)
    if information is None:
        assert heard == []
    else:
        assert heard == [link_of(information)]
    deafen()


def test_the_names_are_those_of_qt() -> None:
    assert {each.name for each in Link} == {"Unknown", "Disconnected", "Local", "Site", "Online"}


async def test_they_reach_the_engine_where_the_bus_tells_them_else(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    place = ["home"]
    monkeypatch.setattr(adapter, "fingerprint", lambda salt: place[0])
    information = Information()

    async def sight() -> PublicSight:
        return PublicSight(Sight.OPEN)

    network = SystemNetwork(sight, "salt", look_every=60, hints=SystemHints(lambda: information))
    async with aclosing(network.facts()) as facts, asyncio.timeout(10):
        first = [await anext(facts), await anext(facts)]
        assert first == [NetworkFact(FactKind.CHANGED, "home"), NetworkFact(FactKind.ONLINE)]
        information.becomes(Link.Disconnected)
        assert await anext(facts) == NetworkFact(FactKind.OFFLINE)
        information.becomes(Link.Disconnected)
        place[0] = "hotel"
        information.transportMediumChanged.emit(Medium.WiFi)
        assert await anext(facts) == NetworkFact(FactKind.CHANGED, "hotel"), "looked at once, and nothing told twice"
    information.becomes(Link.Online)


def test_no_command_and_no_first_paint_loads_it() -> None:
    program = "import sys, mailbox_desk.cli.main, mailbox_desk.ui.main; print('PySide6.QtNetwork' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "False"
