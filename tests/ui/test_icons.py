from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from mailbox_desk import paths
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import DARK, LIGHT, LOOKS, MEASURES, Tone


def _mask(image: QImage) -> bytes:
    """Which pixels are covered, colour left out."""
    size = range(image.width())
    return bytes(image.pixelColor(x, y).alpha() > 127 for y in size for x in size)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_shapes_are_told_apart_without_colour(qapp: QApplication, ratio: float) -> None:
    icons = Icons(paths.resources_dir() / "icons", LIGHT)
    masks = {
        shown: _mask(icons.pixmap(look.shape, look.tone, MEASURES.icon, ratio).toImage())
        for shown, look in LOOKS.items()
    }
    for shown, mask in masks.items():
        assert sum(mask) > 20 * ratio * ratio, shown
        for other, its in masks.items():
            different = sum(one != two for one, two in zip(mask, its, strict=True))
            assert shown is other or different > 0.1 * len(mask), (shown, other)


def test_a_screen_of_two_pixels_each_gets_a_sharp_picture(qapp: QApplication) -> None:
    icons = Icons(paths.resources_dir() / "icons", LIGHT)
    pixmap = icons.pixmap(LOOKS[next(iter(LOOKS))].shape, Tone.RED, 14, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (28, 2.0)


def test_colours_follow_the_theme(qapp: QApplication) -> None:
    icons = Icons(paths.resources_dir() / "icons", LIGHT)
    shape = next(iter(LOOKS.values())).shape
    light = icons.pixmap(shape, Tone.RED, 14, 1.0).toImage().pixelColor(7, 7).name()
    icons.use(DARK)
    dark = icons.pixmap(shape, Tone.RED, 14, 1.0).toImage().pixelColor(7, 7).name()
    assert (light, dark) == (LIGHT.tone(Tone.RED), DARK.tone(Tone.RED))


def test_the_program_has_a_picture(qapp: QApplication) -> None:
    assert not Icons(paths.resources_dir() / "icons", LIGHT).program().isNull()
