"""The fields of one OAuth app: where, client id, secret, tenant. The secret is write-only: what is kept is never shown.
It saves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, RegisteredApp
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import label
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.sign_in_plan import Provider
from mailbox_desk.wording import Wording

OTHER: Final = ""
"""Any OpenID provider, by its issuer."""
_WITH_TENANT: Final = frozenset({"microsoft", "outlook_com"})
_WITH_TESTING: Final = frozenset({"google"})
ZOHO: Final = ("zoho", "zoho_au", "zoho_ca", "zoho_eu", "zoho_in", "zoho_jp")
_WITH_REDIRECT: Final = frozenset({"yahoo", "aol", *ZOHO, "yandex", "mailru", OTHER})
"""Those that may compare redirects letter by letter, port included (RFC 8252 section 7.3 asks them not to)."""
_LOOPBACK: Final = re.compile(r"http://(?:127\.0\.0\.1|localhost):[1-9][0-9]{0,4}/?")
_USUAL_TENANT: Final = "common"


@dataclass(frozen=True, slots=True)
class AppFields:
    """As typed. `provider`: an id of the provider files, or OTHER; `secret`: None leaves what is kept;
    `redirect`: with the port that is registered, "" for any free one."""

    provider: str
    client_id: str
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    secret: Secret | None = None
    tenant: str = _USUAL_TENANT
    in_testing: bool = False
    redirect: str = ""

    @property
    def problem(self) -> str:
        """The key of what is still missing; "" where it can be saved."""
        if self.provider == OTHER and not self.issuer.startswith("https://"):
            return "oauth_apps.problem.issuer"
        if self.provider == OTHER and not self.scopes:
            return "oauth_apps.problem.scopes"
        if not self.client_id or any(each.isspace() for each in self.client_id):
            return "oauth_apps.problem.client_id"
        if self.redirect and not _LOOPBACK.fullmatch(self.redirect):
            return "oauth_apps.problem.redirect"
        return ""


class OAuthAppForm(QWidget):
    """`edited` at every change by the person; `provider_chosen` carries the provider's id, "" for any other."""

    edited = Signal()
    provider_chosen = Signal(str)

    def __init__(self, providers: Iterable[Provider], words: Wording) -> None:
        super().__init__()
        self._words = words
        self._provider = QComboBox()
        for each in sorted((each for each in providers if each.oauth is not None), key=lambda each: each.name):
            self._provider.addItem(each.name, each.id)
        self._provider.addItem(words.text("oauth_apps.other"), OTHER)
        self._issuer, self._scopes, self._client_id, self._tenant, self._redirect = (QLineEdit() for _ in range(5))
        self._secret = PasswordField()
        self._read_secret: Secret | None = None
        self._in_testing = QCheckBox(words.text("oauth_apps.in_testing"))
        self._rows: dict[QWidget, QLabel] = {}
        self._lay_out()
        self._provider.currentIndexChanged.connect(lambda _: self._turned())
        for field in (self._issuer, self._scopes, self._client_id, self._tenant, self._redirect, self._secret):
            field.textEdited.connect(lambda _: self.edited.emit())
        self._in_testing.toggled.connect(lambda _: self.edited.emit())
        self.begin()

    @property
    def fields(self) -> AppFields:
        typed = None if self._secret.is_blank(exactly=False) else self._secret.secret(exactly=False)
        provider = self.provider
        return AppFields(
            provider=provider,
            client_id=self._client_id.text().strip(),
            issuer=self._issuer.text().strip().rstrip("/"),
            scopes=tuple(self._scopes.text().split()),
            secret=typed or self._read_secret,
            tenant=(self._tenant.text().strip() if provider in _WITH_TENANT else "") or _USUAL_TENANT,
            redirect=self._redirect.text().strip() if provider in _WITH_REDIRECT else "",
            in_testing=provider in _WITH_TESTING and self._in_testing.isChecked(),
        )

    @property
    def provider(self) -> str:
        return str(self._provider.currentData())

    def begin(self, provider: str = "") -> None:
        """Empty, for a new app of this provider."""
        self.forget()
        for field in (self._issuer, self._scopes, self._client_id, self._tenant, self._redirect):
            field.clear()
        self._in_testing.setChecked(False)
        self._provider.setEnabled(True)
        place = self._provider.findData(provider)
        self._provider.setCurrentIndex(place if place >= 0 else self._provider.count() - 1)
        self._turned()

    def show_app(self, registered: RegisteredApp) -> None:
        """What is kept of this app; its secret is told as being there, no more."""
        app = registered.app
        self.begin(app.service.provider)
        self._provider.setEnabled(False)
        self._client_id.setText(app.client_id)
        self._tenant.setText("" if app.tenant == _USUAL_TENANT else app.tenant)
        self._in_testing.setChecked(app.in_testing)
        self._issuer.setText(app.service.issuer)
        self._scopes.setText(" ".join(app.service.scopes))
        self._redirect.setText(app.service.redirect if _LOOPBACK.fullmatch(app.service.redirect) else "")
        if registered.has_secret:
            self._secret.setPlaceholderText(self._words.text("oauth_apps.secret_kept"))

    def take_read(self, app: OAuthApp) -> None:
        """What a client_secret.json says."""
        self._client_id.setText(app.client_id)
        self._secret.forget()
        self._read_secret = app.client_secret
        if app.client_secret is not None:
            self._secret.setPlaceholderText(self._words.text("oauth_apps.secret_read"))
        self.edited.emit()

    def focus(self) -> None:
        field = self._issuer if self.provider == OTHER and not self._issuer.text() else self._client_id
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Nothing typed or read of a secret stays."""
        self._secret.forget()
        self._read_secret = None
        self._secret.setPlaceholderText(self._words.text("oauth_apps.secret_hint"))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(MEASURES.gap_xl)
        grid.setVerticalSpacing(MEASURES.gap_m)
        grid.setColumnStretch(1, 1)
        named = (
            *(("provider", self._provider), ("issuer", self._issuer), ("scopes", self._scopes)),
            *(("client_id", self._client_id), ("secret", self._secret), ("tenant", self._tenant)),
            ("redirect", self._redirect),
        )
        for row, (key, field) in enumerate(named):
            caption = label(self._words.text(f"oauth_apps.{key}"), wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(caption.text())
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
            self._rows[field] = caption
        for key, field in named:
            if isinstance(field, QLineEdit) and self._words.has(f"oauth_apps.{key}_hint"):
                field.setPlaceholderText(self._words.text(f"oauth_apps.{key}_hint"))
        grid.addWidget(self._in_testing, len(named), 1)

    def _turned(self) -> None:
        provider = self.provider
        for field, is_wanted in (
            (self._issuer, provider == OTHER),
            (self._scopes, provider == OTHER),
            (self._tenant, provider in _WITH_TENANT),
            (self._redirect, provider in _WITH_REDIRECT),
        ):
            field.setVisible(is_wanted)
            self._rows[field].setVisible(is_wanted)
        self._in_testing.setVisible(provider in _WITH_TESTING)
        self.provider_chosen.emit(provider)
