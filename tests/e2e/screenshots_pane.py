"""Pictures of the pane and of reconnecting: `python tests/e2e/screenshots_pane.py FOLDER [LOOK@SCALE ...]`.

The pane for each cause, each page of the reconnect dialog with its outcomes.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout

from mailbox_desk.adapters.help_pages import help_page
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.oauth import GrantLife
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.pane import Pane
from mailbox_desk.ui.parts import card
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from tests.e2e import album
from tests.ui.causes import changes_of, dropped
from tests.ui.finding import by_name, pressed
from tests.ui.samples import NOW, diagnosed, refusal, result, snapshot, untrusted

NARROW, USUAL = 300, 420


class PaneAlbum(album.Album):
    def __init__(self, app: QApplication, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        super().__init__(app, loop, folder)
        self._engine, self._around = self.desk([])

    async def take(self) -> None:
        for cause in Cause:
            await self._pane(dropped(cause), cause.value)
        await self._pane(snapshot("fine"), "connected", unfolds=True)
        lives = GrantLife(NOW - 12 * 86_400, NOW + 80 * 86_400)
        await self._pane(replace(snapshot("fine"), grant=lives), "signed_in")
        ends = replace(lives, ends_at=NOW - 5 * 86_400, by_disuse=False)
        await self._pane(replace(dropped(Cause.TOKEN_EXPIRED), grant=ends), "sign_in_ended", width=NARROW)
        await self._pane(dropped(Cause.CREDENTIALS_REJECTED), "unfolded", unfolds=True)
        await self._pane(dropped(Cause.PROTOCOL_DISABLED), "narrow", width=NARROW)
        for cause in Cause:
            await self._dialog(dropped(cause), f"reconnect_{cause.value}")
        await self._outcomes()
        await self._others()

    async def _pane(self, shown: Snapshot, name: str, *, unfolds: bool = False, width: int = USUAL) -> None:
        pane = Pane(self.theme, self.words, lambda: NOW)
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
        await self.keep(frame, f"pane_{name}")
        frame.close()

    async def _dialog(self, shown: Snapshot, name: str) -> None:
        dialog = self.opened(ReconnectDialog(self._around, shown))
        await self.keep(dialog, name)
        dialog.close()

    async def _outcomes(self) -> None:
        words, engine, shown = self.words, self._engine, dropped(Cause.CREDENTIALS_REJECTED)
        engine.board.publish(shown)
        dialog = self.opened(ReconnectDialog(self._around, shown))
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
            await self.keep(dialog, f"outcome_{name}")
            if name == "running":
                pressed(dialog, words.text("ui.stop"))
                await self.keep(dialog, "outcome_stopped")
        dialog.close()

    async def _others(self) -> None:
        shown = dropped(Cause.WRONG_SERVER_SETTINGS)
        dialog = self.opened(ReconnectDialog(self._around, shown))
        self._engine.scripts = [[*_steps(result(Half.RECEIVING, refusal())), TryOutEnded(False, shown.mailbox)]]
        pressed(dialog, self.words.text("reconnect.servers_go"))
        await self.keep(dialog, "outcome_servers")
        dialog.close()


def _steps(ended: HalfResult) -> list[TryOutStep]:
    cause = Cause.TLS_FAILURE if ended.failure and ended.failure.certificate else Cause.CREDENTIALS_REJECTED
    judged = diagnosed(cause) if ended.failure else None
    tried = HalfTried(ended, judged, refusals_at_host=2 if judged else 0, refusal_limit=8)
    return [*(StepTaken(ended.half, record) for record in ended.steps), tried]


if __name__ == "__main__":
    album.run(PaneAlbum, __file__, sys.argv[1:])
