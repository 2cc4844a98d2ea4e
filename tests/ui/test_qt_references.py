"""The pinned Qt binding keeps the references of None, True and False.

PySide6 6.12.0 loses one of None at every void call and one of True at every emit on Python 3.11, until the process
aborts after minutes of use (measured 2026: 650 emits or 6,350 setText calls). From Python 3.12 on they are immortal
and their count stands still.
"""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 20_000
SLACK = 100  # the interpreter's own caches come and go


class Bell(QObject):
    """Rings with a value."""

    rung = Signal(bool)


def references() -> dict[str, int]:
    return {"None": sys.getrefcount(None), "True": sys.getrefcount(True), "False": sys.getrefcount(False)}


def assert_none_fell(before: dict[str, int]) -> None:
    fallen = {name: count - references()[name] for name, count in before.items()}
    assert {name: lost for name, lost in fallen.items() if lost > SLACK} == {}


@pytest.mark.parametrize("value", [True, False])
def test_emits_and_connections_lose_no_reference(qtbot: QtBot, value: bool) -> None:
    bell, heard = Bell(), 0

    def hear(_value: bool) -> None:
        nonlocal heard
        heard += 1

    bell.rung.connect(hear)
    before = references()
    for done in range(CALLS):
        bell.rung.emit(value)
        if done % 300 == 0:  # well before the count could reach nought
            assert_none_fell(before)
    for _ in range(2_000):
        bell.rung.disconnect(bell.rung.connect(hear))
    assert heard == CALLS
    assert_none_fell(before)


def test_void_calls_lose_no_reference(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = references()
    for done in range(CALLS):
        label.setText(str(done))
        if done % 300 == 0:
            assert_none_fell(before)
    assert label.text() == str(CALLS - 1)
    assert_none_fell(before)
