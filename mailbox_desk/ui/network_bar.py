"""The strip that says what of our own network keeps the desk from looking, where a person can do something: a sign-in
page of the network, or a network where the desk never was. It is one line for all mailboxes."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mailbox_desk.model.network import NetworkView
from mailbox_desk.model.verdict import VeilReason
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import button, label
from mailbox_desk.wording import Wording


class NetworkBar(QWidget):
    """`accepted`: check all mailboxes from this network."""

    accepted = Signal()

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._view = NetworkView()
        self._is_put_off = False
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("tone", Tone.GREY.value)
        self._text = label()
        self._open = button(words.text("network.portal.open"), self._open_page)
        self._check = button(words.text("network.new.check"), self.accepted.emit)
        self._later = button(words.text("network.new.later"), self._put_off)
        line = QHBoxLayout(self)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
        line.setSpacing(MEASURES.gap_m)
        line.addWidget(self._text, 1)
        for each in (self._open, self._check, self._later):
            line.addWidget(each)
        self.hide()

    def show_view(self, view: NetworkView) -> None:
        """Say how the network stands; nothing where there is nothing to do for a person."""
        if view == self._view:
            return
        self._is_put_off = self._is_put_off and view.asks_for > 0
        self._view = view
        self._paint()

    def _paint(self) -> None:
        is_portal, asks = self._view.reason is VeilReason.CAPTIVE_PORTAL, self._view.asks_for > 0
        if is_portal:
            self._text.setText(self._words.text("network.portal.text"))
        elif self._is_put_off:
            self._text.setText(self._words.text("network.new.waiting"))
        else:
            self._text.setText(self._words.plural("network.new.text", self._view.asks_for))
        self._open.setVisible(is_portal and bool(self._view.page))
        self._check.setVisible(asks and not is_portal)
        self._later.setVisible(asks and not is_portal and not self._is_put_off)
        self.setVisible(is_portal or asks)

    def _put_off(self) -> None:
        self._is_put_off = True
        self._paint()

    def _open_page(self) -> None:
        """The network's own page, in the browser; only what a browser is for."""
        page = QUrl(self._view.page)
        if page.scheme() in ("http", "https"):
            QDesktopServices.openUrl(page)
