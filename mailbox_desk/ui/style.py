"""Puts the tables of look.py onto the application: palette, fonts, a small style sheet.

Follows what the person chose, else the desktop: light or dark, and high contrast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import MEASURES, PALETTES, Choice, Palette

THEME_VARIABLE: Final = "MAILBOX_DESK_THEME"
_FAMILIES: Final = ("Inter", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans")
_MONO_FAMILIES: Final = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "DejaVu Sans Mono", "Noto Sans Mono")


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the desktop asks of a window."""

    is_dark: bool = False
    is_contrast: bool = False


_NAMED: Final = {
    "light": Desktop(),
    "dark": Desktop(is_dark=True),
    "contrast": Desktop(is_contrast=True),
    "contrast-dark": Desktop(is_dark=True, is_contrast=True),
}


def desktop_of(scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference, environ: Mapping[str, str]) -> Desktop:
    """MAILBOX_DESK_THEME (light, dark, contrast, contrast-dark) speaks for the desktop where it is set."""
    asked = Desktop(scheme is Qt.ColorScheme.Dark, contrast is Qt.ContrastPreference.HighContrast)
    return _NAMED.get(environ.get(THEME_VARIABLE, "").strip().lower(), asked)


def palette_for(choice: Choice, desktop: Desktop) -> Palette:
    """The colours: as the person chose; what that leaves open is as the desktop has it."""
    match choice:
        case Choice.LIGHT | Choice.DARK:
            return PALETTES[choice is Choice.DARK, False]
        case Choice.CONTRAST:
            return PALETTES[desktop.is_dark, True]
        case Choice.SYSTEM:
            return PALETTES[desktop.is_dark, desktop.is_contrast]


class Theme(QObject):
    """The look in use. `changed` is emitted after the application wears another one, `chosen` carries the Choice that
    a person made."""

    changed = Signal()
    chosen = Signal(object)

    def __init__(
        self, app: QApplication, icons: Icons, environ: Mapping[str, str], choice: Choice = Choice.SYSTEM
    ) -> None:
        super().__init__(app)
        self._app = app
        self._environ = environ
        self.icons = icons
        self.choice = choice
        app.setStyle("Fusion")
        self.palette = palette_for(choice, self._desktop())
        self.text_font = _font(_FAMILIES, QFontDatabase.SystemFont.GeneralFont, MEASURES.text)
        self.small_font = _scaled(self.text_font, MEASURES.small / MEASURES.text)
        self.title_font = _bold(_scaled(self.text_font, MEASURES.title / MEASURES.text))
        self.summary_font = _bold(_scaled(self.text_font, MEASURES.summary / MEASURES.text))
        self.status_font = QFont(self.text_font)
        self.status_font.setWeight(QFont.Weight.Medium)
        self.mono_font = _font(_MONO_FAMILIES, QFontDatabase.SystemFont.FixedFont, MEASURES.text - 1)
        app.setFont(self.text_font)
        self._wear()
        app.styleHints().colorSchemeChanged.connect(self._follow)
        app.styleHints().accessibility().contrastPreferenceChanged.connect(self._follow)

    def choose(self, choice: Choice) -> None:
        """The person wants this look from now on."""
        self.choice = choice
        self._follow()
        self.chosen.emit(choice)

    def _desktop(self) -> Desktop:
        hints = self._app.styleHints()
        return desktop_of(hints.colorScheme(), hints.accessibility().contrastPreference(), self._environ)

    def _follow(self, *_: object) -> None:
        wanted = palette_for(self.choice, self._desktop())
        if wanted is not self.palette:
            self.palette = wanted
            self._wear()
            self.changed.emit()

    def _wear(self) -> None:
        self.icons.use(self.palette)
        self._app.setPalette(qt_palette(self.palette))
        self._app.setStyleSheet(style_sheet(self.palette, self.icons.folder))


def qt_palette(look: Palette) -> QPalette:
    """The colours as Qt's roles, so that every stock widget wears them too."""
    role = QPalette.ColorRole
    table = {
        role.Window: look.ground,
        role.WindowText: look.text,
        role.Base: look.surface,
        role.AlternateBase: look.ground,
        role.Text: look.text,
        role.Button: look.surface,
        role.ButtonText: look.text,
        role.BrightText: look.accent_text,
        role.Highlight: look.accent,
        role.HighlightedText: look.accent_text,
        role.ToolTipBase: look.surface,
        role.ToolTipText: look.text,
        role.PlaceholderText: look.muted,
        role.Link: look.accent,
        role.LinkVisited: look.accent,
        role.Light: look.surface,
        role.Midlight: look.line,
        role.Mid: look.line,
        role.Dark: look.muted,
        role.Shadow: look.line,
        role.Accent: look.accent,
    }
    palette = QPalette()
    for each, colour in table.items():
        palette.setColor(each, QColor(colour))
    for each in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(look.muted))
    return palette


