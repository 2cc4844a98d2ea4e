"""The servers of a mailbox to be added: both halves side by side, each with its switch, and sending's own password."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from mailbox_desk.model.discovery import Candidate
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import ServerFields
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.server_form import ServerForm
from mailbox_desk.wording import Wording


class AddServers(QWidget):
    """`changed` is emitted at every change by the person. What they typed is never overwritten by what is found."""

    changed = Signal()

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._forms = {half: ServerForm(half, words) for half in Half}
        self._on = {half: QCheckBox(words.text(f"ui.servers.on.{half.value}")) for half in Half}
        self._own_password = QCheckBox(words.text("ui.add.own_password"))
        self.sending_password = PasswordField()
        self.sending_password.setAccessibleName(words.text("ui.add.sending_password"))
        self.sending_password.setPlaceholderText(words.text("ui.add.sending_password"))
        self._lay_out()
        for half in Half:
            self._on[half].setChecked(True)
            self._on[half].toggled.connect(self._switched)
            self._forms[half].changed.connect(self.changed)
        self._own_password.toggled.connect(self._switched)
        self.sending_password.textEdited.connect(self.changed)
        self._enable()

    @property
    def wants_sending_password(self) -> bool:
        return self._on[Half.SENDING].isChecked() and self._own_password.isChecked()

    def fields(self, half: Half) -> ServerFields | None:
        """As typed; None where the half is switched off."""
        return self._forms[half].fields if self._on[half].isChecked() else None

    def fill_in(self, candidate: Candidate) -> None:
        """Put in what was found."""
        for half in Half:
            self._forms[half].prefill(candidate.endpoint(half))

    def empty(self) -> None:
        """Take out what was found for another address; what was typed stays."""
        for form in self._forms.values():
            form.empty()

    def forget(self) -> None:
        """As at first."""
        for half, form in self._forms.items():
            form.forget()
            self._on[half].setChecked(True)
        self._own_password.setChecked(False)
        self.sending_password.forget()

    def focus_on_missing(self) -> None:
        """The cursor into the first host that is wanted and not there, else into the password that is."""
        for half, form in self._forms.items():
            if self._on[half].isChecked() and not form.fields.host:
                form.host_field.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        if self.wants_sending_password and self.sending_password.is_blank(exactly=True):
            self.sending_password.setFocus(Qt.FocusReason.OtherFocusReason)

    def pin(self, half: Half, sha256: str) -> None:
        self._forms[half].pin(sha256)

    def _lay_out(self) -> None:
        columns = QGridLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setHorizontalSpacing(MEASURES.gap_xl * 2)
        columns.setVerticalSpacing(MEASURES.gap_m)
        for place, half in enumerate(Half):
            columns.addWidget(self._on[half], 0, place)
            columns.addWidget(self._forms[half], 1, place, Qt.AlignmentFlag.AlignTop)
            columns.setColumnStretch(place, 1)
        own = QWidget()
        stack = QVBoxLayout(own)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(MEASURES.gap_m)
        stack.addWidget(self._own_password)
        stack.addWidget(self.sending_password)
        columns.addWidget(own, 2, 1, Qt.AlignmentFlag.AlignTop)

    def _switched(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        for half, form in self._forms.items():
            form.setEnabled(self._on[half].isChecked())
        self._own_password.setEnabled(self._on[Half.SENDING].isChecked())
        self.sending_password.setVisible(self.wants_sending_password)
