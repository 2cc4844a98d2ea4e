"""The fields of one half: host, port, security, user name, and the explicit yes to a connection without encryption."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from mailbox_desk.model.mailbox import Endpoint, Security, security_for_port
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import ServerFields
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import label
from mailbox_desk.wording import Wording

_DEFAULT_PORT = {Half.RECEIVING: 993, Half.SENDING: 465}
_SECURITIES = (Security.TLS, Security.STARTTLS, Security.AUTO, Security.NONE)


class ServerForm(QWidget):
    """`changed` is emitted at every change by the person. What they typed is never overwritten by a guess."""

    changed = Signal()

    def __init__(self, half: Half, words: Wording) -> None:
        super().__init__()
        self._half = half
        self._pinned: tuple[str, int, str] | None = None
        self._touched: set[QWidget] = set()
        self._host, self._username = QLineEdit(), QLineEdit()
        self._host.setPlaceholderText(words.text(f"ui.server.host_hint.{half.value}"))
        self._username.setPlaceholderText(words.text("ui.server.username_hint"))
        self._port = QLineEdit()
        self._port.setMaxLength(5)
        self._port.setValidator(QIntValidator(1, 65535, self._port))
        self._security = QComboBox()
        for security in _SECURITIES:
            self._security.addItem(words.text(f"ui.security.{security.value}"))
        self._plain = QCheckBox(words.text("ui.server.plain"))
        self._plain_note = label(words.text("ui.server.plain_note"), "muted")
        self._lay_out(words)
        self._fill("", _DEFAULT_PORT[half], security_for_port(_DEFAULT_PORT[half]), "")
        self._listen()
        self._offer_plain()

    @property
    def fields(self) -> ServerFields:
        host, port = self._host.text().strip(), self._typed_port
        pin = self._pinned[2] if self._pinned and self._pinned[:2] == (host, port) else None
        return ServerFields(
            host=host,
            port=port,
            security=self._chosen,
            username=self._username.text(),
            plain_allowed=self._plain.isChecked(),
            pinned_sha256=pin,
        )

    @property
    def host_field(self) -> QLineEdit:
        return self._host

    @property
    def _typed_port(self) -> int:
        text = self._port.text()
        return int(text) if text.isascii() and text.isdigit() else 0

    @property
    def _chosen(self) -> Security:
        return _SECURITIES[max(0, self._security.currentIndex())]

    def forget(self) -> None:
        """Empty, as at first: for another mailbox."""
        self._pinned = None
        self._touched.clear()
        self.empty()

    def empty(self) -> None:
        """Take out what was filled in; what the person typed stays."""
        port = _DEFAULT_PORT[self._half]
        self.prefill(Endpoint("", port, security_for_port(port), ""))

    def prefill(self, endpoint: Endpoint | None) -> None:
        """Fill in what was found out, but for what the person typed already."""
        if endpoint is None or self._host in self._touched:
            return
        username = self._username.text() if self._username in self._touched else endpoint.username
        port = self._typed_port if self._port in self._touched else endpoint.port
        security = self._chosen if self._security in self._touched else endpoint.security
        self._fill(endpoint.host, port, security, username)

    def show_endpoint(self, endpoint: Endpoint) -> None:
        """Fill in a server as it is set up now."""
        self._fill(endpoint.host, endpoint.port, endpoint.security, endpoint.username)
        self._plain.setChecked(endpoint.plain_allowed)
        if endpoint.pinned_sha256:
            self.pin(endpoint.pinned_sha256)

    def pin(self, sha256: str) -> None:
        """The one certificate said yes to; it counts for this host and port only."""
        self._pinned = (self._host.text().strip(), self._typed_port, sha256)

    def _lay_out(self, words: Wording) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(MEASURES.gap_m)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        half = words.text(f"ui.half.{self._half.value}")
        fields = {"host": self._host, "port": self._port, "security": self._security, "username": self._username}
        for key, field in fields.items():
            name = words.text(f"ui.server.{key}")
            caption = label(name, wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(words.text("ui.server.spoken", half=half, field=name))
            form.addRow(caption, field)
        form.addRow(self._plain)
        form.addRow(self._plain_note)
        self._plain.setAccessibleName(words.text("ui.server.spoken", half=half, field=self._plain.text()))

    def _listen(self) -> None:
        self._host.textEdited.connect(lambda: self._edited(self._host))
        self._username.textEdited.connect(lambda: self._edited(self._username))
        self._security.activated.connect(lambda: self._edited(self._security))
        self._port.textEdited.connect(self._port_edited)
        self._plain.toggled.connect(self.changed)

    def _port_edited(self) -> None:
        self._touched.add(self._port)
        if self._security not in self._touched:
            self._choose(security_for_port(self._typed_port))
        self._offer_plain()
        self.changed.emit()

    def _edited(self, field: QWidget) -> None:
        self._touched.add(field)
        self._offer_plain()
        self.changed.emit()

    def _fill(self, host: str, port: int, security: Security, username: str) -> None:
        self._host.setText(host)
        self._port.setText(str(port))
        self._choose(security)
        self._username.setText(username)
        for field in (self._host, self._username):
            field.setCursorPosition(0)  # a long name is read from its beginning
        self._offer_plain()

    def _choose(self, security: Security) -> None:
        self._security.setCurrentIndex(_SECURITIES.index(security))

    def _offer_plain(self) -> None:
        asks = self.fields.asks_for_plain
        self._plain.setVisible(asks)
        self._plain_note.setVisible(asks)
        if not asks:
            self._plain.setChecked(False)
