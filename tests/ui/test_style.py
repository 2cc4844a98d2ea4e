from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from mailbox_desk import paths
from mailbox_desk.ui.look import DARK, LIGHT, Palette
from mailbox_desk.ui.style import Theme, chosen_palette, qt_palette, style_sheet


@pytest.mark.parametrize(
    ("scheme", "said", "expected"),
    [
        (Qt.ColorScheme.Dark, "", DARK),
        (Qt.ColorScheme.Light, "", LIGHT),
        (Qt.ColorScheme.Unknown, "", LIGHT),
        (Qt.ColorScheme.Dark, "light", LIGHT),
        (Qt.ColorScheme.Light, " Dark ", DARK),
        (Qt.ColorScheme.Dark, "mauve", DARK),
    ],
)
def test_the_variable_overrides_the_desktop(scheme: Qt.ColorScheme, said: str, expected: Palette) -> None:
    assert chosen_palette(scheme, {"MAILBOX_DESK_THEME": said}) is expected


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_the_sheet_is_filled_in_and_its_drawings_are_there(look: Palette) -> None:
    icons = paths.resources_dir() / "icons"
    sheet = style_sheet(look, icons)
    assert "$" not in sheet
    for kind in ("check", "chevron"):
        name = f"sheet_{kind}_{'dark' if look.is_dark else 'light'}.svg"
        assert name in sheet
        assert (icons / name).is_file()


def test_stock_widgets_wear_the_colours() -> None:
    palette = qt_palette(DARK)
    assert palette.color(QPalette.ColorRole.Window).name() == DARK.ground
    assert palette.color(QPalette.ColorRole.Text).name() == DARK.text


def test_a_desktop_that_turns_dark_is_followed(theme: Theme, qapp: QApplication) -> None:
    told = []
    own = Theme(qapp, theme.icons, {})
    own.changed.connect(lambda: told.append(own.palette))
    for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        own._follow(scheme)
    assert told == [DARK, LIGHT]
