from __future__ import annotations

import pytest

from mailbox_desk import paths
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, PALETTES, Palette, Shape, Tone


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3 and 1.4.6."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=["light", "dark", "contrast", "contrast-dark"])
def test_all_text_is_readable_on_every_ground_it_stands_on(palette: Palette) -> None:
    texts = {"text": palette.text, "muted": palette.muted, **{tone.value: palette.tone(tone) for tone in Tone}}
    least = 7.0 if palette.is_contrast else 4.5
    grounds = (palette.ground, palette.surface, palette.selected, palette.hover, palette.code)
    weak = {
        (name, ground): round(contrast(colour, ground), 2)
        for name, colour in texts.items()
        for ground in grounds
        if contrast(colour, ground) < least
    }
    on_wash = {tone: contrast(palette.tone(tone), palette.wash(tone)) for tone in Tone}
    assert not weak
    assert {tone: ratio for tone, ratio in on_wash.items() if ratio < least} == {}
    assert contrast(palette.accent_text, palette.accent) >= least
    assert contrast(palette.accent, palette.surface) >= least


@pytest.mark.parametrize("is_dark", [False, True])
def test_in_high_contrast_lines_are_seen_on_every_ground(is_dark: bool) -> None:
    """WCAG 2.2, 1.4.11: 3:1."""
    palette = PALETTES[is_dark, True]
    for ground in (palette.ground, palette.surface, palette.selected, palette.hover, palette.code):
        assert contrast(palette.line, ground) >= 3.0
        assert contrast(palette.accent, ground) >= 3.0


def test_every_status_has_a_shape_of_its_own_and_the_worst_comes_first() -> None:
    assert set(LOOKS) == set(Shown)
    assert len({look.shape for look in LOOKS.values()}) == len(Shown)
    order = sorted(Shown, key=lambda shown: LOOKS[shown].rank)
    assert order[:3] == [Shown.NEEDS_YOU, Shown.RECONNECTING, Shown.SUSPECT]
    assert len({look.rank for look in LOOKS.values()}) == len(Shown)


def test_every_shape_has_a_drawing() -> None:
    drawings = {path.stem for path in (paths.resources_dir() / "icons").glob("*.svg")}
    assert {shape.value for shape in Shape} <= drawings
