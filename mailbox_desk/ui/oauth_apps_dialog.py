"""OAuth apps: by which registered apps the desk signs in. A list, the fields of one, and beside them the page that
walks through registering one at that provider."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from mailbox_desk.model.client_secret import BadClientSecret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, RegisteredApp, TokenFailed
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.help_browser import HelpBrowser
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.oauth_app_form import OTHER, ZOHO, AppFields, OAuthAppForm
from mailbox_desk.ui.parts import breakable, button, carded, footer_of, label, row_of, tinted
from mailbox_desk.ui.path_field import file_dialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording.voice import shown_line

_PAGES: Final = {
    "google": "oauth_google",
    "microsoft": "oauth_microsoft",
    "outlook_com": "oauth_microsoft",
    "yahoo": "oauth_yahoo",
    "aol": "oauth_yahoo",
    **dict.fromkeys(ZOHO, "oauth_zoho"),
    "fastmail": "oauth_fastmail",
    "yandex": "oauth_yandex",
    "mailru": "oauth_mailru",
}
_ID: Final = Qt.ItemDataRole.UserRole
_GOOGLE: Final = "google"
_ANY_PORT: Final = "http://127.0.0.1"


class OAuthAppsDialog(QDialog):
    """`provider`: for which a new app is wanted first; "" shows what is there."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None, *, provider: str | None = None) -> None:
        super().__init__(parent)
        self._around, words = around, around.words
        self._shown: RegisteredApp | None = None
        self.setWindowTitle(words.text("oauth_apps.title"))
        self.setModal(True)
        self._list = QListWidget()
        self._list.setAccessibleName(words.text("oauth_apps.list"))
        self._form = OAuthAppForm(around.engine.providers, words)
        self._help = HelpBrowser(around.extras.library, around.theme)
        self._help.setAccessibleName(words.text("oauth_apps.steps"))
        self._told = label(role="note")
        self._told.hide()
        self._new = button(words.text("oauth_apps.new"), lambda: self._begin(self._form.provider))
        self._read = button(words.text("oauth_apps.read_json"), self._choose_file)
        self._remove = button(words.text("oauth_apps.remove"), self._ask_to_remove)
        self._save = button(words.text("oauth_apps.save"), self._keep, bright=True)
        self._save.setDefault(True)
        self._close = button(words.text("ui.close"), self.accept)
        self._lay_out()
        self._form.edited.connect(self._told.hide)
        self._form.provider_chosen.connect(self._provider_turned)
        self._list.currentItemChanged.connect(lambda item, _before: self._chosen(item))
        self._fill()
        if provider is not None or not self._list.count():
            self._begin(provider or _GOOGLE)
        else:
            self._list.setCurrentRow(0)

    # -- building

    def _lay_out(self) -> None:
        words = self._around.words
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_l)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(carded(self._list), 1)
        column.addLayout(row_of(self._new))
        left.setMinimumWidth(MEASURES.queue_list)
        rest = QVBoxLayout(right)
        rest.setContentsMargins(MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_xl, MEASURES.gap_m)
        rest.setSpacing(MEASURES.gap_m)
        rest.addWidget(label(words.text("oauth_apps.intro"), "muted"))
        rest.addWidget(self._form)
        rest.addWidget(self._told)
        rest.addLayout(row_of(self._save, self._read, self._remove))
        rest.addWidget(self._help, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(split, 1)
        whole.addWidget(footer_of(QWidget(), self._close))
        self.resize(MEASURES.queue_list + MEASURES.queue_turn, MEASURES.queue_height)

    def _fill(self) -> None:
        """The list as it is now, the user's own first."""
        words = self._around.words
        self._list.blockSignals(True)
        self._list.clear()
        for each in self._around.engine.oauth_apps():
            key = "oauth_apps.built_in" if each.built_in else "oauth_apps.own"
            name = self._around.provider_name(each.app.service.provider)
            item = QListWidgetItem(f"{name}\n{words.text(key, id=each.app.client_id)}", self._list)
            item.setToolTip(each.app.client_id)
            item.setData(_ID, each.id)
        self._list.blockSignals(False)

    # -- what the person does

    def _begin(self, provider: str) -> None:
        self._shown = None
        self._list.blockSignals(True)
        self._list.setCurrentRow(-1)
        self._list.blockSignals(False)
        self._form.begin(provider)
        self._told.hide()
        self._refresh()
        self._form.focus()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        wanted = item.data(_ID) if item is not None else None
        self._shown = next((each for each in self._around.engine.oauth_apps() if each.id == wanted), None)
        if self._shown is not None:
            self._form.show_app(self._shown)
            self._told.hide()
        self._refresh()

    def _provider_turned(self, provider: str) -> None:
        self._read.setVisible(provider == _GOOGLE)
        self._help.open_page(_PAGES.get(provider, "oauth_other"))

    def _keep(self) -> None:
        fields = self._form.fields
        if fields.problem:
            self._say(self._around.words.text(fields.problem), Tone.AMBER)
            self._form.focus()
            return
        self._say(self._around.words.text("oauth_apps.saving"), Tone.BLUE)
        self._save.setDisabled(True)
        self._around.bridge.wish(self._kept_app(fields), self._kept, self._not_done, to_the_end=True)

    async def _kept_app(self, fields: AppFields) -> None:
        engine, shown = self._around.engine, self._shown
        before = shown.app if shown is not None else None
        app = OAuthApp(
            before.id if before is not None else OAuthAppId(uuid4().hex),
            _coming_back_to(fields.redirect, await self._service(fields, before)),
            fields.client_id,
            fields.secret,
            fields.tenant,
            fields.in_testing,
        )
        await engine.save_oauth_app(app)
        self._shown = RegisteredApp(replace(app, client_secret=None), app.client_secret is not None, built_in=False)

    async def _service(self, fields: AppFields, before: OAuthApp | None) -> OAuthService:
        """By the provider's file, or by what the issuer publishes; asked again only where something of it changed."""
        engine = self._around.engine
        provider = engine.provider(fields.provider) if fields.provider != OTHER else None
        if provider is not None and provider.oauth is not None:
            return provider.oauth
        if before is not None and (before.service.issuer, before.service.scopes) == (fields.issuer, fields.scopes):
            return replace(before.service, redirect=_ANY_PORT)
        name = QUrl(fields.issuer).host() or fields.issuer
        return await engine.find_oauth_service(fields.issuer, name, fields.scopes)

    def _kept(self) -> None:
        shown = self._shown
        self._form.forget()
        self._fill()
        for place in range(self._list.count()):
            if shown is not None and self._list.item(place).data(_ID) == shown.id:
                self._list.setCurrentRow(place)
        self._say(self._around.words.text("oauth_apps.saved"), Tone.GREEN)
        self._refresh()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_done(self, error: BaseException) -> None:
        words = self._around.words
        if isinstance(error, TokenFailed):
            told = words.text("oauth_apps.no_issuer", detail=shown_line(error.failure.text)).strip()
        elif isinstance(error, BadClientSecret):
            told = words.text(f"client_secret.{error.fault.value}")
        else:
            told = in_words(error, words)
        self._say(breakable(told), Tone.RED)
        self._refresh()

    def _ask_to_remove(self) -> None:
        """The first press asks, the second does it: mailboxes that signed in by this app need a sign-in afterwards."""
        words, shown = self._around.words, self._shown
        if shown is None:
            return
        if self._remove.text() == words.text("oauth_apps.remove"):
            self._remove.setText(words.text("oauth_apps.remove_yes"))
            self._say(words.text("oauth_apps.remove_ask"), Tone.AMBER)
            return
        wish = self._around.engine.remove_oauth_app(shown.id)
        self._around.bridge.wish(wish, self._removed, self._not_done, to_the_end=True)

    def _removed(self) -> None:
        self._fill()
        self._begin(self._form.provider)
        self._say(self._around.words.text("oauth_apps.removed"), Tone.GREEN)

    # -- Google's file

    def _choose_file(self) -> None:
        dialog = file_dialog(self, self._around.words, saves=False)
        dialog.setWindowTitle(self._around.words.text("oauth_apps.choose_json"))
        dialog.setNameFilters([self._around.words.text("oauth_apps.filter_json")])
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Fill in what this client_secret.json says."""
        if self._around.extras.files is not None:
            self._around.bridge.wish(self._read_json(path), None, self._not_done)

    async def _read_json(self, path: Path) -> None:
        files = self._around.extras.files
        assert files is not None
        text = await files.read_client_secret(path)
        app_id = self._shown.id if self._shown is not None else OAuthAppId("")
        self._form.take_read(self._around.engine.read_client_secret(text, app_id))
        self._say(self._around.words.text("oauth_apps.read_done"), Tone.BLUE)

    # -- how it is shown

    def _say(self, text: str, tone: Tone) -> None:
        self._told.setText(text)
        tinted(self._told, tone)
        self._told.show()

    def _refresh(self) -> None:
        is_built_in = self._shown is not None and self._shown.built_in
        for each in (self._form, self._save, self._read):
            each.setDisabled(is_built_in)
        self._remove.setVisible(self._shown is not None and not is_built_in)
        self._remove.setText(self._around.words.text("oauth_apps.remove"))
        if is_built_in:
            self._say(self._around.words.text("oauth_apps.came_with"), Tone.BLUE)

    def done(self, result: int) -> None:
        """Closed, however: nothing typed of a secret stays."""
        self._form.forget()
        super().done(result)


def _coming_back_to(redirect: str, service: OAuthService) -> OAuthService:
    """The service with the redirect that is registered for the app, where its port is a fixed one."""
    return replace(service, redirect=redirect) if redirect else service
