"""The page of the reconnect dialog that asks for a sign-in at the provider. It tries and saves nothing: what was
granted goes the way of a typed password, through both halves' proof."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.oauth import RegisteredApp
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.parts import button, label
from mailbox_desk.ui.reconnect_page import Act, ReconnectPage, whose
from mailbox_desk.ui.sign_in_plan import apps_for
from mailbox_desk.ui.sign_in_view import SignInView, Wish
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial


class SignInPage(ReconnectPage):
    """Where no app is known for the provider, it leads to where one is entered."""

    go = "signin.go"

    def __init__(self, around: Surroundings, snapshot: Snapshot) -> None:
        super().__init__()
        self._around, self._mailbox, self._former = around, snapshot.mailbox, snapshot.grant
        self._provider = whose(around.provider_pages(self._mailbox.provider), around.words)
        self._apps: tuple[RegisteredApp, ...] = ()
        self._grant: OAuthToken | None = None
        self._how, self._which = label(role="muted"), QComboBox()
        self._which.setAccessibleName(around.words.text("signin.which_app"))
        self._to_apps = button(around.words.text("signin.apps"), self._open_apps, bright=True)
        self._view = SignInView(around, corrects=False)
        self._view.granted.connect(self._granted)
        self._view.changed.connect(self._changed)
        self._view.apps_wanted.connect(self._open_apps)
        self._add(self._how, self._which, self._view)
        self._column.insertWidget(1, self._to_apps, 0, Qt.AlignmentFlag.AlignLeft)
        self._know_apps()

    @property
    def is_waiting(self) -> bool:
        return self._view.is_running

    def sign_in(self) -> None:
        if self._apps:
            self._grant = None
            app = self._apps[max(0, self._which.currentIndex())]
            self._view.begin(Wish(self._mailbox, app, self._provider, choosing=self._view.was_other_account))

    def stop(self) -> None:
        self._view.stop()

    def trial(self) -> Trial | str:
        """Only a grant that has just come; it is given out once."""
        grant, self._grant = self._grant, None
        return Trial(replace(self._mailbox, auth=AuthKind.OAUTH), grant) if grant is not None else ""

    def forget(self) -> None:
        self._grant = None
        self._view.stop()

    def _granted(self, grant: OAuthToken) -> None:
        self._grant = grant
        self.tried.emit()

    def _changed(self) -> None:
        self._how.setVisible(not self._view.is_running and self._view.ending is None)
        self.go = "signin.sign_in_as" if self._view.was_other_account else "signin.go"
        self._which.setVisible(len(self._apps) > 1 and not self._view.is_running)
        self.waits.emit()

    def _know_apps(self) -> None:
        engine, words = self._around.engine, self._around.words
        self._apps = apps_for(self._mailbox.provider, engine.oauth_apps(), engine.providers)
        self._which.clear()
        self._which.addItems([words.text("signin.by_app", id=each.app.client_id) for each in self._apps])
        former = [place for place, each in enumerate(self._apps) if self._former and each.id == self._former.app]
        self._which.setCurrentIndex(former[0] if former else 0)
        key = "signin.how" if self._apps else "signin.no_app"
        self._how.setText(words.text(key, provider=self._provider, address=self._mailbox.address))
        self.act = Act.SIGN_IN if self._apps else Act.NOTHING
        self._to_apps.setVisible(not self._apps)
        self._view.clear()
        self._changed()

    def _open_apps(self) -> None:
        dialog = OAuthAppsDialog(self._around, self.window(), provider=self._mailbox.provider)
        dialog.finished.connect(self._know_apps)
        dialog.open()