_SHEET: Final = Template("""
QToolTip { color: $text; background: $surface; border: 1px solid $line; padding: 4px 6px; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: ${card_radius}px; }
QWidget#header { background: $surface; border-bottom: 1px solid $line; }
QWidget#footer { background: $surface; border-top: 1px solid $line; }
QPushButton { color: $text; background: $surface; border: 1px solid $line; border-radius: ${radius}px;
  padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; background: $ground; }
QPushButton[bright="true"] { color: $accent_text; background: $accent; border-color: $accent; font-weight: 600; }
QPushButton[bright="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[bright="true"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[bright="true"]:disabled { color: $muted; background: $ground; border-color: $line; }
QPushButton[chip] { color: $muted; background: $surface; border: 1px solid $line; border-radius: ${chip_radius}px;
  padding: 2px 10px; min-height: 18px; }
QPushButton[chip]:hover { background: $hover; }
QPushButton[chip]:focus { border-color: $accent; }
QPushButton[chip]:checked { color: $text; background: $selected; border-color: $accent; }
QPushButton[chip="red"]:checked { color: $red; background: $red_wash; border-color: $red; }
QPushButton[chip="amber"]:checked { color: $amber; background: $amber_wash; border-color: $amber; }
QPushButton[chip="green"]:checked { color: $green; background: $green_wash; border-color: $green; }
QPushButton[chip="violet"]:checked { color: $violet; background: $violet_wash; border-color: $violet; }
QPushButton[link="true"] { color: $accent; background: transparent; border: 1px solid transparent; padding: 1px 0;
  min-height: 16px; text-align: left; margin-left: -1px; }
QPushButton[link="true"]:hover { text-decoration: underline; }
QPushButton[link="true"]:focus { border-color: $accent; }
QPushButton[link="true"]:disabled { color: $muted; background: transparent; }
QRadioButton { spacing: 8px; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 8px;
  background: $surface; }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url("$dot"); }
QRadioButton::indicator:focus { border-color: $accent; }
QRadioButton::indicator:checked:focus { border-color: $text; }
QDateTimeEdit { color: $text; background: $surface; border: 1px solid $line; border-radius: ${radius}px;
  padding: 4px 8px; min-height: 20px; selection-background-color: $accent; selection-color: $accent_text; }
QDateTimeEdit:focus { border-color: $accent; }
QDateTimeEdit::drop-down { border: none; width: 20px; }
QDateTimeEdit::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QLineEdit, QComboBox { color: $text; background: $surface; border: 1px solid $line;
  border-radius: ${radius}px; padding: 4px 8px; min-height: 20px; selection-background-color: $accent;
  selection-color: $accent_text; }
QLineEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QLineEdit:disabled, QComboBox:disabled { color: $muted; background: $ground; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; selection-background-color: $selected;
  selection-color: $text; outline: none; }
QTableView { background: $surface; border: none; outline: none; gridline-color: transparent; }
QHeaderView { background: $surface; border: none; border-top-left-radius: ${card_radius}px;
  border-top-right-radius: ${card_radius}px; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 6px 10px; font-size: 12px; }
QHeaderView::section:hover { color: $text; }
QScrollArea, QScrollArea > QWidget > QWidget#pane_body { background: transparent; border: none; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="section"] { color: $muted; font-size: 12px; font-weight: 500; }
QLabel[role="code"] { background: $code; border-radius: ${radius}px; padding: 8px 10px; }
QLabel[role="badge"], QLabel[role="note"] { border-radius: ${radius}px; padding: 4px 9px; font-weight: 500; }
QLabel[tone="red"] { color: $red; background: $red_wash; }
QLabel[tone="amber"] { color: $amber; background: $amber_wash; }
QLabel[tone="green"] { color: $green; background: $green_wash; }
QLabel[tone="blue"] { color: $blue; background: $blue_wash; }
QLabel[tone="violet"] { color: $violet; background: $violet_wash; }
QLabel[tone="grey"], QLabel[tone="muted"] { color: $grey; background: $code; }
QFrame#badge { border-radius: ${radius}px; background: $code; }
QFrame#badge QLabel { color: $grey; font-weight: 500; }
QFrame#badge[tone="red"] { background: $red_wash; }
QFrame#badge[tone="red"] QLabel { color: $red; }
QFrame#badge[tone="amber"] { background: $amber_wash; }
QFrame#badge[tone="amber"] QLabel { color: $amber; }
QFrame#badge[tone="green"] { background: $green_wash; }
QFrame#badge[tone="green"] QLabel { color: $green; }
QFrame#badge[tone="blue"] { background: $blue_wash; }
QFrame#badge[tone="blue"] QLabel { color: $blue; }
QFrame#badge[tone="violet"] { background: $violet_wash; }
QFrame#badge[tone="violet"] QLabel { color: $violet; }
QWidget#bar[tone="amber"] { background: $amber_wash; border-bottom: 1px solid $line; }
QWidget#bar[tone="red"] { background: $red_wash; border-bottom: 1px solid $line; }
QWidget#bar[tone="grey"] { background: $code; border-bottom: 1px solid $line; }
QWidget#bar[tone="blue"] { background: $blue_wash; border-bottom: 1px solid $line; }
QWidget#bar[tone="amber"] QLabel { color: $amber; }
QWidget#bar[tone="red"] QLabel { color: $red; }
QToolButton { color: $muted; background: transparent; border: 1px solid transparent; border-radius: ${radius}px;
  padding: 2px 4px; }
QToolButton[fold="true"] { margin-left: -9px; }
QToolButton:hover { color: $text; }
QToolButton[framed="true"] { background: $surface; border: 1px solid $line; padding: 6px 8px; }
QToolButton[framed="true"]:hover { background: $hover; }
QToolButton[framed="true"]:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selected; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url("$tick"); }
QToolButton:focus { border-color: $accent; }
QTextBrowser { background: transparent; border: none; color: $text; }
QPlainTextEdit { color: $text; background: $surface; border: 1px solid $line; border-radius: ${radius}px; padding: 4px;
  selection-background-color: $accent; selection-color: $accent_text; }
QPlainTextEdit:focus { border-color: $accent; }
QListWidget { background: $surface; border: none; outline: none; }
QListWidget::item { color: $text; border-radius: ${radius}px; padding: 4px 8px; margin: 1px 4px; }
QListWidget::item:hover { background: $hover; }
QListWidget::item:selected { color: $text; background: $selected; }
QListWidget::item:disabled { color: $muted; background: transparent; padding-top: 10px; }
QCheckBox { spacing: 8px; }
QCheckBox:disabled { color: $muted; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QCheckBox::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $muted; border-color: $muted; }
QCheckBox::indicator:focus { width: 12px; height: 12px; border: 2px solid $accent; }
QCheckBox::indicator:checked:focus { border-color: $text; }
QTableView#rows::item { padding: 0 7px; }
QProgressBar { background: $code; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: $line; border-radius: 3px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")

_CONTRAST_SHEET: Final = Template("""
QPushButton:focus, QToolButton:focus, QLineEdit:focus, QComboBox:focus, QDateTimeEdit:focus, QPlainTextEdit:focus,
QListWidget:focus { border: 2px solid $accent; }
QPushButton:focus { padding: 4px 11px; }
QPushButton:disabled { border: 1px dashed $line; }
QPushButton[bright="true"]:focus { border: 4px double $accent_text; padding: 2px 9px; }
QPushButton[link="true"] { text-decoration: underline; }
QPushButton[link="true"]:focus { padding: 0; }
QPushButton[chip]:focus { padding: 1px 9px; }
QPushButton[chip]:checked { color: $accent_text; background: $accent; border-color: $accent; }
QPushButton[chip]:checked:focus { border: 2px solid $text; }
QToolButton:focus { padding: 1px 3px; }
QToolButton[framed="true"]:focus { padding: 5px 7px; }
QLineEdit:focus, QComboBox:focus, QDateTimeEdit:focus { padding: 3px 7px; }
QPlainTextEdit:focus { padding: 3px; }
QRadioButton::indicator:focus { width: 12px; height: 12px; border: 2px solid $accent; }
QRadioButton::indicator:checked:focus { border-color: $text; }
QComboBox QAbstractItemView { selection-background-color: $accent; selection-color: $accent_text; }
QMenu::item:selected { background: $accent; color: $accent_text; }
QListWidget::item:selected { border: 2px solid $accent; padding: 2px 6px; }
QLabel[role="code"], QLabel[role="badge"], QLabel[role="note"], QFrame#badge, QProgressBar { border: 1px solid $line; }
""")


_DRAWINGS: Final = ("check", "chevron", "tick", "dot")


def style_sheet(look: Palette, icons: Path) -> str:
    """The sheet for one theme; `icons` is the folder of the drawings."""
    scheme = "dark" if look.is_dark else "light"
    drawings = {name: icons.joinpath(f"sheet_{name}_{scheme}.svg").as_posix() for name in _DRAWINGS}
    tones = {tone.value: colour for tone, colour in look.tones.items()}
    washes = {f"{tone.value}_wash": look.wash(tone) for tone in look.tones}
    plain = {
        name: getattr(look, name)
        for name in ("text", "ground", "surface", "line", "accent", "accent_hover", "accent_text", "selected")
    }
    more = {"hover": look.hover, "code": look.code, **drawings}
    sizes = {"radius": MEASURES.radius, "card_radius": MEASURES.card_radius, "chip_radius": MEASURES.chip_radius}
    values = {**tones, **washes, **plain, **more, **{name: str(size) for name, size in sizes.items()}}
    return _SHEET.substitute(values) + (_CONTRAST_SHEET.substitute(values) if look.is_contrast else "")


def _font(families: tuple[str, ...], fallback: QFontDatabase.SystemFont, pixels: int) -> QFont:
    """The first family that is installed, else the system's, at `pixels`."""
    font = QFontDatabase.systemFont(fallback)
    installed = next((name for name in families if QFontDatabase.hasFamily(name)), None)
    if installed is not None:
        font.setFamily(installed)
    font.setPixelSize(pixels)
    return font


def _scaled(font: QFont, factor: float) -> QFont:
    scaled = QFont(font)
    scaled.setPixelSize(max(1, round(font.pixelSize() * factor)))
    return scaled


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
