from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from mailbox_desk.model.typed_password import as_meant
from mailbox_desk.ui.password_field import PasswordField


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" secret\n", "secret"),
        ("\u200bsecret\ufeff\r\n", "secret"),
        ("\u00a0secret ", "secret"),
        ("two words", "two words"),
        ("abcd efgh ijkl mnop", "abcdefghijklmnop"),
        ("abcd\u00a0efgh\u00a0ijkl\u00a0mnop\n", "abcdefghijklmnop"),
        ("abcd efgh ijkl mno1", "abcd efgh ijkl mno1"),
        (" \n ", ""),
    ],
)
def test_what_pasting_brings_along_goes(typed: str, meant: str) -> None:
    assert as_meant(typed, exactly=False) == meant
    assert as_meant(typed, exactly=True) == typed


def test_a_pasted_password_loses_its_line_break(qtbot: QtBot) -> None:
    field = PasswordField()
    qtbot.addWidget(field)
    QGuiApplication.clipboard().setText("  pasted-secret \n")
    field.paste()
    assert field.secret(exactly=False).reveal() == "pasted-secret"


def test_nothing_can_be_copied_out(qtbot: QtBot) -> None:
    field = PasswordField()
    qtbot.addWidget(field)
    field.show()
    QGuiApplication.clipboard().setText("before")
    QTest.keyClicks(field, "hidden-secret")
    field.selectAll()
    for key in (Qt.Key.Key_C, Qt.Key.Key_X):
        QTest.keyClick(field, key, Qt.KeyboardModifier.ControlModifier)
    field.copy()
    field.cut()
    assert QGuiApplication.clipboard().text() == "before"
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert "hidden" not in field.displayText()


def test_forgotten_is_gone_and_undo_brings_nothing_back(qtbot: QtBot) -> None:
    field = PasswordField()
    qtbot.addWidget(field)
    QTest.keyClicks(field, "hidden-secret")
    assert not field.is_blank(exactly=False)
    field.forget()
    field.undo()
    assert field.is_blank(exactly=True)
