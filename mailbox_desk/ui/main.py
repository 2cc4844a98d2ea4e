"""Starts the window: painted from stored rows first; everything heavier is imported only afterwards."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from mailbox_desk import paths
from mailbox_desk.adapters.first_rows import read_first_sight
from mailbox_desk.model.first_row import FirstSight
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT, THEME_SETTING, choice_of
from mailbox_desk.ui.rows import first_row
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording


def run(told: argparse.Namespace) -> int:
    """Show the window until it is closed; the answer is the exit code."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("mailbox-desk")
    app.setDesktopFileName("mailbox-desk")
    app.setQuitOnLastWindowClosed(False)  # the loop ends when the engine has stopped, not before
    home = paths.home(told.home)
    words = Wording.load()
    app.setApplicationDisplayName(words.text("ui.title"))
    sight = FirstSight() if told.demo else read_first_sight(home)
    choice = choice_of(sight.layout.get(THEME_SETTING, ""))
    theme = Theme(app, Icons(paths.resources_dir() / "icons", LIGHT), os.environ, choice)
    window = Window(theme, words, time.time)
    if told.demo:
        window.show_message(words.text("demo.preparing.title"), words.text("demo.preparing.text"))
    else:
        window.restore_layout(sight.layout)
        window.show_first([first_row(each, words) for each in sight.rows])
    if not (told.hidden and QSystemTrayIcon.isSystemTrayAvailable()):
        window.show()
    QCoreApplication.processEvents()  # the rows are on the screen before anything below is imported
    gc.freeze()  # what a start has made mostly stays
    from importlib import import_module

    from mailbox_desk.adapters.workers import Lane
    from mailbox_desk.ui.desk_view import DeskView
    from mailbox_desk.ui.program import Program

    start = Lane("start", 1)
    window.setWindowIcon(theme.icons.program())
    view = DeskView(window, theme, words, time.time)
    program = Program(
        app, window, view, theme, words, home, told, lambda: start.run(lambda: import_module("mailbox_desk.ui.house"))
    )
    return program.run()
