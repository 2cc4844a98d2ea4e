"""How everything looks, as tables: status -> shape, colour, place in the list; colours of the four themes; measures.

Values only: no widget is made or painted here, and no other file of the window names a colour or a size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.verdict import Shown


class Shape(StrEnum):
    """The drawings of resources/icons; the first seven tell a status without colour."""

    DISC = "disc"
    RING = "ring"
    HALF_DISC = "half_disc"
    TRIANGLE = "triangle"
    SQUARE = "square"
    BARS = "bars"
    HOLLOW = "hollow"
    TICK = "tick"
    CROSS = "cross"
    QUESTION = "question"
    DASH = "dash"
    CHEVRON_RIGHT = "chevron_right"
    CHEVRON_DOWN = "chevron_down"
    MENU = "menu"


class Tone(StrEnum):
    """A colour by its meaning; each theme has its own value for it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    BLUE = "blue"
    VIOLET = "violet"
    GREY = "grey"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class StatusLook:
    """`rank` orders the list, the worst first; what nobody knows yet comes last, so that rows move little."""

    shape: Shape
    tone: Tone
    rank: int


LOOKS: Mapping[Shown, StatusLook] = MappingProxyType(
    {
        Shown.NEEDS_YOU: StatusLook(Shape.SQUARE, Tone.RED, 0),
        Shown.RECONNECTING: StatusLook(Shape.TRIANGLE, Tone.AMBER, 1),
        Shown.SUSPECT: StatusLook(Shape.HALF_DISC, Tone.AMBER, 2),
        Shown.BLIND: StatusLook(Shape.HOLLOW, Tone.GREY, 3),
        Shown.PAUSED: StatusLook(Shape.BARS, Tone.VIOLET, 4),
        Shown.CONNECTED: StatusLook(Shape.DISC, Tone.GREEN, 5),
        Shown.CHECKING: StatusLook(Shape.RING, Tone.BLUE, 6),
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The small sign of one half: receiving or sending."""

    shape: Shape
    tone: Tone


NO_MARK = Mark(Shape.DASH, Tone.MUTED)
"""Nothing to tell of this half: it is off, or was not tried yet."""


class Choice(StrEnum):
    """What a person may choose as the look. High contrast is light or dark as the desktop is."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


THEME_SETTING: Final = "ui.theme"
"""Under this name the choice is kept; with all that begins with "ui." it is read before the first paint."""


def choice_of(text: str) -> Choice:
    """The choice by its name; as the system wants it where nothing that we know was kept."""
    return next((each for each in Choice if each.value == text), Choice.SYSTEM)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as #rrggbb. `washes` are the quiet grounds behind a tone's words; in high contrast
    every colour of text stands 7:1 on its ground (WCAG 2.2, 1.4.6), every line 3:1 (1.4.11)."""

    is_dark: bool
    is_contrast: bool
    text: str
    muted: str
    ground: str
    surface: str
    line: str
    accent: str
    accent_hover: str
    accent_text: str
    selected: str
    hover: str
    code: str
    tones: Mapping[Tone, str]
    washes: Mapping[Tone, str]

    def tone(self, tone: Tone) -> str:
        return self.tones[tone]

    def wash(self, tone: Tone) -> str:
        return self.washes.get(tone, self.code)


LIGHT = Palette(
    is_dark=False,
    is_contrast=False,
    text="#1b1f27",
    muted="#5d6675",
    ground="#f6f7f9",
    surface="#ffffff",
    line="#e3e6eb",
    accent="#2a5bd7",
    accent_hover="#2350c2",
    accent_text="#ffffff",
    selected="#e9effc",
    hover="#f3f5f9",
    code="#f1f3f6",
    tones=MappingProxyType(
        {
            Tone.GREEN: "#187b48",
            Tone.AMBER: "#a05a00",
            Tone.RED: "#c0272d",
            Tone.BLUE: "#296db5",
            Tone.VIOLET: "#6b4fb3",
            Tone.GREY: "#646b79",
            Tone.MUTED: "#5d6675",
        }
    ),
    washes=MappingProxyType(
        {
            Tone.GREEN: "#e9f6ef",
            Tone.AMBER: "#fdf3e3",
            Tone.RED: "#fce8e8",
            Tone.BLUE: "#eaf2fb",
            Tone.VIOLET: "#f0ecfa",
        }
    ),
)

DARK = Palette(
    is_dark=True,
    is_contrast=False,
    text="#e8ebf0",
    muted="#9aa4b2",
    ground="#15181d",
    surface="#1c2027",
    line="#2d333d",
    accent="#6f9bff",
    accent_hover="#87abff",
    accent_text="#0d1420",
    selected="#243149",
    hover="#222730",
    code="#232831",
    tones=MappingProxyType(
        {
            Tone.GREEN: "#4cc38a",
            Tone.AMBER: "#f0a94a",
            Tone.RED: "#ff7b7b",
            Tone.BLUE: "#6cb2f5",
            Tone.VIOLET: "#b39cf5",
            Tone.GREY: "#98a1af",
            Tone.MUTED: "#9aa4b2",
        }
    ),
    washes=MappingProxyType(
        {
            Tone.GREEN: "#173026",
            Tone.AMBER: "#372a14",
            Tone.RED: "#3b1d20",
            Tone.BLUE: "#18293b",
            Tone.VIOLET: "#2a2440",
        }
    ),
)

CONTRAST = Palette(
    is_dark=False,
    is_contrast=True,
    text="#000000",
    muted="#333333",
    ground="#ffffff",
    surface="#ffffff",
    line="#595959",
    accent="#003a9e",
    accent_hover="#00296f",
    accent_text="#ffffff",
    selected="#d9e6ff",
    hover="#eeeeee",
    code="#f0f0f0",
    tones=MappingProxyType(
        {
            Tone.GREEN: "#004d24",
            Tone.AMBER: "#5c3000",
            Tone.RED: "#8a0010",
            Tone.BLUE: "#003f7d",
            Tone.VIOLET: "#43208c",
            Tone.GREY: "#333a45",
            Tone.MUTED: "#333333",
        }
    ),
    washes=MappingProxyType(dict.fromkeys(Tone, "#ffffff")),
)

CONTRAST_DARK = Palette(
    is_dark=True,
    is_contrast=True,
    text="#ffffff",
    muted="#d6d6d6",
    ground="#000000",
    surface="#000000",
    line="#a6a6a6",
    accent="#9ec5ff",
    accent_hover="#c3dbff",
    accent_text="#000000",
    selected="#10305f",
    hover="#1c1c1c",
    code="#161616",
    tones=MappingProxyType(
        {
            Tone.GREEN: "#7df0b0",
            Tone.AMBER: "#ffd27a",
            Tone.RED: "#ffb0b0",
            Tone.BLUE: "#a6d6ff",
            Tone.VIOLET: "#d8caff",
            Tone.GREY: "#d0d5dd",
            Tone.MUTED: "#d6d6d6",
        }
    ),
    washes=MappingProxyType(dict.fromkeys(Tone, "#000000")),
)

PALETTES: Final = MappingProxyType(
    {(each.is_dark, each.is_contrast): each for each in (LIGHT, DARK, CONTRAST, CONTRAST_DARK)}
)
"""By whether it is dark and whether it is of high contrast."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes in device-independent pixels."""

    text: int = 13
    small: float = 11.5
    summary: int = 16
    title: int = 17
    row: int = 40
    line_row: int = 32
    icon: int = 14
    bar: int = 3
    gap_s: int = 4
    gap_m: int = 8
    gap_l: int = 12
    gap_xl: int = 16
    radius: int = 6
    card_radius: int = 8
    pane_width: int = 420
    search_width: int = 340
    certificate_width: int = 560
    bar_stacks_below: int = 720
    chip_radius: int = 12
    column_widths: tuple[int, ...] = (124, 216, 110, 72, 172, 160, 76, 92, 128)
    day_cell: int = 4
    day_gap: int = 2
    help_list: int = 290
    queue_list: int = 220
    queue_turn: int = 720
    queue_height: int = 640
    help_text: int = 620
    help_line: int = 125
    tray_icons: tuple[int, ...] = (16, 22, 24, 32, 48, 64)
    notice_icon: int = 48


MEASURES = Measures()
