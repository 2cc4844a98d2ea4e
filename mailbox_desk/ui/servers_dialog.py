"""Change the servers of a mailbox. The secret stays where it is; the desk checks new servers as soon as saved."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import Form, filled_in, problems
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.server_form import ServerForm
from mailbox_desk.ui.surroundings import Surroundings


class ServersDialog(QDialog):
    """Both halves as they are set up now, to be changed."""

    def __init__(self, around: Surroundings, mailbox: Mailbox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._mailbox = around, mailbox
        words = around.words
        self.setWindowTitle(words.text("ui.servers.title", address=mailbox.address))
        self.setModal(True)
        self._forms = {half: ServerForm(half, words) for half in Half}
        self._on = {half: QCheckBox(words.text(f"ui.servers.on.{half.value}")) for half in Half}
        self._problem = label(role="muted")
        self._keep = button(words.text("ui.servers.keep"), self._save, bright=True)
        self._keep.setDefault(True)
        columns = QHBoxLayout()
        columns.setSpacing(MEASURES.gap_xl * 2)
        for half in Half:
            columns.addLayout(self._half_column(half), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(words.text("ui.servers.intro"), "muted"))
        column.addLayout(columns)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(button(words.text("ui.cancel"), self.reject))
        footer.addWidget(self._keep)
        column.addLayout(footer)
        self.setMinimumWidth(640)

    def _half_column(self, half: Half) -> QVBoxLayout:
        stack = QVBoxLayout()
        stack.setSpacing(MEASURES.gap_m)
        endpoint = self._mailbox.endpoint(half)
        if endpoint is not None:
            self._forms[half].show_endpoint(endpoint)
        self._on[half].toggled.connect(self._forms[half].setEnabled)
        self._on[half].setChecked(endpoint is not None)
        self._forms[half].setEnabled(endpoint is not None)
        stack.addWidget(self._on[half])
        stack.addWidget(self._forms[half])
        stack.addStretch(1)
        return stack

    def _save(self) -> None:
        fields = {half: self._forms[half].fields if self._on[half].isChecked() else None for half in Half}
        form = Form(self._mailbox.address, fields[Half.RECEIVING], fields[Half.SENDING])
        found = problems(form)
        if found:
            self._problem.setText(self._around.words.text(found[0]))
            return
        changed = replace(filled_in(self._mailbox, form), address=self._mailbox.address)
        self._keep.setDisabled(True)
        self._around.bridge.wish(self._around.engine.update(changed), self.accept, self._not_saved)

    def _not_saved(self, error: BaseException) -> None:
        self._keep.setEnabled(True)
        self._problem.setText(in_words(error, self._around.words))
