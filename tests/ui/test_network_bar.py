"""What the strip says of our own network, what it offers, and when it goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QPushButton

from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.verdict import VeilReason
from mailbox_desk.ui.network_bar import NetworkBar
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

PAGE = "http://login.hotel.test/"
PORTAL = NetworkView(VeilReason.CAPTIVE_PORTAL, PAGE)
NEW = NetworkView(VeilReason.NEW_NETWORK, asks_for=500)


@pytest.fixture
def bar(theme: Theme, words: Wording) -> Iterator[NetworkBar]:
    made = NetworkBar(words)
    yield made
    made.deleteLater()


def offers(bar: NetworkBar) -> list[str]:
    return [each.text() for each in bar.findChildren(QPushButton) if not each.isHidden()]


def says(bar: NetworkBar) -> str:
    return bar.findChildren(QLabel)[0].text()


def press(bar: NetworkBar, text: str) -> None:
    next(each for each in bar.findChildren(QPushButton) if each.text() == text).click()


def test_it_is_there_only_while_a_person_can_do_something(bar: NetworkBar) -> None:
    assert bar.isHidden()
    for reason in (VeilReason.OFFLINE, VeilReason.ASLEEP, None):
        bar.show_view(NetworkView(reason))
        assert bar.isHidden()
    for view in (PORTAL, NEW):
        bar.show_view(view)
        assert not bar.isHidden()
    bar.show_view(NetworkView())
    assert bar.isHidden()


def test_the_page_of_a_portal_is_opened_in_the_browser(bar: NetworkBar, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toString()))
    bar.show_view(PORTAL)
    assert offers(bar) == ["Open page"]
    press(bar, "Open page")
    bar.show_view(NetworkView(VeilReason.CAPTIVE_PORTAL, "file:///etc/passwd"))
    press(bar, "Open page")
    assert opened == [PAGE]
    bar.show_view(NetworkView(VeilReason.CAPTIVE_PORTAL))
    assert offers(bar) == [], "where the page is not known, none is offered"


def test_a_new_network_asks_once_and_keeps_the_door_open(bar: NetworkBar) -> None:
    accepted: list[bool] = []
    bar.accepted.connect(lambda: accepted.append(True))
    bar.show_view(NEW)
    assert "500 mailboxes" in says(bar)
    assert offers(bar) == ["Check all", "Check later"]
    press(bar, "Check later")
    assert (offers(bar), accepted) == (["Check all"], [])
    bar.show_view(NetworkView(VeilReason.NEW_NETWORK, asks_for=501))
    assert offers(bar) == ["Check all"], "one more mailbox is no new question"
    press(bar, "Check all")
    assert accepted == [True]
    bar.show_view(NetworkView())
    bar.show_view(NEW)
    assert offers(bar) == ["Check all", "Check later"], "the next new network is"


def test_a_sign_in_page_comes_before_the_question(bar: NetworkBar) -> None:
    bar.show_view(NetworkView(VeilReason.CAPTIVE_PORTAL, PAGE, asks_for=60))
    assert offers(bar) == ["Open page"]
