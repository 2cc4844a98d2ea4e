"""What the albums of pictures share: a theme at a scale, a window with a desk by script, and the run over all looks.

An album needs no display. A process for each theme and scale: both are fixed when Qt starts.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from mailbox_desk import paths
from mailbox_desk.adapters.help_pages import help_page, load_help
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown, VeilReason, Verdict
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.icons import Icons
from mailbox_desk.ui.look import LIGHT
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.causes import changes_of, dropped
from tests.ui.fakes import FakeEngine
from tests.ui.samples import NOW, snapshot

USUAL_LOOKS = ("light@1", "dark@1", "contrast@1", "contrast-dark@1", "light@2", "dark@2", "light@1.25", "light@1.5")


class Album:
    """One theme at one scale; every picture goes into `folder`."""

    def __init__(self, app: QApplication, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self.folder, self._loop = folder, loop
        self.words = Wording.load(["en"])
        self.theme = Theme(app, Icons(paths.resources_dir() / "icons", LIGHT), os.environ)
        self.files = MailboxFiles()

    async def take(self) -> None:
        """All its pictures."""
        raise NotImplementedError

    def desk(self, snapshots: Sequence[Snapshot]) -> tuple[FakeEngine, Surroundings]:
        """A desk of these mailboxes, with the providers as they are."""
        bridge, engine = Bridge(self._loop), FakeEngine(snapshots)
        engine.provider_files = {each.id: each for each in load_providers()}
        engine.history = tuple(change for each in snapshots for change in _past_of(each))
        bridge.follow(engine.board)
        return engine, Surroundings(self.theme, self.words, engine.face, bridge, lambda: NOW)

    def window(self, snapshots: Sequence[Snapshot]) -> tuple[Window, DeskView, FakeEngine, Surroundings]:
        """The window on such a desk, shown."""
        engine, around = self.desk(snapshots)
        window = Window(self.theme, self.words, lambda: NOW)
        view = DeskView(window, self.theme, self.words, lambda: NOW)
        view.attach(around, Acts(around, window, Extras(help_page, load_help(), files=self.files)))
        window.show()
        return window, view, engine, around

    async def keep(self, widget: QWidget, name: str) -> None:
        """A picture of it, once it is laid out."""
        for _ in range(6):
            await asyncio.sleep(0.02)
        widget.grab().save(str(self.folder / f"{name}.png"))

    def opened(self, dialog: QDialog) -> QDialog:
        dialog.open()
        return dialog


def desk_of_twelve() -> list[Snapshot]:
    """A desk like a real one: what the servers say is what such servers say."""
    fine = Verdict.CONNECTED
    slow = Failure(Half.RECEIVING, Step.CONNECT, FailureKind.TIMED_OUT, "timed out")
    return [
        _named(dropped(Cause.CREDENTIALS_REJECTED), "a", "outreach@northwind.example", 660),
        _named(dropped(Cause.PROTOCOL_DISABLED), "b", "ops@northwind.example", 7_500),
        _named(dropped(Cause.APP_PASSWORD_REQUIRED), "c", "sales2@fable.example", 6_000),
        _named(dropped(Cause.TLS_FAILURE), "k", "warm@own.example", 9_000),
        _named(dropped(Cause.SERVER_BUSY), "d", "hello1@harbor.example", 1_260),
        replace(_named(dropped(Cause.MAINTENANCE), "e", "hello2@harbor.example", 660), checking_now=True),
        snapshot("f", Verdict.SUSPECT, Cause.NETWORK_UNREACHABLE, failure=slow, address="sales3@fable.example", age=60),
        snapshot("g", fine, veil=VeilReason.BY_PERSON, address="warm03@fable.example", provider="zoho", age=32_400),
        snapshot("h", fine, address="sales@northwind.example", provider="google", age=86_400 * 19),
        snapshot("i", fine, address="team@fable.example", provider="microsoft", age=86_400 * 6),
        snapshot("l", fine, address="press@fable.example", provider="fastmail", age=86_400 * 3),
        snapshot("j", Verdict.CHECKING, address="new@fable.example", age=0),
    ]


def _named(shown: Snapshot, name: str, address: str, age: float) -> Snapshot:
    standing = shown.standing
    bad = replace(standing.half(standing.worst), failing_since=NOW - age, since=NOW - age + 120)
    moved = replace(standing, mailbox_id=MailboxId(name), since=NOW - age + 120)
    changed = replace(moved, receiving=bad) if standing.worst is Half.RECEIVING else replace(moved, sending=bad)
    return replace(shown, mailbox=replace(shown.mailbox, id=MailboxId(name), address=address), standing=changed)


def _past_of(shown: Snapshot) -> tuple[StatusChange, ...]:
    """What came before: it was connected until it dropped."""
    if shown.shown is Shown.CHECKING:
        return ()
    if shown.shown in (Shown.CONNECTED, Shown.PAUSED):
        return (StatusChange(shown.id, shown.standing.since, shown.shown, None),)
    past = changes_of(shown)
    moved = shown.standing.since - (NOW - 480)
    return (*(replace(each, at=each.at + moved) for each in past[:2]), *past[2:])


def run(kind: type[Album], script: str, arguments: Sequence[str]) -> None:
    """`FOLDER [LOOK@SCALE ...]` takes the album in each look; `--take FOLDER` in that of this process."""
    if arguments[0] == "--take":
        _take(kind, Path(arguments[1]))
        return
    for look in arguments[1:] or USUAL_LOOKS:
        theme, scale = look.split("@")
        own = Path(arguments[0]) / f"{theme}@{scale}x"
        own.mkdir(parents=True, exist_ok=True)
        platform = f"offscreen:configfile={_screen_of(own, float(scale))}"
        chosen = {"MAILBOX_DESK_THEME": theme, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": platform}
        subprocess.run([sys.executable, script, "--take", str(own)], env=os.environ | chosen, check=True)


def _screen_of(folder: Path, scale: float) -> Path:
    """A screen as people have it at that scale; the platform's own one leaves a dialog half its height at 200 %."""
    size = {"width": int(1600 * scale), "height": int(1000 * scale)}
    screen = {"name": "album", "x": 0, "y": 0, **size, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    described = folder / "screen.json"
    described.write_text(json.dumps({"screens": [screen]}))
    return described


def _take(kind: type[Album], folder: Path) -> None:
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        album = kind(app, loop, folder)
        loop.run_until_complete(album.take())
        album.files.close()
