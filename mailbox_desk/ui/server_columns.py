"""The servers of both halves as they are set up now, to be changed: side by side, or the failing half first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import Form, filled_in, problems
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.server_form import ServerForm
from mailbox_desk.wording import Wording


class ServerColumns(QWidget):
    """`changed` is emitted at every change by the person."""

    changed = Signal()

    def __init__(self, mailbox: Mailbox, words: Wording) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._forms = {half: ServerForm(half, words) for half in Half}
        self._on = {half: QCheckBox(words.text(f"ui.servers.on.{half.value}")) for half in Half}
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(MEASURES.gap_xl * 2)
        for half in Half:
            columns.addLayout(self._column(half), 1)

    @property
    def problem(self) -> str:
        """The key of what has to be mended first, "" where it can be used."""
        return next(iter(problems(self._form)), "")

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox with the servers as they stand in the fields."""
        return filled_in(self._mailbox, self._form)

    def focus(self, half: Half) -> None:
        """The cursor into the server's name of this half."""
        self._forms[half].host_field.setFocus()

    @property
    def _form(self) -> Form:
        fields = {half: self._forms[half].fields if self._on[half].isChecked() else None for half in Half}
        return Form(self._mailbox.address, fields[Half.RECEIVING], fields[Half.SENDING])

    def _column(self, half: Half) -> QVBoxLayout:
        stack = QVBoxLayout()
        stack.setSpacing(MEASURES.gap_m)
        form, switch = self._forms[half], self._on[half]
        endpoint = self._mailbox.endpoint(half)
        if endpoint is not None:
            form.show_endpoint(endpoint)
        switch.setChecked(endpoint is not None)
        form.setEnabled(endpoint is not None)
        switch.toggled.connect(form.setEnabled)
        switch.toggled.connect(self.changed)
        form.changed.connect(self.changed)
        stack.addWidget(switch)
        stack.addWidget(form)
        stack.addStretch(1)
        return stack
