from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from mailbox_desk import paths
from mailbox_desk.ui.look import CONTRAST, CONTRAST_DARK, DARK, LIGHT, PALETTES, Choice, Palette
from mailbox_desk.ui.style import Desktop, Theme, desktop_of, palette_for, qt_palette, style_sheet

_HIGH, _USUAL = Qt.ContrastPreference.HighContrast, Qt.ContrastPreference.NoPreference
_DARK, _LIGHT, _UNKNOWN = Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Unknown


@pytest.mark.parametrize(
    ("scheme", "contrast", "said", "expected"),
    [
        (_DARK, _USUAL, "", DARK),
        (_LIGHT, _USUAL, "", LIGHT),
        (_UNKNOWN, _USUAL, "", LIGHT),
        (_LIGHT, _HIGH, "", CONTRAST),
        (_DARK, _HIGH, "", CONTRAST_DARK),
        (_DARK, _HIGH, "light", LIGHT),
        (_LIGHT, _USUAL, " Dark ", DARK),
        (_DARK, _USUAL, "contrast", CONTRAST),
        (_LIGHT, _USUAL, "contrast-dark", CONTRAST_DARK),
        (_DARK, _USUAL, "mauve", DARK),
    ],
)
def test_the_variable_speaks_for_the_desktop(
    scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference, said: str, expected: Palette
) -> None:
    desktop = desktop_of(scheme, contrast, {"MAILBOX_DESK_THEME": said})
    assert palette_for(Choice.SYSTEM, desktop) is expected


@pytest.mark.parametrize(
    ("choice", "desktop", "expected"),
    [
        (Choice.LIGHT, Desktop(is_dark=True, is_contrast=True), LIGHT),
        (Choice.DARK, Desktop(), DARK),
        (Choice.CONTRAST, Desktop(), CONTRAST),
        (Choice.CONTRAST, Desktop(is_dark=True), CONTRAST_DARK),
    ],
)
def test_what_the_person_chose_goes_before_the_desktop(choice: Choice, desktop: Desktop, expected: Palette) -> None:
    assert palette_for(choice, desktop) is expected


@pytest.mark.parametrize("look", PALETTES.values(), ids=["light", "dark", "contrast", "contrast-dark"])
def test_the_sheet_is_filled_in_and_its_drawings_are_there(look: Palette) -> None:
    icons = paths.resources_dir() / "icons"
    sheet = style_sheet(look, icons)
    assert "$" not in sheet
    assert ("dashed" in sheet) is look.is_contrast
    for kind in ("check", "chevron", "tick", "dot"):
        name = f"sheet_{kind}_{'dark' if look.is_dark else 'light'}.svg"
        assert name in sheet
        assert (icons / name).is_file()


def test_stock_widgets_wear_the_colours() -> None:
    palette = qt_palette(DARK)
    assert palette.color(QPalette.ColorRole.Window).name() == DARK.ground
    assert palette.color(QPalette.ColorRole.Text).name() == DARK.text


def test_a_desktop_that_turns_dark_is_followed_until_the_person_chooses(theme: Theme, qapp: QApplication) -> None:
    told: list[Palette] = []
    desktop = {"MAILBOX_DESK_THEME": "light"}  # the offscreen platform can't turn dark by itself
    own = Theme(qapp, theme.icons, desktop)
    own.changed.connect(lambda: told.append(own.palette))
    try:
        for name in ("dark", "dark", "light"):
            _turn(qapp, desktop, name)
        assert told == [DARK, LIGHT]
        own.choose(Choice.LIGHT)
        _turn(qapp, desktop, "dark")
        assert told == [DARK, LIGHT]
        own.choose(Choice.CONTRAST)
        assert told == [DARK, LIGHT, CONTRAST_DARK]
        own.choose(Choice.SYSTEM)
        desktop["MAILBOX_DESK_THEME"] = "contrast"
        qapp.styleHints().accessibility().contrastPreferenceChanged.emit(_HIGH)
        assert told == [DARK, LIGHT, CONTRAST_DARK, DARK, CONTRAST]
    finally:
        own.deleteLater()
        theme._wear()


def _turn(app: QApplication, desktop: dict[str, str], name: str) -> None:
    desktop["MAILBOX_DESK_THEME"] = name
    app.styleHints().colorSchemeChanged.emit(_DARK if name == "dark" else _LIGHT)
