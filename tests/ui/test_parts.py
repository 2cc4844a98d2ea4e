"""Buttons by the keyboard: Enter presses the one that has the focus, and the default one elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

from mailbox_desk.ui.parts import button


def test_enter_presses_the_button_that_has_the_focus_and_elsewhere_the_default(qtbot: QtBot) -> None:
    pressed: list[str] = []
    dialog = QDialog()
    qtbot.addWidget(dialog)
    field = QLineEdit()
    quiet, bright = button("Cancel", lambda: pressed.append("quiet")), button("Go", lambda: pressed.append("bright"))
    bright.setDefault(True)
    column = QVBoxLayout(dialog)
    for each in (field, quiet, bright):
        column.addWidget(each)
    dialog.show()
    quiet.setFocus()
    QTest.keyClick(quiet, Qt.Key.Key_Return)
    assert pressed == ["quiet"]
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert pressed == ["quiet", "bright"]
