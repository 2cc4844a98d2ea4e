"""The tray's picture on every ground and at every size, what it says, and what it does where there is no tray. Real
trays are met in tests/e2e/test_tray.py."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from mailbox_desk.model.cause import Cause, Severity
from mailbox_desk.model.notice import Announcement
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.ui.look import DARK, LIGHT, LOOKS, MEASURES
from mailbox_desk.ui.reception import Reception
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.tray import Tray
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, dozen, snapshot
from tests.ui.waiting import until

GROUNDS = ("#ffffff", LIGHT.ground, DARK.ground, "#000000", "#808080")
STATES = (*Shown, None)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(dozen())


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[Window]:
    made = Window(theme, words, lambda: NOW)
    yield made
    made.deleteLater()


@pytest.fixture
def tray(theme: Theme, words: Wording, window: Window) -> Tray:
    return Tray(theme, words, window, Reception(window, words))


def icon(tray: Tray) -> QSystemTrayIcon:
    found = tray.findChild(QSystemTrayIcon)
    assert found is not None
    return found


def on(theme: Theme, shown: Shown | None, edge: int, ground: str) -> QImage:
    """The picture as a panel of this colour shows it."""
    image = QImage(edge, edge, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, theme.icons.tray(shown, edge))
    painter.end()
    return image


def greys(image: QImage) -> list[int]:
    """Its lightness, pixel by pixel: what an eye without colours sees."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return [grey.pixelColor(x, y).value() for y in range(grey.height()) for x in range(grey.width())]


@pytest.mark.parametrize("edge", MEASURES.tray_icons)
@pytest.mark.parametrize("ground", GROUNDS)
def test_it_stands_out_from_every_panel(theme: Theme, edge: int, ground: str) -> None:
    paper = QColor(ground)
    floor = QImage(1, 1, QImage.Format.Format_RGB32)
    floor.fill(paper)
    (plain,) = greys(floor)
    for shown in STATES:
        far = sum(abs(each - plain) > 60 for each in greys(on(theme, shown, edge, ground)))
        assert far > 0.12 * edge * edge, (shown, far)


@pytest.mark.parametrize("edge", MEASURES.tray_icons)
@pytest.mark.parametrize("ground", GROUNDS)
def test_no_two_look_alike_without_colour(theme: Theme, edge: int, ground: str) -> None:
    seen = {shown: greys(on(theme, shown, edge, ground)) for shown in STATES}
    for one, two in combinations(STATES, 2):
        different = sum(abs(a - b) > 50 for a, b in zip(seen[one], seen[two], strict=True))
        assert different > 0.07 * edge * edge, (one, two, different)


def test_the_picture_of_a_notice_is_plain_bytes(tray: Tray) -> None:
    picture = tray.picture(Shown.NEEDS_YOU)
    assert picture.edge == MEASURES.notice_icon
    assert len(picture.rgba) == picture.edge**2 * 4
    middle = (picture.edge // 4 * picture.edge + picture.edge // 4) * 4
    assert QColor(*picture.rgba[middle : middle + 3]).name() == LIGHT.tone(LOOKS[Shown.NEEDS_YOU].tone)


async def test_it_says_how_things_stand(tray: Tray, around: Surroundings, engine: FakeEngine) -> None:
    assert "Starting" in icon(tray).toolTip()
    tray.follow(around)
    told = "Mailbox Desk\n4 mailboxes need you. 2 are reconnecting by themselves."
    await until(lambda: icon(tray).toolTip() == told)
    for each in ("a", "b", "c"):
        engine.board.publish(snapshot(each, version=2))
    await until(lambda: "1 mailbox needs you." in icon(tray).toolTip())


async def test_a_storm_of_news_draws_it_a_few_times_a_second(
    tray: Tray, around: Surroundings, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray.follow(around)
    drawn: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "setToolTip", lambda self, text: drawn.append(text))
    for version in range(2, 43):
        verdict = Verdict.NEEDS_YOU if version % 2 else Verdict.CONNECTED
        cause = Cause.OVER_QUOTA if version % 2 else None
        around.bridge.news.emit((snapshot("a", verdict, cause, version=version),))
    assert drawn == []
    await until(lambda: drawn)
    assert len(drawn) == 1


async def test_without_a_tray_it_shows_nothing(tray: Tray, around: Surroundings, qapp: QApplication) -> None:
    assert not QSystemTrayIcon.isSystemTrayAvailable(), "the offscreen platform has none"
    tray.follow(around)
    told = Announcement(frozenset(), (), "title", "body", Shown.CONNECTED, Severity.NOTE)
    assert not tray.is_there
    assert not tray.balloon(told)


def test_it_leaves_with_the_program(tray: Tray) -> None:
    tray.leave()
    assert not icon(tray).isVisible()
    assert icon(tray).contextMenu().windowType() is Qt.WindowType.Popup
