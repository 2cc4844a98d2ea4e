"""Review the certificate that a server showed, and pin it after an explicit yes."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from mailbox_desk.model.check import Certificate
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.certificate_card import CertificateCard
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.reconnect_plan import shown_certificate
from mailbox_desk.ui.surroundings import Surroundings

__all__ = ["CertificateDialog", "shown_certificate"]


class CertificateDialog(QDialog):
    """One certificate, one question."""

    def __init__(
        self,
        around: Surroundings,
        snapshot: Snapshot,
        shown: tuple[Half, Certificate],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._around, self._id = around, snapshot.id
        words = around.words
        self.setWindowTitle(words.text("ui.certificate.title", address=snapshot.mailbox.address))
        self.setModal(True)
        headline = label(words.headline(snapshot))
        headline.setFont(around.theme.title_font)
        self._card = CertificateCard(around.theme, words)
        self._problem = label(role="muted")
        half, certificate = shown
        endpoint = snapshot.mailbox.endpoint(half)
        self._card.ask(half, endpoint.host if endpoint else "", certificate)
        self._card.accepted.connect(self._pin)
        self._lay_out(headline)

    def _lay_out(self, headline: QWidget) -> None:
        body = QWidget()
        body.setObjectName("pane_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(headline)
        column.addWidget(self._card)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(button(self._around.words.text("ui.cancel"), self.reject))
        footer.setContentsMargins(MEASURES.gap_xl, 0, MEASURES.gap_xl, MEASURES.gap_xl)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(_scrolled(body), 1)
        whole.addLayout(footer)
        self.resize(MEASURES.certificate_width, body.heightForWidth(MEASURES.certificate_width) + 4 * MEASURES.gap_xl)

    def _pin(self, half: Half, sha256: str) -> None:
        pin = self._around.engine.pin_certificate(self._id, half, sha256)
        self._around.bridge.wish(pin, self.accept, self._not_pinned)

    def _not_pinned(self, error: BaseException) -> None:
        self._problem.setText(in_words(error, self._around.words))


def _scrolled(body: QWidget) -> QWidget:
    """A small screen shows less than the whole."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidget(body)
    return scroll
