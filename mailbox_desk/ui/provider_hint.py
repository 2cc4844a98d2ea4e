"""What a provider wants for a password, said before the first try, with the button to its page."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QVBoxLayout

from mailbox_desk.model.discovery import Candidate
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import button, label, row_of, tinted
from mailbox_desk.ui.surroundings import Surroundings


def hint_key(auth: AbstractSet[AuthKind]) -> str:
    """The words that fit what a sign-in needs; "" where a plain password does or nothing is known."""
    if AuthKind.APP_PASSWORD in auth:
        return "adding.hint.app_password"
    return "adding.hint.oauth_only" if auth == {AuthKind.OAUTH} else ""


class ProviderHint(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self._url = ""
        self._text = label(role="note")
        self._page = button("", self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(self._text)
        column.addLayout(row_of(self._page))
        self.hide()

    def show_for(self, candidate: Candidate | None) -> None:
        text = self._hint(candidate) if candidate is not None else ""
        self.setVisible(bool(text))
        if candidate is None or not text:
            return
        words, provider = self._around.words, self._around.engine.provider(candidate.provider)
        self._text.setText(text)
        tinted(self._text, Tone.BLUE)
        pages = (provider.app_password_page, provider.help_page) if provider is not None else ()
        self._url = next((each for each in pages if each.startswith("https://")), "")
        self._page.setText(words.text("adding.hint.page", host=QUrl(self._url).host()))
        self._page.setToolTip(self._url)
        self._page.setVisible(bool(self._url))

    def _hint(self, candidate: Candidate) -> str:
        """By the provider's own file, else by what was found of its sign-in."""
        words, provider = self._around.words, self._around.engine.provider(candidate.provider)
        if provider is not None and provider.hint:
            return words.text(provider.hint, name=provider.name)
        key = hint_key(candidate.auth)
        name = provider.name if provider is not None else words.text("adding.hint.this_provider")
        return words.text(key, provider=name) if key else ""

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self._url))
