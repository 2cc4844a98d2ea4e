"""Pictures of the pane, of reconnecting and of pausing: `python tests/e2e/screenshots_pane.py FOLDER`.

The pane for each cause, each page of the reconnect dialog with its outcomes; light and dark, one and two pixels each.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import qasync
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QToolButton, QVBoxLayout, QWidget

from mailbox_desk import paths
from mailbox_desk.adapters.help_pages import help_page
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT
from mailbox_desk.ui.pane import Pane
from mailbox_desk.ui.parts import card
from mailbox_desk.ui.pause_dialog import PauseDialog
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.causes import changes_of, dropped
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed
from tests.ui.samples import NOW, diagnosed, refusal, result, snapshot, untrusted

NARROW, USUAL = 300, 420


class Album:
    """One theme at one scale; every picture goes into `folder`."""

    def __init__(self, app: QApplication, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._folder = folder
        self._words = Wording.load(["en"])
        self._theme = Theme(app, Icons(paths.resources_dir() / "icons", LIGHT), os.environ)
        self._engine = FakeEngine()
        self._engine.provider_files = {each.id: each for each in load_providers()}
        bridge = Bridge(loop)
        bridge.follow(self._engine.board)
        self._around = Surroundings(self._theme, self._words, self._engine.face, bridge, lambda: NOW)

    async def take(self) -> None:
        for cause in Cause:
            await self._pane(dropped(cause), cause.value)
        await self._pane(snapshot("fine"), "connected", unfolds=True)
        await self._pane(dropped(Cause.CREDENTIALS_REJECTED), "unfolded", unfolds=True)
        await self._pane(dropped(Cause.PROTOCOL_DISABLED), "narrow", width=NARROW)
        for cause in Cause:
            await self._dialog(dropped(cause), f"reconnect_{cause.value}")
        await self._outcomes()
        await self._others()

    async def _keep(self, widget: QWidget, name: str) -> None:
        for _ in range(6):
            await asyncio.sleep(0.02)
        widget.grab().save(str(self._folder / f"{name}.png"))

    async def _pane(self, shown: Snapshot, name: str, *, unfolds: bool = False, width: int = USUAL) -> None:
        pane = Pane(self._theme, self._words, lambda: NOW)
        pane.help_page = help_page
        pane.pages_of = self._around.provider_pages
        frame = card()
        QVBoxLayout(frame).addWidget(pane)
        frame.resize(width, 1500 if unfolds else 860)
        frame.show()
        frame.setFocus()
        pane.show_snapshot(shown, self._around.provider_name(shown.mailbox.provider))
        pane.show_history(shown.id, changes_of(shown))
        if unfolds:
            for fold in pane.findChildren(QToolButton):
                fold.click()
        await self._keep(frame, f"pane_{name}")
        frame.close()

    async def _dialog(self, shown: Snapshot, name: str) -> None:
        dialog = self._opened(ReconnectDialog(self._around, shown))
        await self._keep(dialog, name)
        dialog.close()

    async def _outcomes(self) -> None:
        words, engine, shown = self._words, self._engine, dropped(Cause.CREDENTIALS_REJECTED)
        engine.board.publish(shown)
        dialog = self._opened(ReconnectDialog(self._around, shown))
        field = by_name(dialog, QLineEdit, words.text("ui.reconnect.password"))
        mixed = [*_steps(result(Half.RECEIVING)), *_steps(result(Half.SENDING, refusal(Half.SENDING)))]
        scripts: dict[str, list[TryOutStep | None]] = {
            "running": [*_steps(result(Half.RECEIVING))[:3], None],
            "refused": [*_steps(result(Half.RECEIVING, refusal())), TryOutEnded(False, shown.mailbox)],
            "half": [*mixed, TryOutEnded(False, shown.mailbox)],
            "untrusted": [*_steps(result(Half.RECEIVING, untrusted())), TryOutEnded(False, shown.mailbox)],
            "held": [HeldBack(half, NOW + 400) for half in Half] + [TryOutEnded(False, shown.mailbox)],
            "works": [*_steps(result(Half.RECEIVING)), *_steps(result(Half.SENDING)), TryOutEnded(True, shown.mailbox)],
        }
        for name, script in scripts.items():
            engine.scripts = [script]
            QTest.keyClicks(field, "a secret")
            pressed(dialog, words.text("ui.reconnect.go"))
            await self._keep(dialog, f"outcome_{name}")
            if name == "running":
                pressed(dialog, words.text("ui.stop"))
                await self._keep(dialog, "outcome_stopped")
        dialog.close()

    async def _others(self) -> None:
        shown = dropped(Cause.WRONG_SERVER_SETTINGS)
        dialog = self._opened(ReconnectDialog(self._around, shown))
        self._engine.scripts = [[*_steps(result(Half.RECEIVING, refusal())), TryOutEnded(False, shown.mailbox)]]
        pressed(dialog, self._words.text("reconnect.servers_go"))
        await self._keep(dialog, "outcome_servers")
        dialog.close()
        for each, name in (
            (PauseDialog(self._around, [shown]), "pause"),
            (ServersDialog(self._around, shown.mailbox), "servers"),
        ):
            await self._keep(self._opened(each), name)
            each.close()

    def _opened(self, dialog: QDialog) -> QDialog:
        dialog.open()
        return dialog


def _steps(ended: HalfResult) -> list[TryOutStep]:
    cause = Cause.TLS_FAILURE if ended.failure and ended.failure.certificate else Cause.CREDENTIALS_REJECTED
    judged = diagnosed(cause) if ended.failure else None
    tried = HalfTried(ended, judged, refusals_at_host=2 if judged else 0, refusal_limit=8)
    return [*(StepTaken(ended.half, record) for record in ended.steps), tried]


def take(folder: Path) -> None:
    """The album of this process's theme and scale."""
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(Album(app, loop, folder).take())


def main(folder: Path, looks: Sequence[str]) -> None:
    """A process for each theme and scale: both are fixed when Qt starts."""
    for look in looks:
        theme, scale = look.split("@")
        own = folder / f"{theme}@{scale}x"
        own.mkdir(parents=True, exist_ok=True)
        chosen = {"MAILBOX_DESK_THEME": theme, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run([sys.executable, __file__, "--take", str(own)], env=os.environ | chosen, check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--take":
        take(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), sys.argv[2:] or ("light@1", "dark@1", "light@2", "dark@2"))
