"""A certificate that nobody vouches for: what it says, and the explicit yes that pins it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QVBoxLayout

from mailbox_desk.model.check import Certificate
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import breakable, button, code_label, label, row_of
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording


def fingerprint(sha256: str) -> str:
    """The hex digest as people compare it: pairs, sixteen a line."""
    pairs = [sha256.upper()[start : start + 2] for start in range(0, len(sha256), 2)]
    return "\n".join(" ".join(pairs[start : start + 16]) for start in range(0, len(pairs), 16))


class CertificateCard(QFrame):
    """`accepted` carries the Half and the fingerprint, after the box was ticked and the button pressed."""

    accepted = Signal(object, str)

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._half = Half.RECEIVING
        self._sha256 = ""
        self.setObjectName("card")
        self._warning = label()
        self._subject, self._issuer, self._expiry = label(), label(), label()
        self._fingerprint = code_label(theme)
        self._compared = QCheckBox(words.text("ui.certificate.compared"))
        self._accept = button(words.text("ui.certificate.accept"), self._say_yes)
        self._compared.toggled.connect(self._accept.setEnabled)
        facts = QFormLayout()
        facts.setVerticalSpacing(MEASURES.gap_s)
        for key, widget in (("subject", self._subject), ("issuer", self._issuer), ("expiry", self._expiry)):
            facts.addRow(label(words.text(f"ui.certificate.{key}"), "muted", wraps=False), widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_l,) * 4)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(self._warning)
        column.addLayout(facts)
        column.addWidget(label(words.text("ui.certificate.fingerprint"), "section"))
        column.addWidget(self._fingerprint)
        column.addWidget(self._compared)
        column.addLayout(row_of(self._accept))

    def ask(self, half: Half, host: str, certificate: Certificate) -> None:
        """Show this certificate and wait for a yes."""
        unknown = self._words.text("ui.certificate.unknown")
        self._half, self._sha256 = half, certificate.sha256
        self._warning.setText(self._words.text("ui.certificate.warning", host=host))
        self._subject.setText(breakable(certificate.subject or unknown))
        self._issuer.setText(breakable(certificate.issuer or unknown))
        self._expiry.setText(_day(certificate.not_after) or unknown)
        self._fingerprint.setText(fingerprint(certificate.sha256))
        self._compared.setChecked(False)
        self._accept.setEnabled(False)
        self.show()

    def _say_yes(self) -> None:
        self.accepted.emit(self._half, self._sha256)


def _day(at: float | None) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" if at is not None else ""
