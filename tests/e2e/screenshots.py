"""Pictures of the window for looking at: `python tests/e2e/screenshots.py FOLDER`. Needs no display.

Light and dark, one and two pixels each, wide and narrow, empty, twelve, a thousand, each dialog and each strip.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import qasync
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QToolButton, QWidget

from mailbox_desk import paths
from mailbox_desk.adapters.help_pages import help_page, load_help
from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure
from mailbox_desk.model.errand import HalfTried, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.certificate_dialog import CertificateDialog, shown_certificate
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT
from mailbox_desk.ui.paste_dialog import PasteDialog, PasteField
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed
from tests.ui.samples import NOW, diagnosed, dozen, mailbox, refusal, result, snapshot, untrusted

ADDRESS = "me@own.example"
PASTED = (
    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a - gsmtp"
)


class Album:
    """One theme at one scale; every picture goes into `folder`."""

    def __init__(self, app: QApplication, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._folder, self._loop = folder, loop
        self._words = Wording.load(["en"])
        self._theme = Theme(app, Icons(paths.resources_dir() / "icons", LIGHT), os.environ)

    async def take(self) -> None:
        pages: Sequence[Callable[[], Awaitable[None]]] = (
            self._lists,
            self._strips,
            self._add,
            self._others,
            self._help,
        )
        for page in pages:
            await page()

    def _window(self, snapshots: Sequence[Snapshot]) -> tuple[Window, FakeEngine, Surroundings]:
        window, bridge, engine = (
            Window(self._theme, self._words, lambda: NOW),
            Bridge(self._loop),
            FakeEngine(snapshots),
        )
        bridge.follow(engine.board)
        around = Surroundings(self._theme, self._words, engine.face, bridge, lambda: NOW)
        self._view = DeskView(window, self._theme, self._words, lambda: NOW)
        self._view.attach(around, Acts(around, window, Extras(help_page, load_help())))
        window.show()
        return window, engine, around

    async def _keep(self, widget: QWidget, name: str) -> None:
        for _ in range(8):
            await asyncio.sleep(0.03)
        widget.grab().save(str(self._folder / f"{name}.png"))

    async def _lists(self) -> None:
        thousand = [snapshot(f"{n:04}", address=f"user{n:04}@example.org", age=n * 977) for n in range(988)]
        for name, shown in (("empty", []), ("twelve", dozen()), ("thousand", dozen() + thousand)):
            window, *_ = self._window(shown)
            await self._keep(window, name)
            if name == "twelve":
                await self._unfolded(window)
            window.close()

    async def _unfolded(self, window: Window) -> None:
        for name in ("f", "g", "h", "j", "l"):
            window.list.choose(MailboxId(name))
            await self._keep(window, f"pane_{name}")
        window.list.choose(MailboxId("a"))
        for fold in self._view.pane.findChildren(QToolButton):
            fold.click()
        await self._keep(window, "unfolded")
        window.resize(720, 900)
        await self._keep(window, "narrow")

    async def _strips(self) -> None:
        window, *_ = self._window(dozen())
        for state in VaultState:
            self._view.tell_vault(state)
            await self._keep(window, f"vault_{state.value}")
        self._view._failure_bar.say(self._words.text("ui.failed.other", kind="OSError"))
        await self._keep(window, "failure")
        text = self._words.text
        window.show_message(text("ui.start.newer.title"), text("ui.start.newer.text", detail="9 is newer than 1"))
        await self._keep(window, "message")
        window.close()

    async def _add(self) -> None:
        window, engine, around = self._window([])
        dialog = self._opened(AddDialog(around, window))
        await self._keep(dialog, "add")
        engine.guesses["own.example"] = (mailbox("x", ADDRESS).receiving, mailbox("x", ADDRESS).sending)
        address = by_name(dialog, QLineEdit, self._words.text("ui.add.address"))
        QTest.keyClicks(address, ADDRESS)
        address.editingFinished.emit()
        QTest.keyClicks(by_name(dialog, QLineEdit, self._words.text("ui.add.password")), "a secret")
        engine.scripts = [
            [*_steps(refusal())[:3], None],
            _steps(refusal()),
            _steps(untrusted()),
        ]
        pressed(dialog, self._words.text("ui.add.go"))
        await self._keep(dialog, "add_running")
        pressed(dialog, self._words.text("ui.stop"))
        for name in ("add_refused", "add_certificate"):
            pressed(dialog, self._words.text("ui.add.again"))
            await self._keep(dialog, name)
        window.close()

    async def _others(self) -> None:
        window, engine, around = self._window(dozen())
        broken, odd = dozen()[0], dozen()[3]
        dialog = self._opened(ReconnectDialog(around, broken, window))
        await self._keep(dialog, "reconnect")
        engine.scripts = [_steps(refusal())]
        QTest.keyClicks(by_name(dialog, QLineEdit, self._words.text("ui.reconnect.password")), "wrong")
        pressed(dialog, self._words.text("ui.reconnect.go"))
        await self._keep(dialog, "reconnect_refused")
        dialog.close()
        await self._keep(self._opened(ServersDialog(around, odd.mailbox, window)), "servers")
        shown = shown_certificate(odd)
        assert shown is not None
        await self._keep(self._opened(CertificateDialog(around, odd, shown, window)), "certificate")
        around.bridge.stop()
        window.acts.action(Act.REMOVE).trigger()
        box: Any = next(each for each in QApplication.topLevelWidgets() if type(each).__name__ == "QMessageBox")
        await self._keep(box, "remove")
        window.close()

    async def _help(self) -> None:
        book = HelpWindow(self._theme, self._words, load_help())
        for page in ("how_the_desk_judges", "credentials_rejected", "app_passwords", "wrong_server_settings"):
            book.show_page(page)
            await self._keep(book, f"help_{page}")
        for name, asked in (("found", "certificate"), ("nothing", "zzzz")):
            QTest.keyClicks(by_name(book, QLineEdit, self._words.text("help.search")), asked)
            await self._keep(book, f"help_{name}")
        book.show_page("vault_locked")
        book.resize(520, 600)
        await self._keep(book, "help_narrow")
        book.close()
        window, engine, around = self._window([])
        engine.judge = lambda response: explain(response, load_rules())
        engine.provider_files = {each.id: each for each in load_providers()}
        dialog = self._opened(PasteDialog(around, window))
        await self._keep(dialog, "paste")
        by_name(dialog, PasteField, self._words.text("help.paste.text")).insertPlainText(PASTED)
        pressed(dialog, self._words.text("help.paste.explain"))
        await self._keep(dialog, "paste_explained")
        pressed(dialog, self._words.text("help.paste.copy"))
        dialog.resize(480, 420)
        await self._keep(dialog, "paste_narrow")
        window.close()

    def _opened(self, dialog: QDialog) -> QDialog:
        dialog.open()
        return dialog


def _steps(failure: Failure) -> list[TryOutStep | None]:
    cause = Cause.TLS_FAILURE if failure.certificate else Cause.CREDENTIALS_REJECTED
    tried = HalfTried(result(failure.half, failure), diagnosed(cause), refusals_at_host=2)
    steps = [StepTaken(failure.half, record) for record in tried.result.steps]
    return [*steps, tried, TryOutEnded(False, mailbox("x", ADDRESS))]


def take(folder: Path) -> None:
    """The album of this process's theme and scale."""
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Album(app, loop, folder).take())


def main(folder: Path) -> None:
    """A process for each theme and scale: both are fixed when Qt starts."""
    for theme in ("light", "dark"):
        for scale in ("1", "2"):
            own = folder / f"{theme}@{scale}x"
            own.mkdir(parents=True, exist_ok=True)
            chosen = {"MAILBOX_DESK_THEME": theme, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
            subprocess.run([sys.executable, __file__, "--take", str(own)], env=os.environ | chosen, check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--take":
        take(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
