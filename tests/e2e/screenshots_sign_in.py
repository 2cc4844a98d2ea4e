"""Pictures of signing in: `python tests/e2e/screenshots_sign_in.py FOLDER [LOOK@SCALE ...]`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.discovery import Candidate, DiscoveryEnded, Found, Source
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.oauth import CodeReady, WrongAccount
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.surroundings import Surroundings
from tests.e2e import album
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed
from tests.ui.oauth_samples import LINK, app_of, failed, revoked
from tests.ui.samples import NOW

BLOCKED = (
    '{"error":"access_denied","error_description":"AADSTS90094: An administrator must grant this application consent."}'
)


class SignInAlbum(album.Album):
    async def take(self) -> None:
        shown = revoked("outlook_com")
        engine, around = self.desk([shown])
        around = replace(around, extras=Extras(library=load_help(), files=self.files), browse=engine.browsed.append)
        await self._reconnecting(engine, around)
        await self._adding(engine, around)
        engine.apps = [app_of("google"), app_of("microsoft"), app_of("yahoo", built_in=True)]
        apps = self.opened(OAuthAppsDialog(around))
        await self.keep(apps, "oauth_apps")
        apps.resize(420, 600)
        await self.keep(apps, "oauth_apps_narrow")
        apps.close()
        apps = self.opened(OAuthAppsDialog(around, provider="generic"))
        pressed(apps, self.words.text("oauth_apps.save"))
        await self.keep(apps, "oauth_apps_other")
        apps.close()

    async def _reconnecting(self, engine: FakeEngine, around: Surroundings) -> None:
        shown = revoked("outlook_com")
        dialog = ReconnectDialog(around, shown)
        dialog.open()
        await self.keep(dialog, "no_app")
        dialog.close()
        engine.apps = [app_of("outlook_com")]
        address = shown.mailbox.address
        code = CodeReady("WDJB-MJHT", "https://microsoft.com/devicelogin", "", NOW + 880)
        engine.sign_ins = [
            [LINK, None],
            [code, None],
            [LINK, WrongAccount(address, "somebody.else.entirely@northwind.example")],
            [LINK, failed(FailureKind.REFUSED, BLOCKED, "access_denied")],
            [LINK, failed(FailureKind.REFUSED, '{"error":"access_denied"}', "access_denied")],
        ]
        dialog = ReconnectDialog(around, shown)
        dialog.open()
        await self.keep(dialog, "before")
        dialog.sign_in()
        await self.keep(dialog, "waiting")
        pressed(dialog, self.words.text("signin.use_code"))
        await self.keep(dialog, "code")
        for name in ("wrong_account", "blocked", "declined"):
            dialog.sign_in()
            await self.keep(dialog, name)
        dialog.close()

    async def _adding(self, engine: FakeEngine, around: Surroundings) -> None:
        anna = "anna@gmail.com"
        ends = [Endpoint(f"{kind}.gmail.com", 993, Security.TLS, anna) for kind in ("imap", "smtp")]
        found = Candidate(Source.PROVIDER, ends[0], ends[1], provider="google", auth=frozenset({AuthKind.OAUTH}))
        engine.finds["gmail.com"] = [Found(found), DiscoveryEnded((found,))]
        engine.apps = [app_of("google")]
        engine.sign_ins = [[LINK, None]]
        dialog = AddDialog(around)
        dialog.open()
        field = by_name(dialog, QLineEdit, self.words.text("ui.add.address"))
        QTest.keyClicks(field, anna)
        field.editingFinished.emit()
        await self.keep(dialog, "adding")
        pressed(dialog, self.words.text("signin.go", provider="Google"))
        await self.keep(dialog, "adding_waiting")
        dialog.close()


if __name__ == "__main__":
    album.run(SignInAlbum, __file__, sys.argv[1:])
