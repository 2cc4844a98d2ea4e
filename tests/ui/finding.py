"""Finding widgets as a person does: by their names and words."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

W = TypeVar("W", bound=QWidget)


def by_name(parent: QWidget, kind: type[W], name: str) -> W:
    """The widget with this accessible name."""
    return next(each for each in parent.findChildren(kind) if each.accessibleName() == name)


def said(parent: QWidget) -> str:
    """All words of the labels and buttons that are to be seen."""
    labels = [each.text() for each in parent.findChildren(QLabel) if each.isVisible()]
    buttons = [each.text() for each in parent.findChildren(QAbstractButton) if each.isVisible()]
    return "\n".join([*labels, *buttons]).replace("\u200b", "")


def pressed(parent: QWidget, text: str) -> None:
    """Click the button that says so; it must be there and enabled."""
    buttons = [each for each in parent.findChildren(QAbstractButton) if each.text() == text and each.isVisible()]
    assert buttons, f"no button {text!r} in {said(parent)!r}"
    assert buttons[0].isEnabled(), f"{text!r} is disabled"
    QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
