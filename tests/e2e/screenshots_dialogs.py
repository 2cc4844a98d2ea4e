"""Pictures of the dialogs and of help: `python tests/e2e/screenshots_dialogs.py FOLDER [LOOK@SCALE ...]`.

Adding in each of its states, servers, certificate, removing; importing and exporting; the help window; a pasted error.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QToolButton

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure
from mailbox_desk.model.discovery import Candidate, DiscoveryEnded, Found, Source
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.actions import Act
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.certificate_dialog import CertificateDialog, shown_certificate
from mailbox_desk.ui.edit_dialog import EditDialog
from mailbox_desk.ui.export_dialog import ExportDialog
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.import_dialog import ImportDialog
from mailbox_desk.ui.paste_dialog import PasteDialog, PasteField
from mailbox_desk.ui.pause_dialog import PauseDialog
from mailbox_desk.ui.servers_dialog import ServersDialog
from tests.e2e import album
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed
from tests.ui.import_files import row, write_rows
from tests.ui.samples import NOW, diagnosed, mailbox, refusal, result, untrusted

ADDRESS = "me@own.example"
PASTED = (
    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a - gsmtp"
)
PAGES = ("how_the_desk_judges", "credentials_rejected", "app_passwords", "wrong_server_settings", "keyboard")


class DialogAlbum(album.Album):
    async def take(self) -> None:
        for part in (self._adding, self._tried, self._one_mailbox, self._import, self._export, self._help, self._paste):
            await part()

    async def _adding(self) -> None:
        engine, around = self.desk([])
        own = Candidate(Source.AUTOCONFIG, mailbox("x", ADDRESS).receiving, mailbox("x", ADDRESS).sending)
        guessed = Candidate(Source.PROVIDER, own.receiving, own.sending, provider="google")
        engine.finds = {
            "own.example": [Found(own), DiscoveryEnded((own,))],
            "google.example": [Found(guessed), DiscoveryEnded((guessed,))],
            "nothing.example": [DiscoveryEnded()],
            "slow.example": [None],
        }
        dialog = self.opened(AddDialog(around))
        await self.keep(dialog, "add")
        dialog.close()
        for domain in engine.finds:
            dialog = self.opened(AddDialog(around))
            self._name(dialog, f"me@{domain}")
            await self.keep(dialog, f"add_at_{domain.partition('.')[0]}")
            if domain in ("own.example", "nothing.example"):
                for fold in dialog.findChildren(QToolButton):
                    fold.setChecked(True)
                await self.keep(dialog, f"add_unfolded_{domain.partition('.')[0]}")
            dialog.close()
        dialog = self.opened(AddDialog(around))
        self._name(dialog, "me at own.example")
        pressed(dialog, self.words.text("ui.add.go"))
        await self.keep(dialog, "add_problem")
        dialog.close()

    def _name(self, dialog: QDialog, address: str) -> None:
        field = by_name(dialog, QLineEdit, self.words.text("ui.add.address"))
        QTest.keyClicks(field, address)
        field.editingFinished.emit()

    async def _tried(self) -> None:
        engine, around = self.desk([])
        box = mailbox("x", ADDRESS)
        engine.guesses["own.example"] = (box.receiving, box.sending)
        good = [*_steps(Half.RECEIVING), *_steps(Half.SENDING), TryOutEnded(True, box)]
        half = [*_steps(Half.RECEIVING), *_steps(Half.SENDING, refusal(Half.SENDING)), TryOutEnded(False, box)]
        scripts: dict[str, list[TryOutStep | None]] = {
            "running": [*_steps(Half.RECEIVING)[:3], None],
            "refused": [*_steps(Half.RECEIVING, refusal()), TryOutEnded(False, box)],
            "half": [*half],
            "certificate": [*_steps(Half.RECEIVING, untrusted()), TryOutEnded(False, box)],
            "held": [HeldBack(Half.RECEIVING, NOW + 400), TryOutEnded(False, box)],
            "works": [*good],
        }
        for name, script in scripts.items():
            dialog = self.opened(AddDialog(around))
            self._name(dialog, ADDRESS)
            QTest.keyClicks(by_name(dialog, QLineEdit, self.words.text("ui.add.password")), "a secret")
            engine.scripts = [script]
            await self.keep(dialog, f"add_{name}")
            pressed(dialog, self.words.text("ui.add.go"))
            await self.keep(dialog, f"add_{name}")
            dialog.done(0)

    async def _one_mailbox(self) -> None:
        twelve = album.desk_of_twelve()
        window, _, _, around = self.window(twelve)
        broken, odd = twelve[0], twelve[3]
        edit = self.opened(EditDialog(around, broken.mailbox, window))
        await self.keep(edit, "edit")
        edit.close()
        servers = self.opened(ServersDialog(around, odd.mailbox, window))
        await self.keep(servers, "servers")
        servers.close()
        for name, some in (("one", [broken]), ("many", twelve[:5])):
            pause = self.opened(PauseDialog(around, some, window))
            await self.keep(pause, f"pause_{name}")
            pause.close()
        shown = shown_certificate(odd)
        assert shown is not None
        certificate = self.opened(CertificateDialog(around, odd, shown, window))
        await self.keep(certificate, "certificate")
        certificate.close()
        window.list.choose(MailboxId("a"))
        window.acts.action(Act.REMOVE).trigger()
        box: Any = next(each for each in QApplication.topLevelWidgets() if type(each).__name__ == "QMessageBox")
        await self.keep(box, "remove")
        window.close()

    async def _import(self) -> None:
        _, around = self.desk(album.desk_of_twelve())
        with TemporaryDirectory() as folder:
            rows = [row(name) for name in ("ann", "bob", "carl")]
            file = write_rows(Path(folder) / "boxes.csv", *rows, row("bad", port="x"), row("ann"))
            dialog = self.opened(ImportDialog(around, self.files))
            await self.keep(dialog, "import")
            field = by_name(dialog, QLineEdit, self.words.text("import.file"))
            QTest.keyClicks(field, str(Path(folder) / "nowhere.csv"))
            QTest.keyClick(field, Qt.Key.Key_Return)
            await self._twice(dialog, "import_no_file")
            field.clear()
            QTest.keyClicks(field, str(file))
            QTest.keyClick(field, Qt.Key.Key_Return)
            await self._twice(dialog, "import_planned")
            pressed(dialog, self.words.plural("import.go", 3))
            await self._twice(dialog, "import_done")
            dialog.close()

    async def _twice(self, dialog: QDialog, name: str) -> None:
        await self.keep(dialog, name)  # a file is read by another thread: a second look
        await self.keep(dialog, name)

    async def _export(self) -> None:
        _, around = self.desk(album.desk_of_twelve())
        dialog = self.opened(ExportDialog(around, self.files, selected=[MailboxId("a"), MailboxId("b")]))
        await self.keep(dialog, "export")
        dialog.close()

    async def _help(self) -> None:
        book = HelpWindow(self.theme, self.words, load_help())
        for page in PAGES:
            book.show_page(page)
            await self.keep(book, f"help_{page}")
        for name, asked in (("found", "certificate"), ("nothing", "zzzz")):
            QTest.keyClicks(by_name(book, QLineEdit, self.words.text("help.search")), asked)
            await self.keep(book, f"help_{name}")
        book.show_page("vault_locked")
        book.resize(520, 600)
        await self.keep(book, "help_narrow")
        book.close()

    async def _paste(self) -> None:
        engine, around = self.desk([])
        self._judging(engine)
        dialog = self.opened(PasteDialog(around))
        await self.keep(dialog, "paste")
        by_name(dialog, PasteField, self.words.text("help.paste.text")).insertPlainText(PASTED)
        pressed(dialog, self.words.text("help.paste.explain"))
        await self.keep(dialog, "paste_explained")
        pressed(dialog, self.words.text("help.paste.copy"))
        dialog.resize(480, 420)
        await self.keep(dialog, "paste_narrow")
        dialog.close()

    def _judging(self, engine: FakeEngine) -> None:
        rules = load_rules()
        engine.judge = lambda response: explain(response, rules)


def _steps(half: Half, failure: Failure | None = None) -> list[TryOutStep]:
    cause = Cause.TLS_FAILURE if failure and failure.certificate else Cause.CREDENTIALS_REJECTED
    ended = result(half, failure)
    tried = HalfTried(ended, diagnosed(cause) if failure else None, refusals_at_host=2 if failure else 0)
    return [*(StepTaken(half, record) for record in ended.steps), tried]


if __name__ == "__main__":
    album.run(DialogAlbum, __file__, sys.argv[1:])
