"""Pictures of the admin connections: `python tests/e2e/screenshots_fleets.py FOLDER [LOOK@SCALE ...]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.model.admin_connection import ConnectionKind, ConnectionView
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Outcome, Step
from mailbox_desk.model.diagnosis import Context
from mailbox_desk.model.errand import HalfTried, TryOutEnded
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.admin_connection_form import ConnectionForm
from mailbox_desk.ui.admin_connections_dialog import AdminConnectionsDialog
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.surroundings import Surroundings
from tests.e2e import album
from tests.servers.admin_tokens import Account, Pair
from tests.ui.finding import by_name, pressed
from tests.ui.fleet_engine import CERTIFICATE, GOOGLE, MICROSOFT, FleetEngine, Keys
from tests.ui.samples import NOW, mailbox, result

REFUSED = (
    '{"error":"unauthorized_client","error_description":"Client is unauthorized to retrieve access tokens using this '
    'method, or client not authorized for any of the scopes requested."}'
)


class FleetAlbum(album.Album):
    async def take(self) -> None:
        engine = FleetEngine()
        around = Surroundings(self.theme, self.words, engine.face, Bridge(self._loop), lambda: NOW)
        files = Keys({"key.json": Account(Pair.make()).json, "pair.pem": CERTIFICATE})
        dialog = AdminConnectionsDialog(around, files)
        self.opened(dialog)
        await self.keep(dialog, "fleets_empty")
        dialog.close()
        engine.views = [
            ConnectionView(GOOGLE, 38, 4, is_resting=True),
            ConnectionView(MICROSOFT, 1, 0, is_resting=False),
        ]
        dialog = AdminConnectionsDialog(around, files)
        self.opened(dialog)
        await self.keep(dialog, "fleets_list")
        dialog.begin(ConnectionKind.MICROSOFT_APP_ONLY)
        await self.keep(dialog, "fleets_microsoft")
        _form_of(dialog).read_file(Path("pair.pem"))
        pressed(dialog, self.words.text("fleets.save"))
        await self.keep(dialog, "fleets_microsoft_pem")
        dialog.begin(ConnectionKind.GOOGLE_SERVICE_ACCOUNT)
        await self.keep(dialog, "fleets_google")
        form = _form_of(dialog)
        form.read_file(Path("key.json"))
        QTest.keyClicks(by_name(form, QLineEdit, self.words.text("fleets.domains")), "northwind.example")
        await self.keep(dialog, "fleets_google_read")
        for name, script in (("refused", _refused()), ("works", _works())):
            engine.scripts = [script]
            field = by_name(dialog, QLineEdit, self.words.text("fleets.test_address"))
            field.setText("outreach@northwind.example")
            pressed(dialog, self.words.text("fleets.test"))
            await self.keep(dialog, f"fleets_google_{name}")
        dialog.close()
        book = HelpWindow(self.theme, self.words, load_help())
        for page in ("fleet_google", "fleet_microsoft"):
            book.show_page(page)
            await self.keep(book, f"help_{page}")
        book.close()


def _form_of(dialog: AdminConnectionsDialog) -> ConnectionForm:
    return next(each for each in dialog.findChildren(ConnectionForm) if each.isVisible())


def _works() -> list[HalfTried | TryOutEnded | None]:
    return [*(HalfTried(result(half)) for half in Half), TryOutEnded(True, mailbox("t", "t@northwind.example"))]


def _refused() -> list[HalfTried | TryOutEnded | None]:
    marks = frozenset({Mark.ADMIN_CONNECTION})
    failure = Failure(Half.RECEIVING, Step.TOKEN, FailureKind.REFUSED, REFUSED, "unauthorized_client", marks)
    failed = HalfResult(Half.RECEIVING, Outcome.FAILED, failure=failure)
    context = Context(now=NOW, provider="google", auth="oauth")
    tried = HalfTried(failed, diagnose(failure, context, load_rules()))
    return [tried, TryOutEnded(False, mailbox("t", "t@northwind.example"))]


if __name__ == "__main__":
    album.run(FleetAlbum, __file__, sys.argv[1:])
