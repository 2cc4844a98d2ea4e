"""Signing in at the provider while a mailbox is added: offered before a password where the provider would rather have
it, and led to where an OAuth app is entered. What is granted is tried out and saved by the dialog."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from mailbox_desk.model.discovery import UNKNOWN_PROVIDER
from mailbox_desk.model.mailbox import AuthKind, Mailbox
from mailbox_desk.model.oauth import RegisteredApp
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.parts import button, label
from mailbox_desk.ui.reconnect_page import whose
from mailbox_desk.ui.sign_in_plan import apps_for, does_oauth, prefers_oauth
from mailbox_desk.ui.sign_in_view import SignInView, Wish
from mailbox_desk.ui.surroundings import Surroundings


class SignInOffer(QWidget):
    """Hidden while there is nothing to offer. `granted` carries the OAuthToken; `changed` says that a sign-in began or
    ended, or that it is offered or no longer."""

    granted = Signal(object)
    changed = Signal()

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around, words = around, around.words
        self._provider_id = ""
        self._auth: frozenset[AuthKind] = frozenset()
        self._apps: tuple[RegisteredApp, ...] = ()
        self._how, self._which = label(role="muted"), QComboBox()
        self._which.setAccessibleName(words.text("signin.which_app"))
        self._to_apps = button(words.text("signin.apps"), self._open_apps)
        self._view = SignInView(around)
        self._view.granted.connect(self.granted)
        self._view.changed.connect(self.changed)
        self._view.apps_wanted.connect(self._open_apps)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        for each in (self._how, self._which, self._view):
            column.addWidget(each)
        column.insertWidget(1, self._to_apps, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def is_offered(self) -> bool:
        """An app is known by which one can sign in there."""
        return bool(self._apps)

    @property
    def is_running(self) -> bool:
        return self._view.is_running

    @property
    def go(self) -> str:
        """What the bright button says."""
        return self._around.words.text("signin.go", provider=self._provider)

    def know(self, provider_id: str, auth: Collection[AuthKind] = ()) -> None:
        """Whose mailbox it will be, as far as is known; "" for nobody's yet. `auth`: what a sign-in needs there."""
        self._view.stop()
        self._view.clear()
        self._provider_id, self._auth = provider_id, frozenset(auth)
        self._know_apps()

    def begin(self, mailbox: Mailbox) -> None:
        app = self._apps[max(0, self._which.currentIndex())]
        self._view.begin(Wish(mailbox, app, self._provider, choosing=self._view.was_other_account))

    def stop(self) -> None:
        self._view.stop()

    @property
    def _provider(self) -> str:
        return whose(self._around.provider_pages(self._provider_id), self._around.words)

    def _know_apps(self) -> None:
        engine, words = self._around.engine, self._around.words
        provider = engine.provider(self._provider_id)
        is_wanted = prefers_oauth(provider) if does_oauth(provider) else AuthKind.OAUTH in self._auth
        may_be = is_wanted or does_oauth(provider) or self._provider_id == UNKNOWN_PROVIDER
        self._apps = apps_for(self._provider_id, engine.oauth_apps(), engine.providers) if may_be else ()
        self._which.clear()
        self._which.addItems([words.text("signin.by_app", id=each.app.client_id) for each in self._apps])
        self._which.setVisible(len(self._apps) > 1)
        key = "signin.first" if is_wanted else "signin.may"
        self._how.setText(words.text(key if self._apps else "signin.no_app_for_new", provider=self._provider))
        self._to_apps.setVisible(not self._apps)
        self.setVisible(bool(self._apps) or is_wanted)
        self.changed.emit()

    def _open_apps(self) -> None:
        dialog = OAuthAppsDialog(self._around, self.window(), provider=self._provider_id)
        dialog.finished.connect(self._know_apps)
        dialog.open()
