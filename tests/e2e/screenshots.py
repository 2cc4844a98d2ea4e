"""Pictures of the window for looking at: `python tests/e2e/screenshots.py FOLDER [LOOK@SCALE ...]`.

Empty, twelve, a thousand; wide and narrow; each strip, each menu.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolButton, QWidget

from mailbox_desk.demo.rehearsal import Rehearsal
from mailbox_desk.model.beginning import Beginning, Restored
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.gauges import Bottleneck, Shortfall
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.snapshot import Snapshot, Standing
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown, Veil, VeilReason
from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.bars import NoTrayBar
from mailbox_desk.ui.rehearsal_bar import RehearsalBar
from mailbox_desk.ui.tidings import Tidings
from mailbox_desk.ui.window import Window
from tests.e2e import album
from tests.ui.samples import mailbox, snapshot

WIDTHS = (1100, 720, 480)


class WindowAlbum(album.Album):
    async def take(self) -> None:
        for part in (
            self._lists,
            self._narrow,
            self._search,
            self._strips,
            self._tidings,
            self._network,
            self._menus,
            self._tray_marks,
        ):
            await part()

    async def _lists(self) -> None:
        thousand = [snapshot(f"{n:04}", address=f"user{n:04}@example.org", age=n * 977) for n in range(988)]
        twelve = album.desk_of_twelve()
        for name, shown in (("empty", []), ("twelve", twelve), ("thousand", [*twelve, *thousand])):
            window, *_ = self.window(shown)
            await asyncio.sleep(len(shown) / 300)  # many rows come in a few at a time
            await self.keep(window, f"list_{name}")
            window.close()

    async def _narrow(self) -> None:
        window, view, *_ = self.window(album.desk_of_twelve())
        for width in WIDTHS:
            window.resize(width, 760)
            await self.keep(window, f"list_{width}")
        for name in ("f", "g", "h", "j"):
            window.resize(1440, 880)
            window.list.choose(MailboxId(name))
            await self.keep(window, f"list_on_{name}")
        window.list.choose(MailboxId("a"))
        for fold in view.pane.findChildren(QToolButton):
            fold.click()
        await self.keep(window, "list_unfolded")
        window.close()
        window, *_ = self.window([])
        window.resize(480, 620)
        await self.keep(window, "list_empty_480")
        window.close()

    async def _search(self) -> None:
        window, *_ = self.window(album.desk_of_twelve())
        window.acts.action(Act.FIND).trigger()
        QTest.keyClicks(window.header.search, "fable")
        await self._settled(window, "search_some")
        QTest.keyClicks(window.header.search, "zzz")
        await self._settled(window, "search_none")
        window.show_everything()
        window.chips.pick(Shown.NEEDS_YOU)
        window._refilter()
        await self.keep(window, "search_chip")
        for _ in range(3):
            QTest.keyClick(window.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        await self.keep(window, "search_marked")
        window.close()

    async def _settled(self, window: Window, name: str) -> None:
        await self.keep(window, name)  # the search waits for more letters: a second look
        await self.keep(window, name)

    async def _strips(self) -> None:
        window, view, _, around = self.window(album.desk_of_twelve())
        for state in VaultState:
            view.tell_vault(state)
            await self.keep(window, f"strip_vault_{state.value}")
        window.resize(480, 760)
        view.tell_vault(VaultState.NO_KEYRING)
        await self.keep(window, "strip_vault_480")
        window.resize(1100, 760)
        view.tell_vault(VaultState.OPEN)
        view._failure_bar.say(self.words.text("ui.failed.other", kind="OSError"))
        window.acts.action(Act.REMOVE).trigger()
        view._let_go([MailboxId("a"), MailboxId("b")])
        no_tray = NoTrayBar(self.words, lambda: None, lambda: None)
        window.put_strip(no_tray)
        no_tray.show()
        window.put_strip(RehearsalBar(around, _rehearsal()))
        await self.keep(window, "strip_all_1100")
        window.resize(600, 900)
        await self.keep(window, "strip_all_600")
        text = self.words.text
        window.show_message(text("ui.start.newer.title"), text("ui.start.newer.text", detail="9 is newer than 1"))
        await self.keep(window, "message")
        says = text("ui.start.watched.text", time="2 h 05")
        act = (text("ui.start.watched.take_over"), lambda: None)
        window.show_message(text("ui.start.watched.title"), says, act)
        await self.keep(window, "message_watched")
        for box in window.findChildren(QWidget):
            if box.isWindow():
                box.close()
        window.close()

    async def _tidings(self) -> None:
        window, _, _, around = self.window(album.desk_of_twelve())
        window.put_strip(tidings := Tidings(around))
        now = around.now()
        restored = Restored(now - 30_000, "/srv/people/me/mailbox-desk/backups/damaged-desk.sqlite")
        tidings.begin(Beginning(now - 4000), took_over=False)
        await self.keep(window, "strip_broke_off")
        tidings.begin(Beginning(now - 4000, restored), took_over=True)
        tidings.take(Shortfall(Bottleneck.HOST, 1.4, 660.0, 80, "imap.example.org"))
        for width in (1100, 480):
            window.resize(width, 760)
            await self.keep(window, f"strip_tidings_{width}")
        window.close()

    async def _network(self) -> None:
        """Our own network in the way: one line for all, and what can be done."""
        for reason, asks in ((VeilReason.CAPTIVE_PORTAL, 0), (VeilReason.NEW_NETWORK, 500)):
            blind = [replace(each, standing=_veiled(each, reason)) for each in album.desk_of_twelve()]
            window, view, engine, _ = self.window(blind)
            engine.network = NetworkView(reason, "http://login.hotel.example/", asks)
            view.hear(blind)
            for width in (1440, 600):
                window.resize(width, 760)
                await self.keep(window, f"strip_{reason.value}_{width}")
            if asks:
                view._network_bar._later.click()
                await self.keep(window, f"strip_{reason.value}_later")
            window.close()

    async def _menus(self) -> None:
        window, *_ = self.window(album.desk_of_twelve())
        window.list.choose(MailboxId("g"))
        window.list.customContextMenuRequested.emit(QPoint(200, 60))
        await self._keep_menu("menu_context")
        window.list.horizontalHeader().customContextMenuRequested.emit(QPoint(200, 10))
        await self._keep_menu("menu_columns")
        (more,) = [each for each in window.header.findChildren(QToolButton) if each.menu() is not None]
        menu = more.menu()
        menu.popup(QPoint(0, 0))
        await self._keep_menu("menu_main")
        look = window.acts.action(Act.LOOK).menu()
        assert isinstance(look, QMenu)
        look.popup(QPoint(0, 0))
        await self._keep_menu("menu_look")
        window.close()

    async def _keep_menu(self, name: str) -> None:
        menu = next(each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible())
        await self.keep(menu, name)
        menu.close()

    async def _tray_marks(self) -> None:
        """The tray's pictures on a light and a dark panel, as they are and large."""
        sheet = QWidget()
        sheet.resize(520, 150)
        for place, shown in enumerate((*Shown, None)):
            for line, panel in enumerate(("#f2f2f2", "#202020")):
                for column, edge in enumerate((16, 32)):
                    mark = QLabel(sheet)
                    mark.setStyleSheet(f"background: {panel}; padding: 4px")
                    mark.setPixmap(self.theme.icons.tray(shown, edge))
                    mark.move(place * 64 + column * 26, line * 60)
        sheet.show()
        await self.keep(sheet, "tray_marks")
        sheet.close()


def _veiled(shown: Snapshot, reason: VeilReason) -> Standing:
    return replace(shown.standing, veils=frozenset({Veil(reason)}))


def _rehearsal() -> Rehearsal:
    secret = Secret("made up")
    boxes = [mailbox(name, f"{name}@rehearsal.example") for name in ("anna", "ben", "carla")]
    drafts = tuple(Draft(each, Password(secret)) for each in boxes)
    right = {each.address: f"Practice-{place}" for place, each in enumerate(boxes, 1)}
    return Rehearsal(drafts, (), (), right, {}, "")


if __name__ == "__main__":
    album.run(WindowAlbum, __file__, sys.argv[1:])
