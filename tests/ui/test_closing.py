"""What closing does, with a tray and without, and that it is said once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal

from mailbox_desk.model.notice import Announcement
from mailbox_desk.model.settings import Settings
from mailbox_desk.ui.closing import Closing
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.tray import Tray
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed, said
from tests.ui.samples import NOW
from tests.ui.waiting import until


class SomeTray(QObject):
    """There, or not: the offscreen platform never has one."""

    quit_wanted = Signal()

    def __init__(self, *, is_there: bool) -> None:
        super().__init__()
        self.is_there = is_there


class Scene:
    def __init__(self, window: Window, words: Wording, *, tray: bool) -> None:
        self.window, self.ends = window, 0
        self.told: list[Announcement] = []
        self.tray = SomeTray(is_there=tray)
        self.closing = Closing(window, cast(Tray, self.tray), words, self._end)
        window.show()

    def _end(self) -> None:
        self.ends += 1


Make = Callable[..., Scene]


@pytest.fixture
def made(theme: Theme, words: Wording) -> Iterator[Make]:
    windows: list[Window] = []

    def make(*, tray: bool) -> Scene:
        windows.append(Window(theme, words, lambda: NOW))
        return Scene(windows[-1], words, tray=tray)

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


async def test_with_a_tray_the_desk_goes_on_and_says_so_once(
    made: Make, around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    scene = made(tray=True)
    scene.closing.follow(around, scene.told.append)
    for _ in range(2):
        scene.window.show()
        scene.window.close()
        assert not scene.window.isVisible()
    assert (scene.ends, len(scene.told)) == (0, 1)
    await until(lambda: engine.wished("save_setting") == [("closing_explained", "on")])
    assert words.text("tray.no_tray.text") not in said(scene.window)


async def test_who_was_told_in_an_earlier_run_is_not_told_again(
    made: Make, around: Surroundings, engine: FakeEngine
) -> None:
    engine.settings = Settings(closing_explained=True)
    scene = made(tray=True)
    scene.closing.follow(around, scene.told.append)
    scene.window.close()
    assert (scene.ends, scene.told) == (0, [])


async def test_without_a_tray_closing_ends_it_as_the_strip_says(
    made: Make, around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    scene = made(tray=False)
    scene.closing.follow(around, scene.told.append)
    assert words.text("tray.no_tray.text") in said(scene.window)
    pressed(scene.window, words.text("ui.close"))
    await until(lambda: engine.wished("save_setting") == [("closing_explained", "on")])
    scene.window.close()
    assert (scene.ends, scene.told) == (1, [])


async def test_without_a_tray_it_goes_on_where_the_person_wants_so(
    made: Make, around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    scene = made(tray=False)
    scene.closing.follow(around, scene.told.append)
    pressed(scene.window, words.text("tray.no_tray.keep"))
    await until(lambda: engine.wished("save_setting") == [("keep_running", "on")])
    assert words.text("tray.no_tray.kept") in said(scene.window)
    scene.window.close()
    assert scene.ends == 0


async def test_quitting_ends_it_always(made: Make, around: Surroundings) -> None:
    scene = made(tray=True)
    scene.closing.follow(around, scene.told.append)
    scene.window.quitting.emit()
    scene.tray.quit_wanted.emit()
    assert scene.ends == 2


async def test_a_desk_that_never_came_alive_ends_with_its_window(made: Make) -> None:
    scene = made(tray=True)
    scene.window.close()
    assert scene.ends == 1
