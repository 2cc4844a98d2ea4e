"""Pictures of reconnecting all: `python tests/e2e/screenshots_queue.py FOLDER [LOOK@SCALE ...]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.errand import HalfTried, HeldBack, TryOutEnded
from mailbox_desk.model.verdict import Half, Verdict
from mailbox_desk.ui.queue_dialog import QueueDialog
from tests.e2e import album
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, diagnosed, mailbox, refusal, result, snapshot

CAUSES = (Cause.CREDENTIALS_REJECTED, Cause.APP_PASSWORD_REQUIRED, Cause.TOKEN_EXPIRED, Cause.WRONG_SERVER_SETTINGS)


class QueueAlbum(album.Album):
    async def take(self) -> None:
        broken = [
            snapshot(f"{n:02}", Verdict.NEEDS_YOU, CAUSES[n % 4], address=f"outreach{n:02}@northwind.example")
            for n in range(14)
        ]
        engine, around = self.desk(broken)
        dialog = self.opened(QueueDialog(around, broken))
        await self.keep(dialog, "queue")
        for _ in range(3):
            pressed(dialog, self.words.text("queue.skip"))
        dialog.resize(400, 560)
        await self.keep(dialog, "queue_narrow")
        dialog.resize(940, 640)
        pressed(dialog, self.words.text("queue.paste"))
        field = by_name(dialog, QPlainTextEdit, self.words.text("queue.paste.text"))
        await self.keep(dialog, "queue_paste")
        field.setPlainText("outreach00@northwind.example, one\noutreach04@northwind.example, two\nx@y.example, z\nodd")
        await self.keep(dialog, "queue_pasted")
        box = mailbox("x")
        refused = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED))
        engine.scripts = [
            [*(HalfTried(result(half)) for half in Half), TryOutEnded(True, box)],
            [refused, TryOutEnded(False, box)],
        ]
        pressed(dialog, self.words.text("queue.paste.go"))
        await self.keep(dialog, "queue_tried")
        await self.keep(dialog, "queue_tried")
        engine.scripts = [[HeldBack(Half.RECEIVING, NOW + 400), TryOutEnded(False, box)]]
        visible = [each for each in dialog.findChildren(QLineEdit) if each.isVisible()]
        if visible:
            QTest.keyClicks(visible[0], "secret")
            await self.keep(dialog, "queue_typed")
        while self.words.text("queue.skip") in said(dialog):
            pressed(dialog, self.words.text("queue.skip"))
        await self.keep(dialog, "queue_end")
        dialog.close()


if __name__ == "__main__":
    album.run(QueueAlbum, __file__, sys.argv[1:])
